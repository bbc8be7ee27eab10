package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxForm = 256 << 10 // bytes of most forms

// form is what somebody typed, and what is wrong with it. A page that is shown again with its form keeps every value and says
// beside each field what to mend.
type form struct {
	values url.Values
	Errors []fieldError // in the order of the fields' checks
	Differ []difference // set: somebody else saved first
}

// fieldError is what is wrong with one field.
type fieldError struct{ Field, Text string }

// difference is one field that two people left different.
type difference struct{ Field, Label, Theirs, Yours string }

// labelled is a field and what people call it.
type labelled struct{ Field, Label string }

// newForm is a form before anybody typed: it holds what is stored.
func newForm(stored url.Values) *form { return &form{values: maps.Clone(stored)} }

// form reads what was sent.
func (v *visit) form() (*form, error) { return v.formUpTo(maxForm) }

// formUpTo is the same for a form that may be so many bytes long.
func (v *visit) formUpTo(most int64) (*form, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, most)
	if err := v.r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, problem{http.StatusRequestEntityTooLarge, "Too much", "What was sent is longer than this page takes."}
		}
		return nil, problem{http.StatusBadRequest, "Not understood", "What was sent is no form of these pages."}
	}
	for _, values := range v.r.PostForm {
		for i, value := range values {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return nil, problem{http.StatusBadRequest, "Not understood", "What was sent is not text."}
			}
			values[i] = strings.ReplaceAll(value, "\r\n", "\n") // forms end their lines like this, what is stored does not
		}
	}
	return &form{values: v.r.PostForm}, nil
}

// Value is what a field holds, as it was typed.
func (f *form) Value(name string) string { return f.values.Get(name) }

// Values are all that a field holds, for checkboxes of one name.
func (f *form) Values(name string) []string { return f.values[name] }

// text is a field without the blanks around it.
func (f *form) text(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// wrong says what is wrong with a field.
func (f *form) wrong(field, text string) {
	f.Errors = append(f.Errors, fieldError{Field: field, Text: text})
}

func (f *form) failed() bool { return len(f.Errors) > 0 || len(f.Differ) > 0 }

// Error is what stands beside a field.
func (f *form) Error(name string) string {
	for _, e := range f.Errors {
		if e.Field == name {
			return e.Text
		}
	}
	return ""
}

// status is the answer to a form that is shown again.
func (f *form) status() int {
	switch {
	case len(f.Differ) > 0:
		return http.StatusConflict
	case len(f.Errors) > 0:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// versionOf names a state of what is stored, field by field: a page carries it in its form's hidden field "version", so that it is known
// later which fields somebody else has changed, and which the one who types. A field that holds nothing is left out.
func versionOf(stored url.Values) string {
	var seals []string
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		if seal := sealOf(stored[name]); seal != "" {
			seals = append(seals, name+"="+seal)
		}
	}
	return strings.Join(seals, " ")
}

// sealOf names what a field holds; empty for nothing.
func sealOf(values []string) string {
	if strings.Join(values, "") == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00"))) // no text of a form has a NUL
	return hex.EncodeToString(sum[:6])
}

// sealIn is that of a field in a version.
func sealIn(version, name string) string {
	for entry := range strings.FieldsSeq(version) {
		if seal, found := strings.CutPrefix(entry, name+"="); found {
			return seal
		}
	}
	return ""
}

// meanwhile compares what is stored now with what the form was made of. When somebody else saved in between it notes each field
// that would change, and the new version, so that sending the form once more is a decision and no accident. What whoever types did not
// touch is no decision of theirs: it is taken from the store, and merged says that something was. Where the fields stand together,
// touching one is touching all. What would be stored is compared, and not what was typed: two ways of writing one thing are no
// difference. The last argument says a field's values in words.
func (f *form) meanwhile(stored, edited url.Values, fields []labelled, together bool, words func(field string, values []string) string) (merged bool) {
	loaded, now := f.Value("version"), versionOf(stored)
	if loaded == now {
		return false
	}
	touched := func(field labelled) bool { return sealOf(edited[field.Field]) != sealIn(loaded, field.Field) }
	all := together && slices.ContainsFunc(fields, touched)
	for _, field := range fields {
		theirs, yours := stored[field.Field], edited[field.Field]
		switch {
		case sealOf(theirs) == sealOf(yours):
		case all || touched(field):
			f.Differ = append(f.Differ, difference{Field: field.Field, Label: field.Label, Theirs: words(field.Field, theirs), Yours: words(field.Field, yours)})
		default:
			f.values[field.Field], merged = theirs, true
		}
	}
	f.values.Set("version", now)
	return merged
}

// field is one labelled input, for the template "field".
type field struct {
	Name, Label, Hint, Type string
	Form                    *form
	Value, Error            string
}

// newField joins a form and a field's words. The hint may be empty; the type is that of the input, or textarea, or zone for the
// name of a time zone.
func newField(f *form, name, label, hint, kind string) field {
	if f == nil {
		f = &form{}
	}
	return field{Name: name, Label: label, Hint: hint, Type: kind, Form: f, Value: f.Value(name), Error: f.Error(name)}
}

// date is a date in a filter, for the template "date".
type date struct {
	field
	Required bool
}

// newDate joins what is wrong with a filter and a date of its.
func newDate(f *form, name, label, value string, required bool) date {
	d := date{newField(f, name, label, "", "date"), required}
	d.Value = value
	return d
}

// About is the list of ids that describe the input.
func (f field) About() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.Name+"-error")
	}
	return strings.Join(ids, " ")
}
