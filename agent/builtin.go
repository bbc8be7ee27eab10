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
	Log  *slog.Logger
}

const retryPause = time.Second

// Run answers turns, one after another, until ctx ends. A turn that could not be answered comes again.
func (b *Builtin) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		for turn, err := range b.Desk.Turns(ctx) {
			if err == nil {
				err = b.Desk.Answer(ctx, turn, Decide(turn))
			}
			if err != nil && ctx.Err() == nil {
				b.Log.Error("the agent could not answer a turn", "conversation", turn.Conversation.ID, "error", err)
				pause(ctx)
				break
			}
		}
	}
	return nil
}

func pause(ctx context.Context) {
	t := time.NewTimer(retryPause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Decide says what the built-in agent does with a turn: answer, ask for a person, or admit that it has no answer.
func Decide(t handoff.Turn) handoff.Reply {
	line, before := lastLine(t)
	known := bestAnswer(t.Agent.Answers, line.Text)
	if reason := reasonToHandOff(t, line, before); reason != "" {
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

// lastLine is the visitor's line that waits, and what was said before it since the agent has had the conversation.
func lastLine(t handoff.Turn) (line handoff.Message, before []handoff.Message) {
	for i, m := range t.Messages {
		if m.Seq == t.Seq || (m.From.Kind == handoff.FromVisitor && m.Seq <= t.Seq) {
			line, before = m, t.Messages[:i]
		}
	}
	if t.Handoff != nil {
		for i, m := range before {
			if m.At.After(t.Handoff.EndedAt) {
				return line, before[i:]
			}
		}
		return line, nil
	}
	return line, before
}

func reasonToHandOff(t handoff.Turn, line handoff.Message, before []handoff.Message) string {
	switch {
	case wantsPerson(line.Text):
		return "The visitor asked for a person."
	case acceptsOffer(t, line.Text, before):
		return "The visitor accepted the offer to ask a person."
	}
	if phrase := namedByInstruction(t.Agent.Handoff.Instruction, line.Text); phrase != "" {
		return "The visitor wrote about “" + phrase + "”, which the instruction names."
	}
	if asksAgain(line.Text, before) {
		return "The visitor asked the same thing again: the first answer did not help."
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
