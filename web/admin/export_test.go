package admin

// Patterns are all routes, for the test that decides who may use them.
func Patterns() []string {
	var out []string
	for _, r := range routes() {
		out = append(out, r.pattern)
	}
	return out
}
