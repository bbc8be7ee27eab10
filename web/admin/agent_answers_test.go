package admin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
)

// TestAnswers: pairs are kept in their order, empty ones count for nothing, and what is wrong with one is said beside it.
func TestAnswers(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	const path = "/admin/agents/marketing/answers"
	version := func() string {
		_, after, _ := strings.Cut(c.Get(path).Body, `name="version" value="`)
		v, _, _ := strings.Cut(after, `"`)
		return v
	}
	price := handoff.KnownAnswer{Questions: []string{"What does it cost?", "How much is it?"}, Answer: "20 euros a month."}
	trial := handoff.KnownAnswer{Questions: []string{"Is there a trial?"}, Answer: "Yes, for two weeks."}
	for _, row := range []struct {
		name               string
		questions, answers []string
		status             int
		says               string
		want               []handoff.KnownAnswer
	}{
		{"two, with empty ones around", []string{"", "What does it cost?\r\n\r\n How much is it?", "", "Is there a trial?"}, []string{"", "20 euros a month. ", " ", "Yes, for two weeks."}, 303, "", []handoff.KnownAnswer{price, trial}},
		{"a question without an answer", []string{"Anything?"}, []string{""}, 422, "Question 1 has no answer.", []handoff.KnownAnswer{price, trial}},
		{"an answer without a question", []string{"Is there a trial?", " "}, []string{"Yes.", "Ghost"}, 422, "Answer 2 needs at least one question.", []handoff.KnownAnswer{price, trial}},
		{"an answer that is too long", []string{"Why?"}, []string{strings.Repeat("é", handoff.MaxText+1)}, 422, "longer than a message may be", []handoff.KnownAnswer{price, trial}},
		{"fewer answers than questions", []string{"Why?", "Who?"}, []string{"Because."}, 422, "Question 2 has no answer.", []handoff.KnownAnswer{price, trial}},
		{"one is taken away", []string{"", "Is there a trial?"}, []string{"", "Yes, for two weeks."}, 303, "", []handoff.KnownAnswer{trial}},
		{"none is left", nil, nil, 303, "", nil},
	} {
		page := c.Post(path, url.Values{"version": {version()}, "questions": row.questions, "answer": row.answers})
		if page.Status != row.status || !strings.Contains(page.Body, row.says) {
			t.Errorf("%s: %d\n%s", row.name, page.Status, page.Body)
		}
		if row.status == http.StatusUnprocessableEntity && len(row.answers[0]) < 100 && row.answers[0] != "" && !strings.Contains(page.Body, ">"+row.answers[0]+"</textarea>") {
			t.Errorf("%s: what was typed is not kept:\n%s", row.name, page.Body)
		}
		a, err := d.Desk.Agent(t.Context(), "marketing")
		d.Must(err)
		if diff := cmp.Diff(row.want, a.Answers); diff != "" {
			t.Errorf("%s: %s", row.name, diff)
		}
	}
}

// TestManyAnswers changes one of as many answers as the API takes, in letters of which a form makes much.
func TestManyAnswers(t *testing.T) {
	d := newDesk(t)
	many := slices.Repeat([]handoff.KnownAnswer{{Questions: []string{"なぜですか？"}, Answer: strings.Repeat("é", 1000)}}, 500)
	stored, err := d.Desk.Agent(t.Context(), "marketing")
	d.Must(err)
	stored.Answers = many
	_, err = d.Desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, stored)
	d.Must(err)
	c := d.SignIn(admin.RoleAdmin)
	const path = "/admin/agents/marketing/answers"
	form := settings(t, c.Get(path))
	form["answer"][499] = "Because."
	if page := c.Post(path, form); page.Status != http.StatusSeeOther {
		t.Fatalf("%d: %.2000s", page.Status, page.Body)
	}
	a, err := d.Desk.Agent(t.Context(), "marketing")
	d.Must(err)
	if len(a.Answers) != 500 || a.Answers[499].Answer != "Because." || a.Answers[0].Answer != many[0].Answer {
		t.Errorf("there are %d answers, the last %+v", len(a.Answers), a.Answers[len(a.Answers)-1])
	}
	form.Set("answer", strings.Repeat("x", 5<<20))
	if page := c.Post(path, form); page.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than the page takes is answered %d", page.Status)
	}
}

// TestAnswersInTheBrowser adds an answer by keyboard and looks at the page.
func TestAnswersInTheBrowser(t *testing.T) {
	d := newDesk(t)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/agents/marketing/answers")
	b.TabTo("#questions-0")
	b.Type("What does it cost?")
	b.Expect("422")
	b.TabTo("#settings .primary")
	b.Key("Enter")
	b.See("Question 1 has no answer.")
	b.Judge("answers-wrong")
	b.TabTo("#answer-0")
	b.Type("20 euros a month.")
	b.TabTo("#settings .primary")
	b.Key("Enter")
	b.See("Saved.")
	b.See("Answer 1")
	b.Judge("answers")
}
