package agent_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/handoff"
)

func TestTry(t *testing.T) {
	offer := mira.Text(handoff.TextNoAnswer)
	for _, row := range []struct {
		name   string
		said   string
		line   int    // -1: no handoff
		reason string // part of it
	}{
		{"nothing", "", -1, ""},
		{"small talk", "Visitor: Do you like cheese?\nAgent: I do.\nVisitor: Nice.", -1, ""},
		{"a wish", "Visitor: Hello.\nMira: Hello.\nVisitor: Can I talk to a person?", 2, "asked for a person"},
		{"the instruction, in a line without a speaker", "I need a refund", 0, "“refund”"},
		{"the agent's own line names it", "Agent: Do you want a refund?\nVisitor: I want cheese.", -1, ""},
		{"an offer accepted", "Visitor: Do you like cheese?\nAgent: " + offer + "\nVisitor: Yes please.", 2, "accepted the offer"},
		{"another question answered with yes", "Visitor: Hello.\nAgent: Do you like cheese?\nVisitor: Yes please.", -1, ""},
		{"asked again", "Visitor: How much does it cost?\nAgent: Twenty euros.\nVisitor: how much does it cost?", 2, "same thing again"},
		{"the first line decides", "Visitor: a refund\nAgent: Hm.\nVisitor: a person please", 0, "“refund”"},
		{"a specialist's line is nobody's wish", "Specialist: I want to talk to a person.", -1, ""},
		{"a person turned down", "Visitor: I don't want to talk to a person.", -1, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			said, _ := agent.Pasted(mira.Name, row.said)
			got := agent.Try(mira, said)
			if got.Escalates != (row.line >= 0) || got.Escalates && got.Line != row.line || !strings.Contains(got.Reason, row.reason) {
				t.Errorf("got %+v, want line %d because of %q", got, row.line, row.reason)
			}
		})
	}
}

func TestTryLeavesOutDeletedLines(t *testing.T) {
	said := talk("v: a refund", "v: a refund")
	said[0].Deleted = true
	if got := agent.Try(mira, said); !got.Escalates || got.Line != 1 {
		t.Errorf("got %+v, want the second line", got)
	}
}

func TestPasted(t *testing.T) {
	said, cut := agent.Pasted("Mira", "[10:02] Visitor: Hi: there\n\nMIRA:  Hello\r\nNote: to self\nhttps://a.example:80\nSpecialist: Bye")
	var got []string
	for _, m := range said {
		got = append(got, string(m.From.Kind)+": "+m.Text)
	}
	want := []string{"visitor: Hi: there", "agent: Hello", "visitor: Note: to self", "visitor: https://a.example:80", "specialist: Bye"}
	if diff := cmp.Diff(want, got); diff != "" || cut {
		t.Error(diff, cut)
	}
	if said, cut = agent.Pasted("Mira", strings.Repeat("Hello.\n", 201)); len(said) != 200 || !cut {
		t.Errorf("of 201 lines %d are read, cut: %v", len(said), cut)
	}
}

func TestNamed(t *testing.T) {
	for instruction, want := range map[string][]string{
		"":                              nil,
		`Hand off for "refund".`:        {"refund"},
		"When it feels right.":          nil,
		"- billing\n- a security audit": {"billing", "a security audit"},
	} {
		if diff := cmp.Diff(want, agent.Named(instruction)); diff != "" {
			t.Errorf("%q: %s", instruction, diff)
		}
	}
}

// TestQuotes: what stands in quotes counts alone, and Quotes says so.
func TestQuotes(t *testing.T) {
	for instruction, want := range map[string][]string{
		`Hand off when the visitor asks about “refunds”, a discount, or a contract.`:        {"refunds"},
		`Hand off when the visitor asks about a discount. Not when they mention "refunds".`: nil,
		`Hand off when the visitor asks about a discount.`:                                  nil,
	} {
		if got := agent.Quotes(instruction); got != (want != nil) {
			t.Errorf("%q: quotes %v", instruction, got)
		}
		if want != nil && !slices.Equal(agent.Named(instruction), want) {
			t.Errorf("%q names %q", instruction, agent.Named(instruction))
		}
	}
}

// TestTryIsWhatDecideDoes holds the trial against the agent itself: the line that it names is one at which the agent, given all that
// was said up to it, asks for a person for the same reason, and it asks at no earlier one.
func TestTryIsWhatDecideDoes(t *testing.T) {
	lines := []string{
		"v: I need a refund", "v: how much does it cost?", "v: Do you like cheese?", "v: yes", "v: a person please", "v: thanks",
		"a: Twenty euros.", "a: " + mira.Text(handoff.TextNoAnswer), "s: Hello.",
	}
	rapid.Check(t, func(t *rapid.T) {
		said := talk(rapid.SliceOfN(rapid.SampledFrom(lines), 0, 8).Draw(t, "said")...)
		got := agent.Try(mira, said)
		for i, m := range said {
			if m.From.Kind != handoff.FromVisitor {
				continue
			}
			asks := agent.Decide(handoff.Turn{Agent: mira, Messages: said[:i+1], Seq: m.Seq, Available: true}).Handoff
			if asks == nil {
				if got.Escalates && got.Line == i {
					t.Fatalf("the trial stops at line %d, the agent does not", i)
				}
				continue
			}
			if !got.Escalates || got.Line != i || got.Reason != asks.Reason {
				t.Fatalf("the agent asks at line %d because %q; the trial says %+v", i, asks.Reason, got)
			}
			return
		}
		if got.Escalates {
			t.Fatalf("the agent never asks; the trial says %+v", got)
		}
	})
}
