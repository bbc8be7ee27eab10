package cards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/activity"
)

// Version is the schema of every card: the newest that Teams takes from a bot.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
const Version = "1.5"

// MaxBytes is the size of a card's JSON that is safe in every client of Teams.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
const MaxBytes = 28_000

// ErrTooLarge says that a card does not fit MaxBytes even without its foreign
// texts.
var ErrTooLarge = errors.New("cards: the card is too large")

// A Card is an Adaptive Card. Body or Actions must say something; the rest may be
// left out. Marshal it, or put it into a message by Message.
// https://adaptivecards.io/explorer/AdaptiveCard.html
type Card struct {
	Body    []Element
	Actions []Action
	// FallbackText stands for the card where it cannot be drawn, so it says all
	// that matters.
	FallbackText Text
	Lang         string // ISO 639, as in "en", which an empty one means; renderers take no region
	Speak        string // what is read aloud, where something is
	MinHeight    string // pixels, as in "200px"
	RTL          bool
	// FullWidth uses the whole width of a Teams channel.
	FullWidth bool
	// Mentions address people. The words of each stand in a TextBlock, as a Lit.
	Mentions     []activity.Mention
	SelectAction Action
	// BackgroundImage lies under the whole card.
	BackgroundImage          *BackgroundImage
	VerticalContentAlignment Align
	// Refresh and Authentication cost a request for everybody who looks at the
	// card, or presses; both are off when nil.
	Refresh        *Refresh
	Authentication *Authentication
}

// Validate reports everything that is wrong with the card, joined; nil when
// nothing is. A card that is only too large is not invalid: see Fit.
func (c Card) Validate() error {
	k := &checker{ids: make(map[string]bool), spare: make(map[string]bool), sent: make(map[string]bool)}
	c.check(k)
	for _, input := range k.asked {
		if k.sent[input] {
			k.add("the input %q is called as a member of a button's data, and what is typed would replace it", input)
		}
	}
	for _, target := range k.targets {
		if !k.ids[target] && !k.spare[target] {
			k.add("there is no element %q to show or hide", target)
		}
	}
	if data, err := json.Marshal(c.Body); err != nil {
		k.add("the card cannot be written: %w", err)
	} else {
		c.checkMentions(k, data)
	}
	return errors.Join(k.findings...)
}

// checkMentions checks that the words of each mention stand in the body: Teams
// ignores a mention without them.
func (c Card) checkMentions(k *checker, body []byte) {
	for _, m := range c.Mentions {
		_, words := activity.NewMention(m.Mentioned)
		quoted, _ := json.Marshal(words)
		if !bytes.Contains(body, bytes.Trim(quoted, `"`)) {
			k.add("the body does not say %s", words)
		}
	}
}

func (c Card) check(k *checker) {
	if len(c.Body) == 0 && len(c.Actions) == 0 {
		k.add("the card is empty")
	}
	if c.Lang != "" && !isLanguage(c.Lang) {
		k.add("the language %q is not two or three letters", c.Lang)
	}
	checkAll(k, "element", c.Body)
	checkActions(k, c.Actions)
	checkSelect(k, c.SelectAction)
	checkPixels(k, "minHeight", c.MinHeight)
	checkVertical(k, c.VerticalContentAlignment)
	c.BackgroundImage.check(k)
	c.Refresh.check(k)
	c.Authentication.check(k)
}

func isLanguage(code string) bool {
	return (len(code) == 2 || len(code) == 3) && strings.Trim(strings.ToLower(code), "abcdefghijklmnopqrstuvwxyz") == ""
}

func (c Card) cut(max int) Card {
	c.Body = cutAll(c.Body, max)
	c.Actions = cutActions(c.Actions, max)
	c.FallbackText = c.FallbackText.cut(max)
	return c
}

