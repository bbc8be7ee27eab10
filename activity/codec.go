package activity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A shape is what the codec knows about one struct type: its members by name,
// read once from the json tags, and where its Extra map is. The tags mean what
// they mean to encoding/json.
type shape struct {
	fields []field
	exact  map[string]int // member name → index into fields
	folded map[string]int // the same in lower case, with the names of alias tags
	extra  int            // struct index of Extra
}

type field struct {
	name string
	at   int // struct index
	omit bool
	kind kind
	elem *shape // of kinds that hold objects
}

// kind says how a field is read and written.
type kind int

const (
	kindText    kind = iota // string
	kindTexts               // []string
	kindFlag                // *bool
	kindNumber              // int
	kindRaw                 // json.RawMessage
	kindObject              // struct
	kindPointer             // *struct
	kindObjects             // []struct
)

type extras = map[string]json.RawMessage

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s, _ := shapes.LoadOrStore(t, newShape(t))
	return s.(*shape)
}

func newShape(t reflect.Type) *shape {
	s := &shape{exact: make(map[string]int), folded: make(map[string]int), extra: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Extra" {
			s.extra = i
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		k, elem := kindOf(f.Type)
		s.exact[name], s.folded[strings.ToLower(name)] = len(s.fields), len(s.fields)
		if other := f.Tag.Get("alias"); other != "" {
			s.folded[strings.ToLower(other)] = len(s.fields)
		}
		s.fields = append(s.fields, field{name: name, at: i, omit: options != "", kind: k, elem: elem})
	}
	if s.extra < 0 || len(s.fields) > bits.UintSize {
		panic("activity: " + t.Name() + " needs an Extra map and a word's worth of members at most")
	}
	return s
}

func kindOf(t reflect.Type) (kind, *shape) {
	switch t {
	case reflect.TypeFor[string]():
		return kindText, nil
	case reflect.TypeFor[[]string]():
		return kindTexts, nil
	case reflect.TypeFor[*bool]():
		return kindFlag, nil
	case reflect.TypeFor[int]():
		return kindNumber, nil
	case reflect.TypeFor[json.RawMessage]():
		return kindRaw, nil
	}
	switch {
	case t.Kind() == reflect.Struct:
		return kindObject, shapeOf(t)
	case t.Kind() == reflect.Pointer:
		return kindPointer, shapeOf(t.Elem())
	case t.Kind() == reflect.Slice:
		return kindObjects, shapeOf(t.Elem())
	}
	panic("activity: no codec for " + t.String())
}

// unmarshalJSON is unmarshal under the conventions of json.Unmarshaler: null
// changes nothing.
func unmarshalJSON(data []byte, v any) error {
	if string(data) == "null" {
		return nil
	}
	return unmarshal(data, v)
}

// unmarshal fills *v, a pointer to a struct with an Extra map, from one JSON
// object.
func unmarshal(data []byte, v any) error {
	sc, err := newScanner(data)
	if err != nil {
		return err
	}
	target := reflect.ValueOf(v).Elem()
	target.SetZero()
	fits, err := shapeOf(target.Type()).decode(sc, target)
	if err != nil {
		return err
	}
	if !fits {
		return sc.fail(ErrNotObject)
	}
	return sc.end()
}

// decode reads an object. It reports false, with nothing promised about the
// position, when the next value is of another kind.
func (s *shape) decode(sc *scanner, v reflect.Value) (fits bool, err error) {
	if sc.peek() != '{' {
		return false, nil
	}
	if err := sc.open(); err != nil {
		return false, err
	}
	obj := object{shape: s, v: v, extra: v.Field(s.extra).Addr().Interface().(*extras)}
	for first := true; ; first = false {
		at := sc.pos
		name, more, err := sc.member(first)
		if err != nil {
			return false, err
		}
		if !more {
			return true, obj.settle()
		}
		if obj.has(name) {
			return false, &DecodeError{Offset: at, Member: string(name), Err: ErrDuplicate}
		}
		if err := obj.read(sc, name); err != nil {
			return false, err
		}
	}
}

// object is one object while it is being read.
type object struct {
	*shape
	v     reflect.Value
	extra *extras
	seen  uint     // bit i: fields[i] was present under its exact name
	cases []string // extra names that differ from a known one by letter case, or are aliases
}

func (o *object) has(name []byte) bool {
	if i, known := o.exact[string(name)]; known {
		return o.seen&(1<<i) != 0
	}
	_, had := (*o.extra)[string(name)]
	return had
}

// read puts the value that is next where its name says, or into Extra.
func (o *object) read(sc *scanner, name []byte) error {
	if i, known := o.exact[string(name)]; known {
		o.seen |= 1 << i
		before := *sc
		f := &o.fields[i]
		fits, err := f.decode(sc, o.v.Field(f.at))
		if fits || err != nil {
			return err
		}
		*sc = before
		o.v.Field(f.at).SetZero()
	} else if _, similar := o.folded[string(bytes.ToLower(name))]; similar {
		o.cases = append(o.cases, string(name))
	}
	raw, err := sc.raw()
	if err != nil {
		return err
	}
	if *o.extra == nil {
		*o.extra = make(extras)
	}
	(*o.extra)[string(name)] = bytes.Clone(raw)
	return nil
}

