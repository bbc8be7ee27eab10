package handoff

import "time"

// job is a post that is ordered and not yet done. It waits in the outbox of its channel, in a queue: the conversation it
// belongs to, or a thread outside any conversation. The jobs of a queue are done in the order of N.
type job struct {
	N            uint64       `json:"n"`
	Channel      ID           `json:"channel"`
	Queue        string       `json:"queue"`
	Conversation ID           `json:"conversation,omitempty"`
	Handoff      ID           `json:"handoff,omitempty"`
	Kind         PostKind     `json:"kind"`
	Thread       string       `json:"thread,omitempty"`  // where, for posts outside a handoff
	Target       string       `json:"target,omitempty"`  // PostErase: the message to remove
	Message      string       `json:"message,omitempty"` // PostLine: the event's message id
	Text         string       `json:"text,omitempty"`
	Files        []Attachment `json:"files,omitempty"`
	Version      int          `json:"version,omitempty"` // the handoff's version that a card must show at least
	At           time.Time    `json:"at"`

	Phase     phase     `json:"phase"`
	Attempt   int       `json:"attempt,omitempty"`
	Refusals  int       `json:"refusals,omitempty"` // attempts at the post that were certainly refused
	Few       int       `json:"few,omitempty"`      // of them, those that the platform wants few of
	Panics    int       `json:"panics,omitempty"`   // attempts that made somebody panic
	Doubts    int       `json:"doubts,omitempty"`   // attempts whose outcome nobody knows
	NotBefore time.Time `json:"not_before,omitzero"`
	KeptAt    time.Time `json:"kept_at,omitzero"` // when it was put aside
	Cause     string    `json:"cause,omitempty"`
	Alone     bool      `json:"alone,omitempty"` // PostLine: shares no post
	Cut       int       `json:"cut,omitempty"`   // PostLine: halved so many times, being too large
}

// phase is how far a job has come.
type phase string

const (
	phasePending phase = "pending" // to be done
	phaseSending phase = "sending" // the call is under way, or the process died in it
	phaseResting phase = "resting" // in doubt twice: held when it has rested
	phaseHeld    phase = "held"    // in doubt twice: a person decides
	phaseDead    phase = "dead"    // certainly not there, and not tried any more: likewise
)

func (j job) key() string { return jobKey(j.Channel, j.Queue, j.N) }
