package agent

import (
	"context"
	"log/slog"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// Builtin is the agent that needs no model.
type Builtin struct {
	Desk *handoff.Desk
	Log  *slog.Logger // says nothing when nil
}

const retryPause = time.Second

// Run answers turns, one after another, until ctx ends. A turn that could not be answered comes again, and does not hold up
// the others.
func (b *Builtin) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		b.answer(ctx)
	}
	return nil
}

// answer answers what comes until ctx ends, or for a moment longer when something has failed and must be tried again.
func (b *Builtin) answer(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	for turn, err := range b.Desk.Turns(ctx) {
		if err == nil {
			err = b.Desk.Answer(ctx, turn, Decide(turn))
		}
		if err != nil && ctx.Err() == nil {
			b.complain(turn, err)
			defer time.AfterFunc(retryPause, end).Stop()
		}
	}
}

func (b *Builtin) complain(turn handoff.Turn, err error) {
	if b.Log != nil {
		b.Log.Error("the agent could not answer a turn", "conversation", turn.Conversation.ID, "error", err)
	}
}

// Decide says what the built-in agent does with a turn: answer, ask for a person, or admit that it has no answer.
func Decide(t handoff.Turn) handoff.Reply {
	waiting, before := waitingLines(t)
	known := ""
	for _, line := range waiting {
		if answer := bestAnswer(t.Agent.Answers, line.Text); answer != "" {
			known = answer // to the newest that has one
		}
	}
	if reason := reasonToHandOff(t, waiting, before); reason != "" {
		return handoff.Reply{Text: known, Handoff: &handoff.Request{By: handoff.FromAgent, Reason: reason}}
	}
	switch {
	case known != "":
		return handoff.Reply{Text: known}
	case t.Available:
		return handoff.Reply{Text: t.Agent.Text(handoff.TextNoAnswer)}
	default:
		return handoff.Reply{Text: t.Agent.Text(handoff.TextNoIdea)}
	}
}

// waitingLines are the visitor's lines that nobody has answered, up to the turn's, and what was said before them since the
// agent has had the conversation.
func waitingLines(t handoff.Turn) (waiting, before []handoff.Message) {
	said := t.Messages
	for len(said) > 0 && said[len(said)-1].Seq > t.Seq {
		said = said[:len(said)-1]
	}
	if t.Handoff != nil {
		for len(said) > 0 && !said[0].At.After(t.Handoff.EndedAt) {
			said = said[1:]
		}
	}
	first := len(said)
	for first > 0 && said[first-1].From.Kind == handoff.FromVisitor {
		first--
	}
	return said[first:], said[:first]
}

func reasonToHandOff(t handoff.Turn, waiting, before []handoff.Message) string {
	for _, line := range waiting {
		if wantsPerson(line.Text) {
			return "The visitor asked for a person."
		}
	}
	for _, line := range waiting {
		if acceptsOffer(t, line.Text, before) {
			return "The visitor accepted the offer to ask a person."
		}
		if phrase := namedByInstruction(t.Agent.Handoff.Instruction, line.Text); phrase != "" {
			return "The visitor wrote about “" + phrase + "”, which the instruction names."
		}
		if asksAgain(line.Text, before) {
			return "The visitor asked the same thing again: the first answer did not help."
		}
	}
	return ""
}

// acceptsOffer is a yes to the agent's question whether it should ask a person.
func acceptsOffer(t handoff.Turn, text string, before []handoff.Message) bool {
	if len(before) == 0 || !isYes(text) {
		return false
	}
	last := before[len(before)-1]
	return last.From.Kind == handoff.FromAgent && last.Text == t.Agent.Text(handoff.TextNoAnswer)
}
