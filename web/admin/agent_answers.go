package admin

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/docket-handoff/docket/handoff"
)

var answersTab = agentTab{
	file: "agent_answers.html", title: "Answers", path: "/answers", most: maxAnswersForm, together: true,
	fields: []labelled{{"questions", "Questions"}, {"answer", "Answers"}},
}

func init() {
	answersTab.read, answersTab.write, answersTab.around, answersTab.says = readAnswers, writeAnswers, (*visit).aroundAnswers, saysAnswers
}

func (v *visit) answersTab() error     { return v.showTab(&answersTab) }
func (v *visit) saveAnswersTab() error { return v.saveTab(&answersTab) }

// readAnswers writes each answer as a pair of fields: the n-th "questions" and the n-th "answer".
func readAnswers(a handoff.Agent) url.Values {
	values := url.Values{}
	for _, known := range a.Answers {
		values.Add("questions", strings.Join(known.Questions, "\n"))
		values.Add("answer", known.Answer)
	}
	return values
}

// saysAnswers numbers them as the page does.
func saysAnswers(_ *visit, _ string, values []string) string {
	var lines []string
	for i, value := range values {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, strings.ReplaceAll(value, "\n", " / ")))
	}
	return strings.Join(lines, "\n")
}

const (
	blankPairs = 2 // to be filled in

	// What was set through the API can be changed here too. It takes 1 MiB, and a form writes three bytes for many a one.
	maxAnswersForm = 4 << 20
)

// writeAnswers leaves out the pairs in which nothing was typed: so an answer is taken away by emptying both of its fields.
func writeAnswers(_ *visit, f *form, a *handoff.Agent) {
	var known []handoff.KnownAnswer
	var questions, answers []string
	for i, typed := range f.Values("questions") {
		var answer string
		if i < len(f.Values("answer")) {
			answer = strings.TrimSpace(f.Values("answer")[i])
		}
		if typed = strings.TrimSpace(typed); typed == "" && answer == "" {
			continue
		}
		n := len(questions)
		questions, answers = append(questions, typed), append(answers, answer)
		entry := handoff.KnownAnswer{Answer: answer}
		for line := range strings.Lines(typed) {
			if line = strings.TrimSpace(line); line != "" {
				entry.Questions = append(entry.Questions, line)
			}
		}
		switch {
		case len(entry.Questions) == 0:
			f.wrong(fmt.Sprintf("questions-%d", n), fmt.Sprintf("Answer %d needs at least one question.", n+1))
		case answer == "":
			f.wrong(fmt.Sprintf("answer-%d", n), fmt.Sprintf("Question %d has no answer. Write one, or empty both fields to take it away.", n+1))
		case utf8.RuneCountInString(answer) > handoff.MaxText:
			f.wrong(fmt.Sprintf("answer-%d", n), fmt.Sprintf("Answer %d is longer than a message may be, which is %d characters.", n+1, handoff.MaxText))
		}
		known = append(known, entry)
	}
	f.values["questions"], f.values["answer"] = questions, answers
	if len(known) > handoff.MaxAnswers {
		f.wrong("questions-0", fmt.Sprintf("There may be at most %d answers.", handoff.MaxAnswers))
	}
	a.Answers = known
}

// pair is an answer as its fields.
type pair struct {
	N                           int // from 1
	Questions, Answer           string
	QuestionsID, AnswerID       string
	WrongQuestions, WrongAnswer string
	Blank                       bool
}

// answersMore is what stands around the form.
type answersMore struct {
	Pairs []pair
}

func (v *visit) aroundAnswers(view *agentView) (any, error) {
	f := view.Form
	var more answersMore
	questions, answers := f.Values("questions"), f.Values("answer")
	for i := range len(questions) + blankPairs {
		p := pair{N: i + 1, QuestionsID: fmt.Sprintf("questions-%d", i), AnswerID: fmt.Sprintf("answer-%d", i), Blank: i >= len(questions)}
		if !p.Blank {
			p.Questions, p.Answer = questions[i], answers[i]
		}
		p.WrongQuestions, p.WrongAnswer = f.Error(p.QuestionsID), f.Error(p.AnswerID)
		if !p.Blank || view.May {
			more.Pairs = append(more.Pairs, p)
		}
	}
	return more, nil
}
