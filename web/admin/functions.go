package admin

import (
	"html/template"
	"time"

	"github.com/docket-handoff/docket/audit"
)

// functions are what templates may call.
var functions = template.FuncMap{
	"asset":  assetPath,
	"when":   when,
	"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"day":    day,
	"act":    func(a audit.Act) string { return actWords[a] },
	"field":  newField,
	"boxes":  newBoxes,
	"date":   newDate,
	"seqOf":  seqOf,
	"table":  func(head string, rows []figures) figureTable { return figureTable{head, rows} },
	"kept":   func(posts []keptPost, may bool) keptTable { return keptTable{posts, may} },
	"select": func(name string, choices []choice) selection { return selection{name, choices} },
	"legend": func() []choice { return legend },
	"add":    func(a, b int) int { return a + b },
	"addf":   func(a float64, b int) float64 { return a + float64(b) },
}

// day is a date as people read it.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// when is a moment as people read it. All pages speak in UTC, as the audit log does; the machine-readable form stands beside it.
func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
}
