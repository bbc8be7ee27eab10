package agent

import (
	"slices"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

const (
	maxSummary = 4
	maxLoops   = 6
	maxExtract = 200 // characters of one sentence
)

// Brief extracts what a specialist must know: how it began, what the visitor said last, and the questions that got no
// answer. Each point is a sentence of the visitor's and points at its message.
func Brief(said []handoff.Message) handoff.Brief {
	loops := openLoops(said)
	return handoff.Brief{Summary: summary(said, loops), OpenLoops: loops}
}

// summary is what the visitor told beside the open loops, which the card shows by themselves.
func summary(said []handoff.Message, loops []handoff.Point) []handoff.Point {
	var told []handoff.Point
	for _, m := range said {
		open := slices.ContainsFunc(loops, func(p handoff.Point) bool { return p.Message == m.ID })
		if m.From.Kind == handoff.FromVisitor && !open && len(words(m.Text)) > 0 && !wantsPerson(m.Text) {
			told = append(told, extract(m))
		}
	}
	if len(told) <= maxSummary {
		return told
	}
	return append(told[:1:1], told[len(told)-maxSummary+1:]...)
}

// openLoops are the visitor's questions that nobody has answered: no line of the agent's or a specialist's follows before
// the visitor writes again, or that line only asks back. A question that was asked again counts once.
func openLoops(said []handoff.Message) []handoff.Point {
	var loops []handoff.Point
	for i, m := range said {
		if m.From.Kind != handoff.FromVisitor || !isQuestion(m.Text) || wantsPerson(m.Text) || answered(said[i+1:]) || asksAgain(m.Text, answeredBefore(said[:i])) {
			continue
		}
		loops = append(loops, extract(m))
	}
	return loops[max(0, len(loops)-maxLoops):]
}

func answered(following []handoff.Message) bool {
	for _, m := range following {
		switch m.From.Kind {
		case handoff.FromVisitor:
			return false
		case handoff.FromAgent, handoff.FromSpecialist:
			return !asksBack(m.Text)
		}
	}
	return false
}

// answeredBefore keeps only open questions in view: a question that comes again after a real answer is open once more.
func answeredBefore(said []handoff.Message) []handoff.Message {
	var open []handoff.Message
	for i, m := range said {
		if m.From.Kind != handoff.FromVisitor || !answered(said[i+1:]) {
			open = append(open, m)
		}
	}
	return open
}

func extract(m handoff.Message) handoff.Point {
	text := strings.Join(strings.Fields(m.Text), " ")
	if runes := []rune(text); len(runes) > maxExtract {
		text = strings.TrimSpace(string(runes[:maxExtract-1])) + "…"
	}
	return handoff.Point{Text: text, Message: m.ID}
}

// Close says what became of the open loops, and of the questions that the visitor asked meanwhile: one is settled when a
// specialist's later line speaks of it, and open otherwise. A question that was asked before counts once.
func Close(loops []handoff.Point, after []handoff.Message) handoff.Closing {
	var closing handoff.Closing
	asked := map[string]bool{}
	judge := func(question handoff.Point, following []handoff.Message) {
		asked[plain(question.Text)] = true
		if by := spokenOf(question.Text, following); by != "" {
			closing.Settled = append(closing.Settled, handoff.Point{Text: question.Text, Message: by})
		} else {
			closing.Open = append(closing.Open, question)
		}
	}
	for _, loop := range loops {
		judge(loop, after)
	}
	for i, m := range after {
		if m.From.Kind != handoff.FromVisitor || !isQuestion(m.Text) || wantsPerson(m.Text) {
			continue
		}
		if question := extract(m); !asked[plain(question.Text)] {
			judge(question, after[i+1:])
		}
	}
	return closing
}

// spokenOf returns the specialist's message that shares a word of weight with the question, and does not only ask back.
func spokenOf(question string, after []handoff.Message) string {
	about := words(question)
	for _, m := range after {
		if m.From.Kind == handoff.FromSpecialist && !asksBack(m.Text) && about.shared(words(m.Text)) > 0 {
			return m.ID
		}
	}
	return ""
}

func asksBack(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "?") }
