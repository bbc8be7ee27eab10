package activity

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unmarshalJSON is unmarshal under the conventions of json.Unmarshaler: null
// changes nothing.
func unmarshalJSON(data []byte, v any) error {
	if string(data) == "null" {
		return nil
	}
	return unmarshal(data, v)
}

// unmarshalAnswer is unmarshalJSON for what the bot asked for, which may be long.
func unmarshalAnswer(data []byte, v any) error {
	if string(data) == "null" {
		return nil
	}
	return unmarshalWithin(data, v, maxAnswerEntries, math.MaxInt)
}

// unmarshal fills *v, a pointer to a struct with an Extra map, from one JSON
// object.
func unmarshal(data []byte, v any) error {
	return unmarshalWithin(data, v, MaxEntries, spareMemory+memoryPerByte*len(data))
}

// unmarshalWithin is unmarshal with at most so many entries, in so many bytes.
func unmarshalWithin(data []byte, v any, entries, memory int) error {
	sc := scanner{data: data, entries: entries, memory: memory}
	if err := sc.begin(); err != nil {
		return err
	}
	target := reflect.ValueOf(v).Elem()
	target.SetZero()
	fits, err := shapeOf(target.Type()).decode(&sc, target)
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
			return true, obj.settle(sc)
		}
		if err := obj.read(sc, name, at); err != nil {
			return false, err
		}
	}
}

// object is one object while it is being read.
type object struct {
	*shape
	v      reflect.Value
	extra  *extras
	seen   uint     // bit i: fields[i] was present under its exact name
	cases  []string // extra names that differ from a known one by letter case
	others []string // extra names that are aliases, in any letter case
}

// read puts the value that is next where its name, which began at, says.
func (o *object) read(sc *scanner, name []byte, at int) error {
	i, known := o.exact[string(name)]
	if !known {
		return o.readExtra(sc, name, at)
	}
	if o.seen&(1<<i) != 0 {
		return &DecodeError{Offset: at, Member: string(name), Err: ErrDuplicate}
	}
	o.seen |= 1 << i
	f := &o.fields[i]
	pos, depth := sc.pos, sc.depth
	fits, err := f.decode(sc, o.v.Field(f.at))
	if fits || err != nil {
		return err
	}
	sc.pos, sc.depth = pos, depth
	o.v.Field(f.at).SetZero()
	return o.keep(sc, name)
}

func (o *object) readExtra(sc *scanner, name []byte, at int) error {
	if _, had := (*o.extra)[string(name)]; had {
		return &DecodeError{Offset: at, Member: string(name), Err: ErrDuplicate}
	}
	lower := lowered(name)
	if _, similar := o.folded[string(lower)]; similar {
		o.cases = append(o.cases, string(name))
	} else if _, alias := o.aliases[string(lower)]; alias {
		o.others = append(o.others, string(name))
	}
	return o.keep(sc, name)
}

// lowered is name in lower case. Most names are so already and copied for nothing
// else.
func lowered(name []byte) []byte {
	if slices.ContainsFunc(name, func(c byte) bool { return c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' }) {
		return bytes.ToLower(name)
	}
	return name
}

// What an Extra map takes besides its texts, in bytes: an empty one has room for eight
// members, and doubles.
const (
	mapMemory    = 400
	memberMemory = 100
)

// keep puts the value that is next into Extra.
func (o *object) keep(sc *scanner, name []byte) error {
	memory := memberMemory
	if *o.extra == nil {
		memory += mapMemory
	}
	if err := sc.count(memory); err != nil {
		return err
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

// settle gives members in the wrong letter case (A2002), and then aliases, to fields
// that came under no exact name; of several spellings the first wins. An alias stays
// in Extra too, so that it is written as it came.
func (o *object) settle(sc *scanner) error {
	for _, name := range o.cases {
		settled, err := o.adopt(sc, o.folded[strings.ToLower(name)], name)
		if err != nil {
			return err
		}
		if settled {
			delete(*o.extra, name)
		}
	}
	for _, name := range o.others {
		if _, err := o.adopt(sc, o.aliases[strings.ToLower(name)], name); err != nil {
			return err
		}
	}
	if len(*o.extra) == 0 {
		*o.extra = nil
	}
	return nil
}

// adopt reads the extra member name into field i, unless that has a value already
// or cannot hold it.
func (o *object) adopt(sc *scanner, i int, name string) (settled bool, err error) {
	if o.seen&(1<<i) != 0 {
		return false, nil
	}
	f := &o.fields[i]
	again := scanner{data: (*o.extra)[name], entries: sc.entries, memory: sc.memory}
	fits, err := f.decode(&again, o.v.Field(f.at))
	sc.entries, sc.memory = again.entries, again.memory
	if err != nil {
		return false, err
	}
	if !fits {
		o.v.Field(f.at).SetZero()
		return false, nil
	}
	o.seen |= 1 << i
	return true, nil
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
		return text != "" || !f.omit || err != nil, err // an empty member would be left out again
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
		if next != '{' {
			return false, nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return f.elem.decode(sc, v.Elem())
	case kindTexts, kindObjects:
		return f.decodeList(sc, v)
	}
	panic("activity: unknown kind of field " + f.name)
}

// growth is how many times its size an element of a list takes at most while the list
// grows to it: what is left behind adds up to the new memory, which is twice the old.
const growth = 4

func (f *field) decodeList(sc *scanner, v reflect.Value) (fits bool, err error) {
	if sc.peek() != '[' {
		return false, nil
	}
	if err := sc.open(); err != nil {
		return false, err
	}
	element := field{name: f.name, kind: kindText}
	if f.kind == kindObjects {
		element.kind, element.elem = kindObject, f.elem
	}
	memory := growth * int(v.Type().Elem().Size())
	for n := 0; ; n++ {
		more, err := sc.more(']', n == 0)
		if !more {
			if n == 0 {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0)) // an empty list is not an absent one
			}
			return err == nil, err
		}
		if err := sc.count(memory); err != nil {
			return false, err
		}
		v.Grow(1)
		v.SetLen(n + 1)
		if fits, err := element.decode(sc, v.Index(n)); !fits || err != nil {
			return false, err
		}
	}
}
