package agent

import (
	"regexp"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

const (
	people = `(person|people|human|humans|someone|somebody|specialist|representative|rep|operator|salesperson|(sales|support|account) (team|rep|person|manager|agent)|real (one|agent|person|human)|live (agent|person|chat|human)|human being|colleague)`
	verbs  = `(talk|speak|chat|connect|get|transfer|escalate|hand|put|pass|reach|contact|call)`
)

var (
	wish     = regexp.MustCompile(`\b` + verbs + `\b[^.!?]{0,40}?\b` + people + `\b|\b(want|need|like|have|get|is there|can i|could i|may i)\b[^.!?]{0,25}?\b(a |an |some |any |your )?(real |live |actual )?(person|human|specialist|representative|operator)\b`)
	bareWish = regexp.MustCompile(`^(a |an )?(real |live )?(person|human|agent|operator|representative|specialist)( please| now)?[.!?]*$`)
	refusal  = regexp.MustCompile(`\b(do not|don't|dont|no need|not|never|without|rather not|instead of)\b[^.!?]{0,40}\b` + people + `\b`)
	yes      = regexp.MustCompile(`^(yes|yeah|yep|yup|sure|ok|okay|please|please do|yes please|go ahead|do it|that would be (great|good|nice))[ ,.!]*(please|thanks|thank you)?[ .!]*$`)
)

// wantsPerson recognises an explicit wish for a person. A sentence that turns a person down is no wish.
func wantsPerson(text string) bool {
	s := plain(text)
	if refusal.MatchString(s) {
		return false
	}
	return wish.MatchString(s) || bareWish.MatchString(s)
}

func isYes(text string) bool { return yes.MatchString(plain(text)) }

// plain lowers the case and straightens quotes and blanks.
func plain(text string) string {
	s := strings.NewReplacer("’", "'", "‘", "'", "\u00a0", " ", "\n", " ").Replace(strings.ToLower(text))
	return strings.Join(strings.Fields(s), " ")
}

// namedByInstruction returns the phrase of the Instruction that the line is about, or "".
func namedByInstruction(instruction, line string) string {
	said := words(line)
	for _, phrase := range phrases(instruction) {
		if wanted := words(phrase); len(wanted) > 0 && wanted.within(said) {
			return phrase
		}
	}
	return ""
}

var (
	quoted  = regexp.MustCompile(`"([^"\n]{2,80})"|“([^”\n]{2,80})”|«([^»\n]{2,80})»|‘([^’\n]{2,80})’`)
	bullets = regexp.MustCompile(`(?m)^\s*(?:[-*•]|\d+[.)])\s+(.{2,80})$`)
	topics  = regexp.MustCompile(`(?i)\b(?:about|mentions?|mentioning|regarding|concerning|asks? for|asking for|wants?|needs?|requests?)\s+([^.;:\n]{2,200})`)
	between = regexp.MustCompile(`(?i)\s*(?:,|/|\bor\b|\band\b)\s*`)
)

// phrases takes from an Instruction what it names: first what stands in quotes; where nothing does, the entries of its
// list and what follows words like "about", "mentions" or "asks for".
func phrases(instruction string) []string {
	if found := groups(quoted, instruction); len(found) > 0 {
		return found
	}
	var out []string
	out = append(out, groups(bullets, instruction)...)
	for _, list := range groups(topics, instruction) {
		for _, part := range between.Split(list, -1) {
			if part = strings.TrimSpace(part); part != "" && len(words(part)) <= 4 {
				out = append(out, part)
			}
		}
	}
	return out
}

func groups(re *regexp.Regexp, s string) []string {
	var out []string
	for _, match := range re.FindAllStringSubmatch(s, -1) {
		for _, group := range match[1:] {
			if group = strings.TrimSpace(group); group != "" {
				out = append(out, group)
			}
		}
	}
	return out
}

// sameQuestion is the likeness from which two questions are one: three words of five.
const sameQuestion = 0.6

// asksAgain says whether the visitor has asked this before and got an answer that did not help.
func asksAgain(text string, before []handoff.Message) bool {
	now := words(text)
	if len(now) == 0 || !isQuestion(text) {
		return false
	}
	answered := false
	for i := len(before) - 1; i >= 0; i-- {
		switch m := before[i]; m.From.Kind {
		case handoff.FromAgent:
			answered = true
		case handoff.FromVisitor:
			if answered && now.likeness(words(m.Text)) >= sameQuestion {
				return true
			}
		}
	}
	return false
}
