package demo

import (
	"encoding/json"
	"errors"
	"net/http"
)

// refusal is an answer that says no: a status, a stable code for the page, and a sentence for the person.
type refusal struct {
	status int
	code   string
	detail string
}

func (r refusal) Error() string { return r.detail }

// write answers as RFC 9457 has it.
func (r refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(r.status), "status": r.status, "code": r.code, "detail": r.detail,
	})
}

// writeRefusal answers with what went wrong; an error that is no refusal is ours.
func writeRefusal(w http.ResponseWriter, err error) {
	var r refusal
	if !errors.As(err, &r) {
		r = refusal{http.StatusInternalServerError, "internal", "Something went wrong here."}
	}
	r.write(w)
}