// settle gives members in the wrong letter case (A2002), and aliases, to fields
// that came under no exact name; of several spellings the first wins.
func (o *object) settle() error {
	for _, name := range o.cases {
		i := o.folded[strings.ToLower(name)]
		if o.seen&(1<<i) != 0 {
			continue
		}
		f := &o.fields[i]
		fits, err := f.decode(&scanner{data: (*o.extra)[name]}, o.v.Field(f.at))
		if err != nil {
			return err
		}
		if !fits {
			o.v.Field(f.at).SetZero()
			continue
		}
		o.seen |= 1 << i
		delete(*o.extra, name)
	}
	if len(*o.extra) == 0 {
		*o.extra = nil
	}
	return nil
}

// decode reads a value into a field. It reports false when the value has a
// kind that the field cannot hold.
func (f *field) decode(sc *scanner, v reflect.Value) (fits bool, err error) {
	next := sc.peek()
	switch f.kind {
	case kindText:
		if next != '"' {
			return false, nil
		}
		text, err := sc.text()
		v.SetString(text)
		return true, err
	case kindRaw:
		raw, err := sc.raw()
		v.SetBytes(bytes.Clone(raw))
		return true, err
	case kindFlag:
		if next != 't' && next != 'f' {
			return false, nil
		}
		yes := next == 't'
		v.Set(reflect.ValueOf(&yes))
		return true, sc.skip()
	case kindNumber:
		raw, err := sc.raw()
		n, odd := strconv.Atoi(string(raw))
		v.SetInt(int64(n))
		return odd == nil && n != 0, err // a zero would be left out again
	case kindObject:
		return f.elem.decode(sc, v)
	case kindPointer:
		v.Set(reflect.New(v.Type().Elem()))
		return f.elem.decode(sc, v.Elem())
	case kindTexts, kindObjects:
		return f.decodeList(sc, v)
	}
	panic("activity: unknown kind of field " + f.name)
}

func (f *field) decodeList(sc *scanner, v reflect.Value) (fits bool, err error) {
	if sc.peek() != '[' {
		return false, nil
	}
	if err := sc.open(); err != nil {
		return false, err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 1))
	element := field{name: f.name, kind: kindText}
	if f.kind == kindObjects {
		element.kind, element.elem = kindObject, f.elem
	}
	for n := 0; ; n++ {
		more, err := sc.more(']', n == 0)
		if !more {
			return err == nil, err
		}
		v.Grow(1)
		v.SetLen(n + 1)
		if fits, err := element.decode(sc, v.Index(n)); !fits || err != nil {
			return false, err
		}
	}
}

// marshal writes *v, a pointer to a struct with an Extra map.
func marshal(v any) ([]byte, error) {
	source := reflect.ValueOf(v).Elem()
	return shapeOf(source.Type()).append(make([]byte, 0, 512), source)
}

func (s *shape) append(dst []byte, v reflect.Value) ([]byte, error) {
	dst = append(dst, '{')
	start := len(dst)
	var written uint
	for i := range s.fields {
		f := &s.fields[i]
		value := v.Field(f.at)
		if f.omit && value.IsZero() {
			continue
		}
		written |= 1 << i
		dst = appendName(dst, start, f.name)
		var err error
		if dst, err = f.append(dst, value); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	extra := v.Field(s.extra).Interface().(extras)
	if len(extra) == 0 {
		return append(dst, '}'), nil
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if i, known := s.exact[name]; known && written&(1<<i) != 0 {
			continue
		}
		dst = appendName(dst, start, name)
		var err error
		if dst, err = appendRaw(dst, extra[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return append(dst, '}'), nil
}

func (f *field) append(dst []byte, v reflect.Value) ([]byte, error) {
	switch f.kind {
	case kindText:
		return appendText(dst, v.String()), nil
	case kindRaw:
		return appendRaw(dst, v.Bytes())
	case kindFlag:
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		return strconv.AppendBool(dst, v.Elem().Bool()), nil
	case kindNumber:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case kindObject:
		return f.elem.append(dst, v)
	case kindPointer:
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		return f.elem.append(dst, v.Elem())
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if f.kind == kindTexts {
			dst = appendText(dst, v.Index(i).String())
			continue
		}
		var err error
		if dst, err = f.elem.append(dst, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// appendName writes a member's name and colon, after a comma unless it is the
// first of its object, which began at start.
func appendName(dst []byte, start int, name string) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	return append(appendText(dst, name), ':')
}

// appendRaw writes a value that is JSON already, once that has been checked.
func appendRaw(dst []byte, raw []byte) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	if err := checkValue(raw); err != nil {
		return nil, err
	}
	return append(dst, raw...), nil
}

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string. It leaves < > & alone, because Teams looks
// for <at> in the text, and escapes U+2028 and U+2029, which some readers take
// for line ends.
func appendText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029':
			dst = append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		default:
			dst = appendRune(dst, r)
		}
	}
	return append(dst, '"')
}

func appendRune(dst []byte, r rune) []byte {
	if r < 0x80 {
		return append(dst, byte(r))
	}
	return append(dst, string(r)...)
}
