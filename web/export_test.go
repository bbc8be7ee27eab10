package web

import (
	"regexp"

	"github.com/docket-handoff/docket/handoff"
)

// CleanName and ParsePlace are what the fuzz targets hold.
var (
	CleanName  = cleanName
	ParsePlace = parsePlace
)

var parameter = regexp.MustCompile(`:(\w+)`)

// Routes lists the surface as "GET /v1/agents/{agent}".
func (s *Server) Routes() []string {
	var out []string
	for _, r := range s.echo.Routes() {
		out = append(out, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
	}
	return out
}

// Codes lists every code that an answer may carry.
func Codes() []handoff.Code {
	var out []handoff.Code
	for code := range statusOf {
		out = append(out, code)
	}
	return out
}
