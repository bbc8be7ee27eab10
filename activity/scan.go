package activity

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how many objects and arrays may stand inside each other.
const MaxDepth = 64

// MaxEntries bounds what costs memory beyond its own text: the members of one
// object, and all elements of typed lists and unknown members taken together. A
// short text may have fewer: as many as take 32 KiB and six times its length. What
// Teams sends stays below a hundred. PagedMembers and TeamChannels, which the bot
// asks for itself, may have 64 times as many in all, however short they are.
const MaxEntries = 1024

// The bytes that list elements and unknown members may take. A thousand empty members
// of a conversation are three kilobytes of text, and would be eight hundred in memory.
const (
	spareMemory   = 32 << 10
	memoryPerByte = 6 // of the text
)

// maxAnswerEntries takes in a page of members, or all channels of a team, with a
// dozen members each that nobody knows.
const maxAnswerEntries = 64 * MaxEntries

// What a DecodeError wraps. Compare with errors.Is.
var (
	ErrSyntax    = errors.New("not valid JSON")
	ErrNotObject = errors.New("not a JSON object")
	ErrTrailing  = errors.New("data after the JSON object")
	ErrDuplicate = errors.New("a member name occurs twice in one object")
	ErrDepth     = errors.New("nested too deeply")
	ErrTooMany   = errors.New("too many entries")
)

// A DecodeError says where a text stopped being an acceptable activity.
type DecodeError struct {
	Offset int    // bytes before the place
	Member string // the name that occurs twice; only with ErrDuplicate
	Err    error  // one of the Err values of this package
}

// Error names the place and, for a duplicate, the member. A foreign name is
// quoted and shortened, so that the text is fit for a log line.
func (e *DecodeError) Error() string {
	if e.Member == "" {
		return fmt.Sprintf("activity: %v (at byte %d)", e.Err, e.Offset)
	}
	return fmt.Sprintf("activity: %v: %.64q (at byte %d)", e.Err, e.Member, e.Offset)
}

// Unwrap returns the kind of the error.
func (e *DecodeError) Unwrap() error { return e.Err }

// scanner walks over a JSON text once, from left to right, and checks it on the
// way. Its position is always at the next byte to read.
type scanner struct {
	data    []byte
	pos     int
	depth   int
	entries int   // list elements and unknown members that may still be decoded
	memory  int   // bytes that they may still take
	names   names // in the objects that skipObject is inside of
}

func (s *scanner) fail(kind error) error { return &DecodeError{Offset: s.pos, Err: kind} }

// peek passes over white space and returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// open enters the object or array whose bracket is next.
func (s *scanner) open() error {
	if s.depth == MaxDepth {
		return s.fail(ErrDepth)
	}
	s.depth++
	s.pos++
	return nil
}