// Fit returns the card, with its longest foreign texts shortened as much as it
// takes to bring it under MaxBytes. Buttons and the program's own words stay. The
// error is ErrTooLarge, or that of Validate.
func (c Card) Fit() (Card, error) {
	if err := c.Validate(); err != nil {
		return c, err
	}
	if c.fits() {
		return c, nil
	}
	if !c.cut(1).fits() {
		return c, ErrTooLarge
	}
	short, long := 1, MaxBytes
	for long-short > 1 {
		if middle := (short + long) / 2; c.cut(middle).fits() {
			short = middle
		} else {
			long = middle
		}
	}
	return c.cut(short), nil
}

func (c Card) fits() bool {
	data, err := c.write()
	return err == nil && len(data) <= MaxBytes
}

// MarshalJSON writes the card after Fit, and fails as Fit does.
func (c Card) MarshalJSON() ([]byte, error) {
	fitting, err := c.Fit()
	if err != nil {
		return nil, err
	}
	return fitting.write()
}

// written is a card as it is written.
type written struct {
	Schema       string    `json:"$schema"`
	Version      string    `json:"version"`
	Lang         string    `json:"lang"`
	FallbackText Text      `json:"fallbackText,omitzero"`
	Speak        string    `json:"speak,omitempty"`
	MinHeight    string    `json:"minHeight,omitempty"`
	RTL          bool      `json:"rtl,omitempty"`
	Body         []Element `json:"body"`
	Actions      []Action  `json:"actions,omitempty"`
	SelectAction Action    `json:"selectAction,omitempty"`

	BackgroundImage          *BackgroundImage `json:"backgroundImage,omitempty"`
	VerticalContentAlignment Align            `json:"verticalContentAlignment,omitempty"`
	Refresh                  *Refresh         `json:"refresh,omitempty"`
	Authentication           *Authentication  `json:"authentication,omitempty"`

	Teams *teams `json:"msteams,omitempty"`
}

// write writes the card as it is.
func (c Card) write() (json.RawMessage, error) {
	w := written{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Version: Version, Lang: c.Lang,
		FallbackText: c.FallbackText, Speak: c.Speak, MinHeight: c.MinHeight, RTL: c.RTL,
		Body: c.Body, Actions: c.Actions, SelectAction: c.SelectAction, BackgroundImage: c.BackgroundImage,
		VerticalContentAlignment: c.VerticalContentAlignment, Refresh: c.Refresh, Authentication: c.Authentication, Teams: c.teams(),
	}
	if w.Lang == "" {
		w.Lang = "en"
	}
	if w.Body == nil {
		w.Body = []Element{}
	}
	return typed("AdaptiveCard", w)
}

// teams is the member msteams, which only Teams knows.
type teams struct {
	Width    string            `json:"width,omitempty"`
	Entities []activity.Entity `json:"entities,omitempty"`
}

func (c Card) teams() *teams {
	if !c.FullWidth && len(c.Mentions) == 0 {
		return nil
	}
	t := new(teams)
	if c.FullWidth {
		t.Width = "Full"
	}
	for _, m := range c.Mentions {
		entity, _ := activity.NewMention(m.Mentioned)
		t.Entities = append(t.Entities, entity)
	}
	return t
}

// checker collects what is wrong with a card.
type checker struct {
	ids      map[string]bool
	spare    map[string]bool // ids of fallbacks
	targets  []string        // ids that a button shows or hides
	asked    []string        // ids of inputs, by which buttons send what was typed
	sent     map[string]bool // members of the data of buttons that send inputs too
	findings []error
}

func (c *checker) add(format string, args ...any) {
	c.findings = append(c.findings, fmt.Errorf("cards: "+format, args...))
}

// sends notes members of a button's data. Inputs and data travel in one object, in which an input wins.
func (c *checker) sends(members ...string) {
	for _, name := range members {
		c.sent[name] = true
	}
}

func (c *checker) id(id string) {
	if id == "" {
		return
	}
	if c.ids[id] {
		c.add("the id %q occurs twice", id)
	}
	c.ids[id] = true
}

func (c *checker) oneOf(member, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.add("%s %q is none of %s", member, value, strings.Join(allowed, ", "))
	}
}
