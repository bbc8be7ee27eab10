package handoff

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"
)

// ID names a row: a conversation, a handoff, a visitor, an agent or a channel. It is opaque to everybody but its maker.
type ID string

// Seq is the place of an event in its conversation's log, from 1.
type Seq uint64

// State says who has the conversation.
type State string

// The states of a conversation. Agent → Waiting → Joined → Agent; Closed when the visitor is gone for good.
const (
	StateAgent   State = "agent"
	StateWaiting State = "waiting"
	StateJoined  State = "joined"
	StateClosed  State = "closed"
)

// Conversation is one visitor's talk with one agent.
type Conversation struct {
	ID        ID        `json:"id"`
	Agent     ID        `json:"agent"`
	State     State     `json:"state"`
	LastSeq   Seq       `json:"last_seq"`
	Answered  Seq       `json:"answered,omitempty"` // the last line that the agent has answered
	Visitor   Visitor   `json:"visitor"`
	Account   Account   `json:"account"`
	Page      Page      `json:"page"`
	Verified  bool      `json:"verified"`          // visitor and account were asserted by a back end, not by a browser
	Trial     bool      `json:"trial,omitempty"`   // a test of a channel: no visitor is behind it
	Handoff   ID        `json:"handoff,omitempty"` // the one under way, or the last one
	StartedAt time.Time `json:"started_at"`
	HeardAt   time.Time `json:"heard_at"` // the last line of a visitor or specialist
	TokenHash []byte    `json:"token_hash,omitempty"`
}

// Visitor is who writes on the website.
type Visitor struct {
	ID     ID                `json:"id,omitempty"`
	Name   string            `json:"name,omitempty"`
	Email  string            `json:"email,omitempty"`
	Traits map[string]string `json:"traits,omitempty"`
}

// Account is the company the visitor belongs to.
type Account struct {
	Name   string            `json:"name,omitempty"`
	Domain string            `json:"domain,omitempty"`
	Traits map[string]string `json:"traits,omitempty"`
}

// Page is where the visitor began to write.
type Page struct {
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// admits compares a visitor's token in constant time.
func (c *Conversation) admits(token string) bool {
	hash := sha256.Sum256([]byte(token))
	return len(c.TokenHash) == len(hash) && subtle.ConstantTimeCompare(hash[:], c.TokenHash) == 1
}
