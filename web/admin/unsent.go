package admin

import (
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Who types for long may find that their session has ended when they send it. What was typed into the forms of agents goes with them
// through the sign-in by password, and stands in its form again behind it. Other forms are short, or hold what no page may repeat.

// maxUnsent bounds what goes along, in bytes of a form. What is longer has to be typed again.
const maxUnsent = 64 << 10

// The fields of the sign-in with what goes along.
const (
	unsentField = "unsent"    // the form, encoded
	unsentTo    = "unsent_to" // the path to which it was sent
)

// unsavedField marks a form that is shown again and not stored.
const unsavedField = "unsaved"

// keepsUnsent says whether what is sent to a path goes along. Each route behind these paths looks at unsavedField, or stores nothing.
func keepsUnsent(to string) bool {
	return path.Clean(to) == to && (to == "/admin/agents" || strings.HasPrefix(to, "/admin/agents/"))
}

// unsent is the sign-in's form with what this request wanted to store; empty where nothing goes along.
func (v *visit) unsent() (*form, error) {
	none := &form{}
	password, err := v.hasPassword(v.ctx())
	if err != nil || !password || !keepsUnsent(v.r.URL.Path) {
		return none, err
	}
	typed, err := v.formUpTo(maxUnsent)
	if err != nil { // too long, or no form
		return none, nil
	}
	return newForm(url.Values{unsentField: {typed.values.Encode()}, unsentTo: {v.r.URL.Path}}), nil
}

// goOn shows the page on which somebody was typing when their session ended, with what they typed. Nothing is stored before they say so
// there. It is false where nothing can be shown.
func (v *visit) goOn(to, typed string) bool {
	values, err := url.ParseQuery(typed)
	if err != nil || !keepsUnsent(to) {
		return false
	}
	values.Set(unsavedField, onValue)
	body := values.Encode()
	r := v.r.Clone(v.ctx())
	r.URL, r.RequestURI = &url.URL{Path: to}, to
	r.Form, r.PostForm, r.Body, r.ContentLength = nil, nil, io.NopCloser(strings.NewReader(body)), int64(len(body))
	r.Header.Set("Cookie", v.sessionCookie()+"="+v.token())
	if _, pattern := v.mux.Handler(r); !strings.HasPrefix(pattern, http.MethodPost+" ") {
		return false
	}
	v.mux.ServeHTTP(v.w, r)
	return true
}
