package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/docket-handoff/docket/handoff"
)

var textsTab = agentTab{file: "agent_texts.html", title: "Texts", path: "/texts"}

func init() {
	for _, group := range textGroups {
		for _, t := range group.Texts {
			textsTab.fields = append(textsTab.fields, labelled{t.Name, t.Label})
		}
	}
	textsTab.read, textsTab.write, textsTab.around, textsTab.says = readTexts, writeTexts, (*visit).aroundTexts, saysText
}

func (v *visit) textsTab() error     { return v.showTab(&textsTab) }
func (v *visit) saveTextsTab() error { return v.saveTab(&textsTab) }

// lookAtTexts shows the form as it was typed, with its previews. Nothing is stored.
func (v *visit) lookAtTexts() error {
	stored, edited, f, err := v.typed(&textsTab)
	if err != nil {
		return err
	}
	return v.showAgent(&textsTab, agentView{Agent: stored, Typed: edited, Form: f})
}

// textGroup are texts that the same people read.
type textGroup struct {
	ID, Title, Lead string
	Texts           []ownText
}

// ownText is a text that an admin may replace, and when it is said.
type ownText struct{ Name, Label, When string }

var textGroups = []textGroup{
	{"visitors", "What visitors read", "The agent says these in the chat.", []ownText{
		{handoff.TextGreeting, "Greeting", "Above an empty chat."},
		{handoff.TextNoAnswer, "No answer", "The built-in agent knows no answer, and offers a person."},
		{handoff.TextAsking, "A person is asked", "When the handoff starts."},
		{handoff.TextJoined, "Somebody joins", "When a specialist joins."},
		{handoff.TextLeft, "Somebody leaves", "When the specialist puts the conversation back to waiting."},
		{handoff.TextEnded, "It is over", "When the specialist ends it."},
		{handoff.TextEndedOpen, "It is over, with open loops", "When the specialist ends it and something is still open."},
		{handoff.TextHandedBack, "Handed back", "When the specialist hands back to the agent."},
		{handoff.TextCancelled, "The visitor takes it back", "When the visitor no longer wants a person."},
		{handoff.TextNobodyCame, "Nobody came", "When the waiting time and the fallback channels are used up."},
		{handoff.TextIdle, "Quiet for long", "When silence has ended it."},
		{handoff.TextLost, "The channel is lost", "When the specialist’s channel is out of reach and others are asked."},
		{handoff.TextLostEnded, "The channel is lost for good", "When nobody else can be reached either."},
		{handoff.TextUnavailable, "Not available", "When a person is wanted and none can be asked."},
		{handoff.TextUntil, "Not available until …", "The same, when it is known when the team is back."},
		{handoff.TextNoIdea, "No answer, and nobody there", "The built-in agent knows no answer, and no person can be asked."},
	}},
	{"specialists", "What specialists read", "These stand in the thread, beside the card. The card itself says who it is, why, a summary and the open loops; its words are always the same.", []ownText{
		{handoff.TextThreadWaiting, "Reminder", "While nobody has joined."},
		{handoff.TextThreadJoined, "Somebody joins here", "In the thread where the button was pressed."},
		{handoff.TextThreadElsewhere, "Somebody joins elsewhere", "In the threads of the other channels."},
		{handoff.TextThreadLeft, "Somebody leaves", "When the conversation waits again."},
		{handoff.TextThreadLost, "The channel is lost", "In the channels that are left."},
		{handoff.TextThreadFile, "A file stays behind", "When a line for the visitor holds something that is neither text nor a pasted picture."},
	}},
}

// samples fill the slots of a preview.
var samples = map[string]string{
	"{specialist}": "Ana Silva", "{next_open}": "on Monday at 09:00", "{loops}": "the price for 80 seats.", "{since}": "14:05 WET",
}

var slotForm = regexp.MustCompile(`\{[^{}\s]*\}`)

// slotsOf are the slots that a text may have: those of the default, and the agent's name.
func slotsOf(name string) []string {
	slots := slotForm.FindAllString(handoff.DefaultTexts[name], -1)
	slices.Sort(slots)
	slots = slices.Compact(slots)
	if !slices.Contains(slots, "{agent}") {
		slots = append(slots, "{agent}")
	}
	return slots
}

func readTexts(a handoff.Agent) url.Values {
	values := url.Values{}
	for name, text := range handoff.DefaultTexts {
		if own, set := a.Texts[name]; set {
			text = own
		}
		values.Set(name, text)
	}
	return values
}

func saysText(_ *visit, _ string, values []string) string {
	if strings.Join(values, "") == "" {
		return "(nothing is said)"
	}
	return ""
}

// writeTexts keeps what differs from the defaults, so that those who change nothing follow them.
func writeTexts(_ *visit, f *form, a *handoff.Agent) {
	own := map[string]string{}
	for _, field := range textsTab.fields {
		if _, sent := f.values[field.Field]; !sent {
			if kept, set := a.Texts[field.Field]; set {
				own[field.Field] = kept
			}
			continue
		}
		text := f.text(field.Field)
		if n := utf8.RuneCountInString(text); n > handoff.MaxOwnText {
			f.wrong(field.Field, fmt.Sprintf("%s: a text has at most %s characters; this one has %d.", field.Label, grouped(handoff.MaxOwnText), n))
		}
		slots := slotsOf(field.Field)
		for _, slot := range slotForm.FindAllString(text, -1) {
			if !slices.Contains(slots, slot) {
				f.wrong(field.Field, fmt.Sprintf("%s: nothing fills %s here. There is %s.", field.Label, slot, strings.Join(slots, " and ")))
				break
			}
		}
		if text != handoff.DefaultTexts[field.Field] {
			own[field.Field] = text
		}
	}
	if len(own) == 0 {
		own = nil
	}
	a.Texts = own
}

// textsMore is what stands around the form.
type textsMore struct {
	Groups []previewGroup
	Slots  string // the samples as JSON, for the script that keeps the previews up to date
}

type previewGroup struct {
	textGroup
	Previews []preview
}

// preview is a text with what it reads like.
type preview struct {
	ownText
	Slots   string
	Default string
	Own     bool // it differs from the default
	Reads   string
}

func (v *visit) aroundTexts(view *agentView) (any, error) {
	slots := maps.Clone(samples)
	slots["{agent}"] = view.Agent.Name
	raw, err := json.Marshal(slots)
	if err != nil {
		return nil, err
	}
	var pairs []string
	for slot, sample := range slots {
		pairs = append(pairs, slot, sample)
	}
	fill := strings.NewReplacer(pairs...)
	more := textsMore{Slots: string(raw)}
	for _, group := range textGroups {
		shown := previewGroup{textGroup: group}
		for _, t := range group.Texts {
			text := view.Form.text(t.Name)
			shown.Previews = append(shown.Previews, preview{
				ownText: t, Slots: strings.Join(slotsOf(t.Name), " "), Default: handoff.DefaultTexts[t.Name],
				Own: text != handoff.DefaultTexts[t.Name], Reads: fill.Replace(text),
			})
		}
		more.Groups = append(more.Groups, shown)
	}
	return more, nil
}
