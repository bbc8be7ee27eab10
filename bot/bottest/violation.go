package bottest

import (
	"fmt"
	"slices"
	"strings"
)

// Violation is something the bot did that the real service would refuse, or that this one cannot answer for it.
type Violation struct {
	Op   Op
	What string

	// NotModelled says that the real service has an answer which this one does not know. The bot may be right; no test here
	// can tell.
	NotModelled bool
}

// String describes the violation in one line.
func (v Violation) String() string { return fmt.Sprintf("%s: %s", v.Op, v.What) }

// Verdict is the description with what it means for the bot: it would be refused, or this service does not know.
func (v Violation) Verdict() string {
	if v.NotModelled {
		return "not modelled here: " + v.String()
	}
	return "the real service would refuse: " + v.String()
}

// Violations answers what the bot did wrong so far, and what it asked for that is not modelled.
func (s *Service) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// ExpectViolation announces that the bot will do something wrong, or something that is not modelled, whose
// description contains the text, once or more. Start then fails its test only if it
// does not happen.
func (s *Service) ExpectViolation(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = append(s.expected, text)
}

func (s *Service) violate(op Op, format string, args ...any) {
	s.note(Violation{Op: op, What: fmt.Sprintf(format, args...)})
}

func (s *Service) note(v Violation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, v)
}

// unsettled answers the violations nobody expected and the expectations that
// nothing met.
func (s *Service) unsettled() (violations []Violation, unmet []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	met := make(map[string]bool)
	for _, v := range s.violations {
		if i := slices.IndexFunc(s.expected, func(text string) bool { return strings.Contains(v.String(), text) }); i >= 0 {
			met[s.expected[i]] = true
			continue
		}
		violations = append(violations, v)
	}
	for _, text := range s.expected {
		if !met[text] {
			unmet = append(unmet, text)
		}
	}
	return violations, unmet
}