// more reports whether another entry follows before the closing bracket, which
// it passes over together with commas.
func (s *scanner) more(closing byte, first bool) (bool, error) {
	switch c := s.peek(); {
	case c == closing:
		s.depth--
		s.pos++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.fail(ErrSyntax)
}

// count notes an entry that is about to be decoded into memory of its own, of so
// many bytes.
func (s *scanner) count(memory int) error {
	if s.entries == 0 || s.memory < memory {
		return s.fail(ErrTooMany)
	}
	s.entries--
	s.memory -= memory
	return nil
}

// member reads the next name of an object and its colon, and leaves the
// position at the value. The name points into the text unless it had escapes.
func (s *scanner) member(first bool) (name []byte, more bool, err error) {
	if more, err = s.more('}', first); !more {
		return nil, false, err
	}
	if s.peek() != '"' {
		return nil, false, s.fail(ErrSyntax)
	}
	if name, err = s.name(); err != nil {
		return nil, false, err
	}
	if s.peek() != ':' {
		return nil, false, s.fail(ErrSyntax)
	}
	s.pos++
	return name, true, nil
}

func (s *scanner) name() ([]byte, error) {
	start := s.pos
	escaped, err := s.skipString()
	if err != nil || !escaped {
		return s.data[min(start+1, len(s.data)):max(start+1, s.pos-1)], err
	}
	var name string
	err = json.Unmarshal(s.data[start:s.pos], &name)
	return []byte(name), err
}

// text reads a string value.
func (s *scanner) text() (string, error) {
	start := s.pos
	escaped, err := s.skipString()
	if err != nil {
		return "", err
	}
	if !escaped {
		return string(s.data[start+1 : s.pos-1]), nil
	}
	var text string
	err = json.Unmarshal(s.data[start:s.pos], &text)
	return text, err
}

// raw reads any value and returns its bytes, which still belong to the text.
func (s *scanner) raw() ([]byte, error) {
	s.peek()
	start := s.pos
	err := s.skip()
	return s.data[start:s.pos], err
}

// skip passes over one value of any kind.
func (s *scanner) skip() error {
	switch c := s.peek(); c {
	case '{':
		return s.skipObject(nil)
	case '[':
		return s.skipArray()
	case '"':
		_, err := s.skipString()
		return err
	case 't':
		return s.skipWord("true")
	case 'f':
		return s.skipWord("false")
	case 'n':
		return s.skipWord("null")
	default:
		return s.skipNumber()
	}
}

// skipObject passes over an object and shows visit, unless that is nil, each of
// its members.
func (s *scanner) skipObject(visit func(name, value []byte) error) error {
	if err := s.open(); err != nil {
		return err
	}
	held := s.names.enter()
	for n := 0; ; n++ {
		at := s.pos
		name, more, err := s.member(n == 0)
		if !more {
			s.names.leave(held)
			return err
		}
		if s.names.add(&held, name) {
			return &DecodeError{Offset: at, Member: string(name), Err: ErrDuplicate}
		}
		if n == MaxEntries {
			return s.fail(ErrTooMany)
		}
		value, err := s.raw()
		if err != nil {
			return err
		}
		if visit == nil {
			continue
		}
		if err := visit(name, value); err != nil {
			return err
		}
	}
}

func (s *scanner) skipArray() error {
	if err := s.open(); err != nil {
		return err
	}
	for first := true; ; first = false {
		if more, err := s.more(']', first); !more {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

// skipString passes over a string and reports whether it holds escapes.
func (s *scanner) skipString() (escaped bool, err error) {
	for s.pos++; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return escaped, nil
		case c == '\\':
			escaped = true
			if err := s.skipEscape(); err != nil {
				return escaped, err
			}
		case c < ' ':
			return escaped, s.fail(ErrSyntax)
		}
	}
	return escaped, s.fail(ErrSyntax)
}

// skipEscape goes from the backslash to the last byte of the escape.
func (s *scanner) skipEscape() error {
	s.pos++
	if s.pos >= len(s.data) {
		return s.fail(ErrSyntax)
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			s.pos++
			if s.pos >= len(s.data) || !isHex(s.data[s.pos]) {
				return s.fail(ErrSyntax)
			}
		}
		return nil
	}
	return s.fail(ErrSyntax)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) skipWord(word string) error {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return s.fail(ErrSyntax)
	}
	s.pos += len(word)
	return nil
}

// skipNumber passes over a number as RFC 8259 section 6 spells it.
func (s *scanner) skipNumber() error {
	s.accept("-")
	if !s.accept("0") && !s.digits() {
		return s.fail(ErrSyntax)
	}
	if s.accept(".") && !s.digits() {
		return s.fail(ErrSyntax)
	}
	if s.accept("eE") {
		s.accept("+-")
		if !s.digits() {
			return s.fail(ErrSyntax)
		}
	}
	return nil
}

func (s *scanner) accept(any string) bool {
	if s.pos < len(s.data) {
		for i := range len(any) {
			if s.data[s.pos] == any[i] {
				s.pos++
				return true
			}
		}
	}
	return false
}

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// end checks that nothing but white space follows.
func (s *scanner) end() error {
	if s.peek(); s.pos < len(s.data) {
		return s.fail(ErrTrailing)
	}
	return nil
}

// begin refuses a text that is not UTF-8, so that no later step needs to ask
// again (RFC 8259 section 8.1).
func (s *scanner) begin() error {
	if !utf8.Valid(s.data) {
		return s.fail(ErrSyntax)
	}
	return nil
}

// EachMember calls visit with each member of one JSON object, in the order of the
// text, and ends with the first error. It refuses what Decode refuses, with a
// *DecodeError; what comes after a member is not looked at before visit has seen
// it. A name has no escapes left; a value is JSON without blanks around it. Both
// may be parts of the text: visit neither changes nor keeps them.
func EachMember(object []byte, visit func(name, value []byte) error) error {
	s := scanner{data: object}
	if err := s.begin(); err != nil {
		return err
	}
	if s.peek() != '{' {
		return s.fail(ErrNotObject)
	}
	if err := s.skipObject(visit); err != nil {
		return err
	}
	return s.end()
}

// checkValue checks that a text is exactly one JSON value of any kind.
func checkValue(data []byte) error {
	s := scanner{data: data}
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.skip(); err != nil {
		return err
	}
	return s.end()
}
