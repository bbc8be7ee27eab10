package activity

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// marshal writes *v, a pointer to a struct with an Extra map.
func marshal(v any) ([]byte, error) {
	source := reflect.ValueOf(v).Elem()
	return shapeOf(source.Type()).append(make([]byte, 0, 256), source)
}

func (s *shape) append(dst []byte, v reflect.Value) ([]byte, error) {
	dst = append(dst, '{')
	start := len(dst)
	extra := v.Field(s.extra).Interface().(extras)
	var written uint
	for i := range s.fields {
		f := &s.fields[i]
		value := v.Field(f.at)
		if value.IsZero() && (f.omit || extra[f.name] != nil) {
			continue
		}
		written |= 1 << i
		dst = appendName(dst, start, f.name)
		var err error
		if dst, err = f.append(dst, value); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
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
