package cards

import (
	"fmt"
	"strings"
	"time"
)

// A TranscriptView is what was said so far, oldest first. Handoff is the id that
// the way back to the handoff's card carries; without it there is no way back.
type TranscriptView struct {
	Handoff  string
	App      string
	Visitor  Person
	Account  string
	Lines    []Line
	TimeZone *time.Location // nil for UTC
}

// A Line is one thing that somebody said.
type Line struct {
	Who  string
	At   time.Time
	Text string
}

// Lengths in a transcript: of a text in characters, of it again in lines, and of
// the whole, which no card could hold with more.
const (
	maxSaid      = 2000
	maxSaidLines = 30
	maxLines     = 250
)

// Transcript returns a card with the newest lines that fit, and says how many
// earlier ones it leaves out. It takes the place of the handoff's card for
// whoever asked for it, so its one button brings that card back.
func Transcript(v TranscriptView) Card {
	short, all := 0, min(len(v.Lines), maxLines)
	if card := v.newest(all); card.fits() {
		return card
	}
	for all-short > 1 {
		if middle := (short + all) / 2; v.newest(middle).fits() {
			short = middle
		} else {
			all = middle
		}
	}
	return v.newest(max(short, 1))
}

// newest returns the card with the last n lines.
func (v TranscriptView) newest(n int) Card {
	who := visitorLabel(v.Visitor, v.Account, " · ")
	body := []Element{heading(Concat(Lit("Transcript · "), who))}
	clock := clock{v.TimeZone}
	omitted := len(v.Lines) - n
	switch {
	case len(v.Lines) == 0:
		body = append(body, line(subtle(Lit("Nothing has been said yet."))))
	case omitted == 1:
		body = append(body, line(subtle(Lit("1 earlier line is not shown."))))
	case omitted > 1:
		body = append(body, line(subtle(Lit(fmt.Sprintf("%d earlier lines are not shown.", omitted)))))
	}
	var before time.Time
	for _, l := range v.Lines[omitted:] {
		body = append(body, l.elements(clock, before)...)
		if !l.At.IsZero() {
			before = l.At
		}
	}
	f := fallback{}
	f.line(Lit("Transcript of the conversation with "), visitorLabel(v.Visitor, v.Account, " from "), Lit(". It needs a current version of Teams to be shown."))
	return Card{Lang: "en", FullWidth: true, FallbackText: f.text, Body: body, Actions: v.back()}
}

func (v TranscriptView) back() []Action {
	if v.Handoff == "" {
		return nil
	}
	return []Action{handoff{HandoffView: HandoffView{Handoff: v.Handoff}}.button("Back to the card", VerbCard, "")}
}

// elements returns who spoke and when, with the day where it is not before's, and
// each line of the text by itself, since not every client breaks lines inside a
// run.
func (l Line) elements(c clock, before time.Time) []Element {
	who := SafeLine(l.Who, maxName)
	if who.empty() {
		who = Lit("Somebody")
	}
	speaker := []TextRun{{Text: who, Weight: WeightBolder}}
	if !l.At.IsZero() {
		speaker = append(speaker, subtle(Lit("  "+c.dated(l.At, before))))
	}
	elements := []Element{RichTextBlock{Base: Base{Spacing: SpacingMedium}, Inlines: speaker}}
	said := strings.Split(Safe(l.Text, maxSaid).String(), "\n")
	if len(said) > maxSaidLines {
		said = append(said[:maxSaidLines-1], "…")
	}
	for _, s := range said {
		if s != "" {
			elements = append(elements, RichTextBlock{Base: Base{Spacing: SpacingNone}, Inlines: []TextRun{{Text: Safe(s, maxSaid)}}})
		}
	}
	return elements
}
