package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// reading is what a person reads on a card.
type reading struct{ lines, buttons []string }

// readCard reads a card from top to bottom. What is no card reads as nothing.
func readCard(card json.RawMessage) *reading {
	var root any
	_ = json.Unmarshal(card, &root)
	r := &reading{}
	r.read(root)
	return r
}

// String lists the words, and the buttons in one line below.
func (r *reading) String() string {
	lines := r.lines
	if len(r.buttons) > 0 {
		lines = append(lines, "["+strings.Join(r.buttons, "] [")+"]")
	}
	return plain(strings.Join(lines, "\n"))
}

func (r *reading) read(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.read(e)
		}
	case map[string]any:
		r.element(v)
	}
}

func (r *reading) element(e map[string]any) {
	switch kind, _ := e["type"].(string); {
	case strings.HasPrefix(kind, "Action."):
		r.buttons = append(r.buttons, fmt.Sprint(e["title"]))
		return
	case kind == "TextBlock":
		r.lines = append(r.lines, fmt.Sprint(e["text"]))
	case kind == "RichTextBlock":
		r.lines = append(r.lines, runs(e["inlines"]))
	case kind == "" && e["title"] != nil: // a fact
		r.lines = append(r.lines, fmt.Sprintf("%v: %v", e["title"], e["value"]))
	}
	for _, inside := range []string{"body", "items", "columns", "rows", "cells", "facts", "actions"} {
		r.read(e[inside])
	}
}

// runs are the words of a RichTextBlock.
func runs(inlines any) string {
	var b strings.Builder
	list, _ := inlines.([]any)
	for _, e := range list {
		if run, ok := e.(map[string]any); ok {
			fmt.Fprint(&b, run["text"])
		}
	}
	return b.String()
}
