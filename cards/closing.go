package cards

import "time"

// A ClosingView is what the closing summary of a handoff says.
type ClosingView struct {
	App          string
	Visitor      Person
	Account      string
	Ending       string // how it ended, in plain words
	Specialist   string // empty when nobody joined
	WaitingSince time.Time
	JoinedAt     time.Time
	EndedAt      time.Time
	TimeZone     *time.Location // nil for UTC
	Settled      []string
	OpenLoops    []string
}

// Closing returns the card that is posted into the thread when a handoff has
// ended: how, how long it took, who was there, what was settled and what is still
// open. It has no buttons.
func Closing(v ClosingView) Card {
	c := closing{v, clock{v.TimeZone}}
	body := []Element{heading(Concat(Lit("Conversation ended · "), visitorLabel(v.Visitor, v.Account, " · ")))}
	f := fallback{}
	f.line(Lit("Conversation ended: "), visitorLabel(v.Visitor, v.Account, " from "), Lit("."))
	for _, text := range c.course() {
		body = append(body, line(TextRun{Text: text}))
		f.line(text)
	}
	settled, open := listed("✓ ", v.Settled), listed("☐ ", v.OpenLoops)
	body = append(body, section("Settled", settled)...)
	body = append(body, section("Still open", open)...)
	f.list("Settled:", settled)
	f.list("Still open:", open)
	if len(open) == 0 && c.met() {
		body = append(body, line(subtle(Lit("Nothing was left open."))))
		f.line(Lit("Nothing was left open."))
	}
	return Card{Lang: "en", FullWidth: true, FallbackText: f.text, Body: body}
}

type closing struct {
	ClosingView
	clock clock
}

// met reports whether the visitor met a person.
func (c closing) met() bool { return c.Specialist != "" || !c.JoinedAt.IsZero() }

// course says how it ended, and who was there for how long.
func (c closing) course() []Text {
	lines := []Text{Concat(ending(c.Ending), c.clock.after(" · ", c.EndedAt))}
	switch {
	case !c.met():
		text := Lit("Nobody joined")
		if !c.WaitingSince.IsZero() && !c.EndedAt.IsZero() {
			text = Lit("Nobody joined; the visitor waited " + elapsed(c.WaitingSince, c.EndedAt))
		}
		return append(lines, text)
	case c.JoinedAt.IsZero() || c.EndedAt.IsZero():
		return append(lines, Concat(specialistLabel(c.Specialist), Lit(" was there")))
	}
	talked := Concat(specialistLabel(c.Specialist), Lit(" was there for "+elapsed(c.JoinedAt, c.EndedAt)))
	if !c.WaitingSince.IsZero() {
		talked = Concat(talked, Lit("; the visitor had waited "+elapsed(c.WaitingSince, c.JoinedAt)))
	}
	return append(lines, talked)
}
