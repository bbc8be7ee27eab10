package cards_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/cards"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 22, 9, 20, 0, 0, time.UTC)

func marshal(t testing.TB, card cards.Card) map[string]any {
	t.Helper()
	data, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	keepsToTheSchema(t, data)
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestButtonsFitTheState(t *testing.T) {
	for _, row := range []struct {
		state string
		want  []string
	}{
		{cards.StateWaiting, []string{"Join conversation handoff.join", "View transcript handoff.transcript"}},
		{cards.StateJoined, []string{"End conversation handoff.end", "Leave handoff.leave", "Hand back handoff.back", "View transcript handoff.transcript"}},
		{cards.StateEnded, nil},
		{"something new", nil},
	} {
		t.Run(row.state, func(t *testing.T) {
			card := marshal(t, cards.Handoff(cards.HandoffView{Handoff: "h-7", State: row.state}))
			actions, _ := card["actions"].([]any)
			var got []string
			for _, a := range actions {
				a := a.(map[string]any)
				got = append(got, fmt.Sprint(a["title"], " ", a["verb"]))
				if diff := cmp.Diff(map[string]any{"handoff": "h-7"}, a["data"]); diff != "" {
					t.Errorf("data of %s (-want +got):\n%s", a["verb"], diff)
				}
				fallback := a["fallback"].(map[string]any)
				if diff := cmp.Diff(map[string]any{"handoff": "h-7", "verb": a["verb"]}, fallback["data"]); diff != "" {
					t.Errorf("fallback of %s (-want +got):\n%s", a["verb"], diff)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("buttons (-want +got):\n%s", diff)
			}
			if card["refresh"] != nil {
				t.Error("the card refreshes itself")
			}
		})
	}
}

func TestTheCardSaysItsState(t *testing.T) {
	view := cards.HandoffView{
		Visitor: cards.Person{Name: "Dana Cole"}, Account: "Northwind", Reason: "Asked for a person",
		WaitingSince: start, JoinedAt: start.Add(4 * time.Minute), EndedAt: start.Add(time.Hour),
		Specialist: "Rui Costa", Ending: "The visitor left.",
	}
	for _, row := range []struct{ state, words, absent string }{
		{cards.StateWaiting, "Waiting · Dana Cole · Northwind|Asked for a person| · waiting since 09:20 UTC", "Rui Costa"},
		{cards.StateJoined, "Joined · Dana Cole · Northwind|Asked for a person|Rui Costa joined at 09:24 UTC after 4 minutes", "waiting since"},
		{cards.StateEnded, "Ended · Dana Cole · Northwind|Asked for a person|Rui Costa joined at 09:24 UTC after 4 minutes|The visitor left · 10:20 UTC", "waiting since"},
	} {
		t.Run(row.state, func(t *testing.T) {
			v := view
			v.State = row.state
			card := marshal(t, cards.Handoff(v))
			body := strings.Join(texts(card["body"]), "|")
			if !strings.HasPrefix(body, row.words) || strings.Contains(body, row.absent) {
				t.Errorf("says %s", body)
			}
			if fallback := card["fallbackText"].(string); !strings.Contains(fallback, "Dana Cole from Northwind") || !strings.Contains(fallback, "Asked for a person") {
				t.Errorf("fallback: %s", fallback)
			}
		})
	}
}

func TestWhatIsNotVerifiedSaysSo(t *testing.T) {
	card := marshal(t, cards.Handoff(cards.HandoffView{
		State:   cards.StateWaiting,
		Visitor: cards.Person{Name: "Dana", Email: "d@example.com"},
		Facts:   []cards.Fact{{Title: "Plan", Value: "trial", Verified: true}, {Title: "City", Value: "Lisbon"}},
	}))
	body := strings.Join(texts(card["body"]), "|")
	if !strings.HasSuffix(body, "Visitor: |Dana · d@example.com| (not verified)|Plan: |trial|City: |Lisbon| (not verified)") {
		t.Errorf("says %s", body)
	}
}

func TestNotice(t *testing.T) {
	for _, row := range []struct {
		name string
		view cards.HandoffView
		want string
	}{
		{"all known", cards.HandoffView{Visitor: cards.Person{Name: "Dana"}, Account: "Northwind", Reason: "pricing"}, "Dana from Northwind needs a specialist: pricing"},
		{"a pseudonym", cards.HandoffView{Visitor: cards.Person{Pseudonym: "Brave Otter"}}, "Brave Otter needs a specialist"},
		{"nothing known", cards.HandoffView{}, "A visitor needs a specialist"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := cards.Notice(row.view); got != row.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestAnyHandoffMakesACard(t *testing.T) {
	words := rapid.StringMatching(`([a-z <>@*_\[\]{}&;"\\é😀\n\x00\x1b‮-]|<at>|{{DATE\(){0,40}`)
	long := rapid.Map(words, func(s string) string { return strings.Repeat(s, 50) })
	anyWords := rapid.OneOf(words, long)
	moment := rapid.Map(rapid.Int64Range(0, 1e6), func(s int64) time.Time {
		if s%3 == 0 {
			return time.Time{}
		}
		return start.Add(time.Duration(s) * time.Second)
	})
	rapid.Check(t, func(t *rapid.T) {
		person := cards.Person{Name: anyWords.Draw(t, "name"), Pseudonym: words.Draw(t, "pseudonym"), Email: words.Draw(t, "email")}
		lists := rapid.SliceOfN(anyWords, 0, 40)
		facts := rapid.SliceOfN(rapid.Map(anyWords, func(s string) cards.Fact { return cards.Fact{Title: s, Value: s} }), 0, 30)
		lines := rapid.SliceOfN(rapid.Map(anyWords, func(s string) cards.Line { return cards.Line{Who: s, Text: s, At: start} }), 0, 60)
		view := cards.HandoffView{
			Handoff: words.Draw(t, "id"), State: rapid.SampledFrom([]string{"waiting", "joined", "ended", ""}).Draw(t, "state"),
			App: words.Draw(t, "app"), Visitor: person, Account: anyWords.Draw(t, "account"), AccountDomain: words.Draw(t, "domain"),
			Reason: anyWords.Draw(t, "reason"), WaitingSince: moment.Draw(t, "since"), Summary: lists.Draw(t, "summary"),
			OpenLoops: lists.Draw(t, "loops"), Facts: facts.Draw(t, "facts"), Specialist: words.Draw(t, "specialist"),
			JoinedAt: moment.Draw(t, "joined"), EndedAt: moment.Draw(t, "ended"), Ending: anyWords.Draw(t, "ending"),
		}
		for name, card := range map[string]cards.Card{
			"handoff":    cards.Handoff(view),
			"transcript": cards.Transcript(cards.TranscriptView{Visitor: person, Account: view.Account, Lines: lines.Draw(t, "lines")}),
			"closing": cards.Closing(cards.ClosingView{Visitor: person, Ending: view.Ending, Specialist: view.Specialist,
				WaitingSince: view.WaitingSince, JoinedAt: view.JoinedAt, EndedAt: view.EndedAt, Settled: view.Summary, OpenLoops: view.OpenLoops}),
		} {
			data, err := json.Marshal(card)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			keepsToTheSchema(t, data)
			if name != "handoff" { // whose buttons carry an id as it is
				checkStrings(t, data)
			}
		}
	})
}

func TestTranscriptKeepsTheNewest(t *testing.T) {
	var lines []cards.Line
	for i := range 3000 {
		lines = append(lines, cards.Line{Who: "Dana", At: start.Add(time.Duration(i) * time.Second), Text: fmt.Sprintf("line %d of many", i)})
	}
	card := marshal(t, cards.Transcript(cards.TranscriptView{Lines: lines}))
	said := texts(card["body"])
	if last := said[len(said)-1]; last != "line 2999 of many" {
		t.Errorf("ends with %q", last)
	}
	shown := (len(said) - 2) / 3
	if want := fmt.Sprintf("%d earlier lines are not shown.", 3000-shown); said[1] != want {
		t.Errorf("says %q, shows %d lines", said[1], shown)
	}
	if shown < 50 {
		t.Errorf("only %d lines", shown)
	}
}

func TestTranscriptLeadsBackToTheCard(t *testing.T) {
	card := marshal(t, cards.Transcript(cards.TranscriptView{Handoff: "h-7"}))
	back := card["actions"].([]any)[0].(map[string]any)
	if diff := cmp.Diff(map[string]any{"handoff": "h-7"}, back["data"]); diff != "" || back["verb"] != cards.VerbCard {
		t.Errorf("leads to %v (-want +got):\n%s", back["verb"], diff)
	}
	if card := marshal(t, cards.Transcript(cards.TranscriptView{})); card["actions"] != nil {
		t.Error("a button without a handoff leads nowhere")
	}
}

func TestTranscriptOfOneHugeLine(t *testing.T) {
	huge := strings.Repeat("😀\n<é>", 100_000)
	card := marshal(t, cards.Transcript(cards.TranscriptView{Lines: []cards.Line{{Text: "first"}, {Who: huge, Text: huge}}}))
	said := texts(card["body"])
	if said[1] != "Somebody" && said[1] != "1 earlier line is not shown." {
		t.Errorf("says %q", said[:3])
	}
	if strings.Join(said, "") == "" || !strings.HasSuffix(said[len(said)-1], "…") {
		t.Errorf("ends with %q", said[len(said)-1])
	}
}

func TestClosingSaysHowLong(t *testing.T) {
	for _, row := range []struct {
		name string
		view cards.ClosingView
		want string
	}{
		{"somebody joined", cards.ClosingView{Specialist: "Rui", Ending: "Rui ended it.", WaitingSince: start, JoinedAt: start.Add(30 * time.Second), EndedAt: start.Add(61*time.Minute + 30*time.Second)},
			"Rui ended it · 10:21 UTC|Rui was there for 1 hour 1 minute; the visitor had waited less than a minute|Nothing was left open."},
		{"exactly two hours", cards.ClosingView{Specialist: "Rui", JoinedAt: start, EndedAt: start.Add(2 * time.Hour)}, "Ended · 11:20 UTC|Rui was there for 2 hours|Nothing was left open."},
		{"exactly one minute", cards.ClosingView{Specialist: "Rui", JoinedAt: start, EndedAt: start.Add(time.Minute)}, "Ended · 09:21 UTC|Rui was there for 1 minute|Nothing was left open."},
		{"clocks that ran backwards", cards.ClosingView{Specialist: "Rui", JoinedAt: start, EndedAt: start.Add(-time.Hour)}, "Ended · 08:20 UTC|Rui was there for less than a minute|Nothing was left open."},
		{"nobody joined", cards.ClosingView{WaitingSince: start, EndedAt: start.Add(5 * time.Minute)}, "Ended · 09:25 UTC|Nobody joined; the visitor waited 5 minutes"},
		{"times not known", cards.ClosingView{Specialist: "Rui"}, "Ended|Rui was there|Nothing was left open."},
		{"nothing known", cards.ClosingView{}, "Ended|Nobody joined"},
	} {
		t.Run(row.name, func(t *testing.T) {
			card := marshal(t, cards.Closing(row.view))
			said := strings.Join(texts(card["body"])[1:], "|")
			if said != row.want {
				t.Errorf("says %q", said)
			}
			if card["actions"] != nil {
				t.Error("it has buttons")
			}
		})
	}
}

// texts returns what a reader sees in the body, run by run.
func texts(v any) []string {
	var all []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			all = append(all, texts(e)...)
		}
	case map[string]any:
		if text, ok := v["text"].(string); ok {
			return []string{text}
		}
		for _, inside := range []string{"items", "inlines"} {
			all = append(all, texts(v[inside])...)
		}
	}
	return all
}
