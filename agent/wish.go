package agent

import (
	"regexp"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

const (
	person = `(person|human|humans|someone|somebody|specialist|representative|rep|operator|salesperson|(sales|support|account) (team|rep|person|manager|agent)|real (one|agent|person|human)|live (agent|person|chat|human)|human being|colleague)`
	reach  = `(talk|speak|chat|connect|get|transfer|escalate|hand|put|pass|reach|contact|call)`
)

// A wish is to reach a person, to speak with a department, to have a person, or the person alone.
var (
	wishes = []*regexp.Regexp{
		regexp.MustCompile(`\b` + reach + `\b.{0,40}?\b` + person + `\b`),
		regexp.MustCompile(`\b(talk|speak|chat) (to|with) (your |the |a )?(sales|support|customer (service|support|care)|customer success)\b`),
		regexp.MustCompile(`\b(want|need|like|prefer|have|get|get me|give me|is there) (a |an |some |any |your )?(real |live |actual )?(person|human|specialist|representative|operator)\b`),
		regexp.MustCompile(`^(a |an )?(real |live )?(person|human|agent|operator|representative|specialist)( please| now)?$`),
	}
	refusal = regexp.MustCompile(`\b(do not|don't|dont|no need|not|never|without|rather not|instead of)\b.{0,40}\b` + person + `\b`)
	product = regexp.MustCompile(`\b(does|do|did|will|would) (it|you|we|this|that|they|i|one) (need|want)\b`) // what the product needs is no wish
	clauses = regexp.MustCompile(`[.!?;,]+\s*|\s+but\s+`)
)

// wantsPerson recognises an explicit wish for a person. A clause that turns a person down is no wish.
func wantsPerson(text string) bool {
	s := plain(text)
	for _, clause := range append(clauses.Split(s, -1), strings.ReplaceAll(s, ",", "")) {
		clause = strings.TrimRight(clause, ".!? ")
		if refusal.MatchString(clause) || product.MatchString(clause) {
			continue
		}
		for _, wish := range wishes {
			if wish.MatchString(clause) {
				return true
			}
		}
	}
	return false
}

var yes = regexp.MustCompile(`^(yes|yeah|yep|yup|sure|ok|okay|please|please do|yes please|go ahead|do it|that would be (great|good|nice))[ ,.!]*(please|thanks|thank you)?[ .!]*$`)

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
	lead    = regexp.MustCompile(`(?i)^(?:wants?|needs?|asks?(?: for| about)?|requests?|mentions?)\s+`)
	between = regexp.MustCompile(`(?i)\s*(?:,|/|\bor\b|\band\b)\s*`)
)

// phrases takes from an Instruction what it names: first what stands in quotes; where nothing does, the entries of its
// list and what follows words like "about", "mentions" or "asks for". What a sentence rules out is not named by it.
func phrases(instruction string) []string {
	instruction = affirmed(instruction)
	if found := groups(quoted, instruction); len(found) > 0 {
		return found
	}
	var out []string
	out = append(out, groups(bullets, instruction)...)
	for i, entry := range out {
		out[i] = lead.ReplaceAllString(entry, "")
	}
	for _, list := range groups(topics, instruction) {
		for _, part := range between.Split(list, -1) {
			if part = lead.ReplaceAllString(strings.TrimSpace(part), ""); part != "" && len(words(part)) <= 4 {
				out = append(out, part)
			}
		}
	}
	return out
}

var (
	sentences = regexp.MustCompile(`[^\n]*?(?:[.;!]\s|\n|$)`)
	negation  = regexp.MustCompile(`(?i)\b(not|don't|don’t|never|except|unless|without)\b`)
)

// affirmed leaves out the sentences that say when not to hand off, and the list behind one that ends with a colon.
func affirmed(instruction string) string {
	var kept strings.Builder
	list := false
	for _, sentence := range sentences.FindAllString(instruction, -1) {
		if list = list && bullets.MatchString(sentence); list {
			continue
		}
		if negation.MatchString(quoted.ReplaceAllString(sentence, "")) {
			list = strings.HasSuffix(strings.TrimSpace(sentence), ":")
			continue
		}
		kept.WriteString(sentence)
	}
	return kept.String()
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
