package teams

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/cards"
	"github.com/docket-handoff/docket/handoff"
)

// verbs are those of the card's buttons, in the desk's words.
var verbs = map[string]handoff.Verb{
	cards.VerbJoin:       handoff.VerbJoin,
	cards.VerbTranscript: handoff.VerbTranscript,
	cards.VerbEnd:        handoff.VerbEnd,
	cards.VerbLeave:      handoff.VerbLeave,
	cards.VerbBack:       handoff.VerbBack,
	cards.VerbCard:       handoff.VerbStatus,
}

// verbHelp is a command of this room alone: the desk has nothing to do for it.
const verbHelp handoff.Verb = "help"

var commands = map[string]handoff.Verb{
	"join": handoff.VerbJoin, "end": handoff.VerbEnd, "leave": handoff.VerbLeave,
	"hand back": handoff.VerbBack, "handback": handoff.VerbBack, "back": handoff.VerbBack,
	"status": handoff.VerbStatus, "help": verbHelp,
}

// commandOf reads a command after a mention. A command stands alone: "end" is one, "end of the month" is a line.
func commandOf(text string) (handoff.Verb, bool) {
	verb, known := commands[strings.ToLower(strings.Trim(strings.Join(strings.Fields(text), " "), " .!/"))]
	return verb, known
}

// press answers a button of the card. The answer is for the person who pressed; everybody else's card follows by an
// update. https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
func (h *Handler) press(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	a := t.Activity
	action, err := a.CardAction()
	if err != nil {
		return nil, err
	}
	response, err := h.answerPress(ctx, a, action.Action.Verb, action.Action.Data)
	return &response, err
}

func (h *Handler) answerPress(ctx context.Context, a *activity.Activity, verb string, data json.RawMessage) (activity.InvokeResponse, error) {
	known, ours := verbs[verb]
	at, _, err := place(a)
	if !ours || err != nil || !inChannel(a) {
		return activity.MessageResponse(foreignCard), nil
	}
	key := ""
	if known != handoff.VerbTranscript && known != handoff.VerbStatus { // these change nothing
		key = keyOfPress(a, verb)
	}
	acted, err := h.act(ctx, a, at, known, data, key)
	if err != nil {
		return activity.InvokeResponse{}, err
	}
	switch {
	case acted.Outcome != handoff.OutcomeDone && acted.Outcome != handoff.OutcomeAgain:
		return activity.MessageResponse(refusalOf(acted)), nil
	case known == handoff.VerbTranscript:
		return activity.CardResponse(transcriptCard(acted)), nil
	}
	return activity.CardResponse(cards.Handoff(handoffView(*acted.View))), nil
}

// submit is the press of a client that knows no Action.Execute. It cannot be answered with a card, so a refusal is said
// in the thread.
func (h *Handler) submit(ctx context.Context, a *activity.Activity, at handoff.Place) error {
	var pressed struct {
		Verb string `json:"verb"`
	}
	_ = json.Unmarshal(a.Value, &pressed) // whatever is not ours has no verb of ours
	known, ours := verbs[pressed.Verb]
	if !ours {
		return nil
	}
	acted, err := h.act(ctx, a, at, known, a.Value, keyOf(a))
	if err != nil || acted.Outcome == handoff.OutcomeDone || acted.Outcome == handoff.OutcomeAgain {
		return err
	}
	return h.desk.Reply(ctx, keyOf(a), at, refusalOf(acted))
}

// act takes a button to the desk. Its data can be made up by anybody in the team: the desk believes it only where thread
// and handoff belong together.
func (h *Handler) act(ctx context.Context, a *activity.Activity, at handoff.Place, verb handoff.Verb, data json.RawMessage, key string) (handoff.Acted, error) {
	var named struct {
		Handoff string `json:"handoff"`
	}
	if err := json.Unmarshal(data, &named); err != nil || named.Handoff == "" {
		return handoff.Acted{Outcome: handoff.OutcomeForeign}, nil
	}
	return h.desk.Act(ctx, handoff.Act{Key: key, Verb: verb, Place: at, Person: h.person(ctx, a), Handoff: handoff.ID(named.Handoff), Card: a.ReplyToID})
}

// command does what was written after a mention. Outside a handoff's thread it is about the channel.
func (h *Handler) command(ctx context.Context, a *activity.Activity, at handoff.Place, ref activity.ConversationReference, verb handoff.Verb) error {
	if verb == verbHelp {
		return h.desk.Reply(ctx, keyOf(a), at, h.helpText())
	}
	acted, err := h.desk.Act(ctx, handoff.Act{Key: keyOf(a), Verb: verb, Place: at, Person: h.person(ctx, a)})
	if err != nil {
		return err
	}
	switch {
	case acted.Outcome == handoff.OutcomeForeign:
		return h.connect(ctx, a, at, ref)
	case acted.Outcome != handoff.OutcomeDone && acted.Outcome != handoff.OutcomeAgain:
		return h.desk.Reply(ctx, keyOf(a), at, refusalOf(acted))
	case verb == handoff.VerbStatus:
		return h.desk.Reply(ctx, keyOf(a), at, statusText(*acted.View))
	}
	return nil
}

func transcriptCard(acted handoff.Acted) cards.Card {
	v := *acted.View
	view := cards.TranscriptView{Handoff: string(v.Handoff.ID), App: v.App, Visitor: visitor(v), Account: v.Conversation.Account.Name, TimeZone: v.Zone}
	for _, m := range acted.Messages {
		view.Lines = append(view.Lines, cards.Line{At: m.At, Who: speaker(m, v.Label), Text: m.Text})
	}
	return cards.Transcript(view)
}

func speaker(m handoff.Message, visitor string) string {
	switch m.From.Kind {
	case handoff.FromVisitor:
		return visitor
	case handoff.FromAgent:
		return m.From.Name + " (AI agent)"
	}
	return m.From.Name
}
