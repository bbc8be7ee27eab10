package agent

import (
	"strings"
	"unicode"

	"github.com/docket-handoff/docket/handoff"
)

// wordSet is what a sentence is about: its words without those that every sentence has, cut to their stems.
type wordSet map[string]struct{}

var common = func() wordSet {
	set := wordSet{}
	for _, w := range strings.Fields(`a an and any anything are about as at be been but by can could did do does for from get give
		got had has have help her hers hi hello hey his how i i'm if in is it it's its just know let like many may me mine more much my
		need no not of off ok okay on one or our out over please really same say should so some still tell than thank thanks that the
		their them then there these they thing this those to too up us use very visitor visitors want was we well were what what's when
		where which who why will with would yes you your yours yet again asks ask customer customers user users someone they're wants needs`) {
		set[w] = struct{}{}
	}
	return set
}()

func words(text string) wordSet {
	set := wordSet{}
	for _, w := range strings.FieldsFunc(plain(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' }) {
		w = strings.Trim(w, "'")
		if _, skip := common[w]; !skip && w != "" {
			set[stem(w)] = struct{}{}
		}
	}
	return set
}

// stem cuts the endings that make "price", "prices" and "pricing", or "integrate" and "integration", several words.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	for _, ending := range []string{"ations", "ation", "ating", "ates", "ated", "ate", "ings", "ing", "ies", "ed", "es", "s", "e", "y"} {
		if rest, cut := strings.CutSuffix(w, ending); cut && len([]rune(rest)) >= 3 {
			return rest
		}
	}
	return w
}

// within says whether every word stands in the other set too.
func (s wordSet) within(other wordSet) bool {
	for w := range s {
		if _, there := other[w]; !there {
			return false
		}
	}
	return true
}

func (s wordSet) shared(other wordSet) int {
	n := 0
	for w := range s {
		if _, there := other[w]; there {
			n++
		}
	}
	return n
}

// likeness is the share of words that both have, of all that either has.
func (s wordSet) likeness(other wordSet) float64 {
	both := s.shared(other)
	if all := len(s) + len(other) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// bestAnswer returns the known answer whose question fits best, or "" when none fits well.
func bestAnswer(answers []handoff.KnownAnswer, text string) string {
	asked := words(text)
	best, answer := 0.0, ""
	for _, known := range answers {
		for _, question := range known.Questions {
			q := words(question)
			if len(q) == 0 {
				continue
			}
			if fit := float64(asked.shared(q)) / float64(len(q)); fit > best {
				best, answer = fit, known.Answer
			}
		}
	}
	if best < 0.6 {
		return ""
	}
	return answer
}

var asking = map[string]bool{
	"how": true, "what": true, "when": true, "where": true, "which": true, "who": true, "why": true, "can": true, "could": true,
	"do": true, "does": true, "did": true, "is": true, "are": true, "will": true, "would": true, "may": true, "what's": true, "whats": true,
}

func isQuestion(text string) bool {
	s := plain(text)
	first, _, _ := strings.Cut(s, " ")
	return strings.HasSuffix(s, "?") || asking[first] || strings.Contains(s, "? ")
}
