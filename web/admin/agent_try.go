package admin

import (
	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// verdict is what trying an Instruction came to.
type verdict struct {
	agent.Verdict
	Lines []triedLine
	Cut   bool   // there was more than is looked at
	Wrong string // why nothing was tried
}

// triedLine is a line of what was tried.
type triedLine struct {
	Who, Text string
	Kind      handoff.Kind
	Decides   bool
}

// recent is a conversation to choose from.
type recent struct {
	ID    handoff.ID // the handoff's
	Label string
}

const manyRecent = 15

// recentConversations are the last of the agent's that had a handoff.
func (v *visit) recentConversations(id handoff.ID) ([]recent, error) {
	page, err := v.desk.Board(v.ctx(), handoff.BoardQuery{Stage: handoff.StageEnded, Agent: id, Limit: manyRecent})
	if err != nil {
		return nil, err
	}
	var out []recent
	for _, l := range page.Handoffs {
		if !l.Damaged {
			out = append(out, recent{ID: l.Handoff.ID, Label: l.Label + ", " + when(l.Handoff.EndedAt)})
		}
	}
	return out, nil
}

// tryAgent shows the form as it was typed, and what the built-in agent would make of a conversation with it. Nothing is stored.
func (v *visit) tryAgent() error {
	stored, edited, f, err := v.typed(&handoffTab)
	if err != nil {
		return err
	}
	view := agentView{Agent: stored, Typed: edited, Form: f}
	if len(f.Errors) == 0 {
		if view.Tried, err = v.judged(edited, f); err != nil {
			return err
		}
	}
	return v.showAgent(&handoffTab, view)
}

func (v *visit) judged(a handoff.Agent, f *form) (*verdict, error) {
	said, cut := agent.Pasted(a.Name, f.Value("said"))
	if chosen := handoff.ID(f.Value("recent")); chosen != "" && len(said) == 0 {
		t, err := v.handedOff(a.ID, chosen)
		switch handoff.CodeOf(err) {
		case handoff.CodeNoHandoff, handoff.CodeUnknownConversation:
			return &verdict{Wrong: "That conversation is not there any more. Choose another."}, nil
		}
		if err != nil {
			return nil, err
		}
		said, cut = messagesOf(t), t.Next > 0
	}
	if len(said) == 0 {
		return &verdict{Wrong: "There is nothing to try yet: paste a conversation, or choose one."}, nil
	}
	out := &verdict{Verdict: agent.Try(a, said), Cut: cut}
	for i, m := range said {
		out.Lines = append(out.Lines, triedLine{Who: string(m.From.Kind), Text: m.Text, Kind: m.From.Kind, Decides: out.Escalates && i == out.Line})
	}
	return out, nil
}

// handedOff is what was said where an agent handed off. Reading it is written down; another agent's is not there, and not read.
func (v *visit) handedOff(by, id handoff.ID) (handoff.Transcript, error) {
	h, err := v.desk.Handoff(v.ctx(), id)
	if err != nil {
		return handoff.Transcript{}, err
	}
	c, err := v.desk.Conversation(v.ctx(), h.Conversation)
	if err != nil {
		return handoff.Transcript{}, err
	}
	if c.Agent != by {
		return handoff.Transcript{}, &handoff.Error{Code: handoff.CodeNoHandoff, Msg: "another agent handed this off"}
	}
	return v.desk.Transcript(v.ctx(), id, 0, v.wrote(audit.TranscriptRead, string(id), map[string]string{"why": "to try an Instruction"}))
}

// messagesOf are the lines of a transcript that still say something.
func messagesOf(t handoff.Transcript) []handoff.Message {
	var out []handoff.Message
	for _, e := range t.Events {
		if e.Name == handoff.EventMessage && !e.Message.Deleted {
			out = append(out, *e.Message)
		}
	}
	return out
}
