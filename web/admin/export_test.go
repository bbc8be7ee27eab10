package admin

import "github.com/docket-handoff/docket/handoff"

// Patterns are all routes, for the test that decides who may use them.
func Patterns() []string {
	var out []string
	for _, r := range routes() {
		out = append(out, r.pattern)
	}
	return out
}

// Snippet is the line that a website needs.
func (s *Server) Snippet(agent string) string {
	return (&visit{Server: s}).snippet(handoff.ID(agent))
}
