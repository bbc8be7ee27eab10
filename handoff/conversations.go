package handoff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// NewConversation is what a website or a back end says when a talk begins.
type NewConversation struct {
	Agent      ID
	Visitor    Visitor
	Account    Account
	Page       Page
	Verified   bool // a back end asserts the facts
	Transcript []TranscriptLine
}

// TranscriptLine is something that was said before the conversation came here.
type TranscriptLine struct {
	From Kind      `json:"from"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Started is a fresh conversation, and the token with which its visitor proves to be its visitor. Only the token's hash is
// kept.
type Started struct {
	Conversation Conversation
	Token        string
}

const maxTranscript = 500

// Start begins a conversation.
func (d *Desk) Start(ctx context.Context, n NewConversation) (Started, error) {
	if len(n.Transcript) > maxTranscript {
		return Started{}, refuse(CodeInvalid, fmt.Sprintf("transcript: at most %d lines", maxTranscript))
	}
	for i, line := range n.Transcript {
		if line.From != FromVisitor && line.From != FromAgent {
			return Started{}, refuse(CodeInvalid, fmt.Sprintf(`transcript[%d].from: "visitor" or "agent"`, i))
		}
		if err := tooLong(line.Text); err != nil {
			return Started{}, err
		}
	}
	if err := d.admit(RoomForTalk); err != nil {
		return Started{}, err
	}
	id, token := newID(), rand.Text()
	hash := sha256.Sum256([]byte(token))
	var started Conversation
	err := d.update(ctx, func(tx store.Tx) error {
		agent, found, err := store.Get[Agent](tx, agentKey(n.Agent))
		if err != nil {
			return err
		}
		if !found {
			return refuse(CodeUnknownAgent, "there is no agent "+string(n.Agent))
		}
		f := &dossier{agent: agent, app: d.app, now: d.now(), conversation: Conversation{
			ID: id, Agent: n.Agent, State: StateAgent, Visitor: n.Visitor, Account: n.Account, Page: n.Page,
			Verified: n.Verified, StartedAt: d.now(), HeardAt: d.now(), TokenHash: hash[:],
		}}
		for _, line := range n.Transcript {
			f.recall(line)
		}
		if n.Visitor.ID != "" { // a claim joins nobody's history; who is to be forgotten is forgotten with what was claimed in their name
			if err := tx.Put(visitorRows(n.Visitor.ID)+string(id), nil); err != nil {
				return err
			}
		}
		started = f.conversation
		return d.save(tx, f)
	})
	return Started{Conversation: started, Token: token}, err
}

// recall adds a line of the transcript with its own time.
func (f *dossier) recall(line TranscriptLine) {
	from := Author{Kind: line.From, Name: f.conversation.Visitor.Name}
	if line.From == FromAgent {
		from.Name = f.agent.Name
	}
	now := f.now
	if !line.At.IsZero() && line.At.Before(now) {
		f.now = line.At.UTC()
	}
	f.say(from, line.Text, nil)
	f.now = now
}

// Conversation returns a conversation by its id.
func (d *Desk) Conversation(ctx context.Context, id ID) (Conversation, error) {
	var c Conversation
	err := d.view(ctx, func(tx store.Tx) error {
		var found bool
		var err error
		if c, found, err = store.Get[Conversation](tx, recordKey(id)); err == nil && !found {
			err = refuse(CodeUnknownConversation, "there is no such conversation")
		}
		return err
	})
	return c, err
}

// Admit returns the conversation to its visitor. Anybody else's token is answered as if the conversation were not there.
func (d *Desk) Admit(ctx context.Context, id ID, token string) (Conversation, error) {
	c, err := d.Conversation(ctx, id)
	if err == nil && !c.admits(token) {
		return Conversation{}, refuse(CodeUnknownConversation, "there is no such conversation")
	}
	return c, err
}

// Handoff returns a handoff by its id.
func (d *Desk) Handoff(ctx context.Context, id ID) (Handoff, error) {
	var h Handoff
	err := d.view(ctx, func(tx store.Tx) error {
		var found bool
		var err error
		if h, found, err = store.Get[Handoff](tx, handoffKey(id)); err == nil && !found {
			err = refuse(CodeNoHandoff, "there is no such handoff")
		}
		return err
	})
	return h, err
}

// Messages returns up to limit messages whose events stand behind after, oldest first, with later edits folded in.
func (d *Desk) Messages(ctx context.Context, id ID, after Seq, limit int) ([]Message, error) {
	out := []Message{}
	err := d.view(ctx, func(tx store.Tx) error {
		out = out[:0]
		if _, found, err := store.Get[Conversation](tx, recordKey(id)); err != nil {
			return err
		} else if !found {
			return refuse(CodeUnknownConversation, "there is no such conversation")
		}
		return eachEvent(tx, id, after, func(e Event) bool {
			if e.Name == EventMessage {
				out = append(out, *e.Message)
			}
			return len(out) < limit
		})
	})
	return out, err
}

// eachEvent reads the log behind after until keep says no more.
func eachEvent(tx store.Tx, id ID, after Seq, keep func(Event) bool) error {
	for key, raw := range tx.Scan(logRows(id), logKey(id, after)) {
		e, err := store.Decode[Event](key, raw)
		if err != nil {
			return err
		}
		if !keep(e) {
			return nil
		}
	}
	return nil
}

// lastMessages reads the newest messages, up to n events back.
func lastMessages(tx store.Tx, c Conversation, n int) ([]Message, error) {
	var from Seq
	if c.LastSeq > Seq(n) {
		from = c.LastSeq - Seq(n)
	}
	var out []Message
	err := eachEvent(tx, c.ID, from, func(e Event) bool {
		if e.Name == EventMessage && !e.Message.Deleted {
			out = append(out, *e.Message)
		}
		return true
	})
	return out, err
}

// fingerprint is what an input said, for comparing a repeat with the first.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}
