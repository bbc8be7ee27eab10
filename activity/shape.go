package activity

import (
	"encoding/json"
	"math/bits"
	"reflect"
	"strings"
	"sync"
)

// A shape is what the codec knows about one struct type: its members by name,
// read once from the json tags, and where its Extra map is. The tags mean what
// they mean to encoding/json.
type shape struct {
	fields  []field
	exact   map[string]int // member name → index into fields
	folded  map[string]int // the same in lower case
	aliases map[string]int // names of alias tags, in lower case
	extra   int            // struct index of Extra
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
	s := &shape{exact: make(map[string]int), folded: make(map[string]int), aliases: make(map[string]int), extra: -1}
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
			s.aliases[strings.ToLower(other)] = len(s.fields)
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
