package handoff

import (
	"encoding/json"
	"time"
)

// Handoff is one request for a person, from the wish to the closing summary.
type Handoff struct {
	ID           ID        `json:"id"`
	Conversation ID        `json:"conversation"`
	Stage        Stage     `json:"stage"`
	Version      int       `json:"version"` // grows with every change that the card shows
	By           Kind      `json:"by"`      // who asked for it
	Reason       string    `json:"reason,omitempty"`
	Brief        Brief     `json:"brief"`
	Channels     []ID      `json:"channels"`            // where threads were ordered
	Fallbacks    []ID      `json:"fallbacks,omitempty"` // where threads are ordered when nobody comes
	Threads      []Thread  `json:"threads,omitempty"`   // those that are acknowledged
	Failed       []ID      `json:"failed,omitempty"`    // channels that refused the thread for good
	Promised     bool      `json:"promised,omitempty"`  // the visitor was told that people were asked
	Specialist   *Person   `json:"specialist,omitempty"`
	Home         *Thread   `json:"home,omitempty"` // the thread that joined
	AskedFrom    Seq       `json:"asked_from"`     // the log's last event before the handoff
	StartedAt    time.Time `json:"started_at"`
	Day          string    `json:"day,omitempty"` // the date of StartedAt under which the reports count it
	WaitingSince time.Time `json:"waiting_since"`
	WaitUntil    time.Time `json:"wait_until,omitzero"`   // when the present wait is over
	RemindAt     time.Time `json:"remind_at,omitzero"`    // when the threads are reminded next
	FirstJoined  time.Time `json:"first_joined,omitzero"` // when somebody joined for the first time
	JoinedAt     time.Time `json:"joined_at,omitzero"`    // when Specialist joined
	EndedAt      time.Time `json:"ended_at,omitzero"`
	Ended        EndReason `json:"ended,omitempty"`
	Closing      *Closing  `json:"closing,omitempty"`
	Rating       *Rating   `json:"rating,omitempty"`
}

// Stage is where a handoff stands.
type Stage string

// The stages of a handoff.
const (
	StageWaiting Stage = "waiting"
	StageJoined  Stage = "joined"
	StageEnded   Stage = "ended"
)

// Brief is what a specialist must know before the first line: short, and each sentence with the message it rests on.
type Brief struct {
	Summary   []Point `json:"summary,omitempty"`
	OpenLoops []Point `json:"open_loops,omitempty"`
}

// Point is one sentence of a summary, or one loop that is still open. Message is the id of the message it rests on, empty
// when a back end asserted it.
type Point struct {
	Text    string `json:"text"`
	Message string `json:"message,omitempty"`
}

// UnmarshalJSON takes a bare string as a point without a message, so that a back end may write either.
func (p *Point) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &p.Text)
	}
	type plain Point
	return json.Unmarshal(data, (*plain)(p))
}

// Closing is what is posted when a handoff has ended.
type Closing struct {
	Settled []Point `json:"settled,omitempty"`
	Open    []Point `json:"open,omitempty"`
}

// Thread is a handoff's place in one channel. Address and Card are the platform's own and opaque here.
type Thread struct {
	Channel ID        `json:"channel"`
	Address string    `json:"address"`
	Card    string    `json:"card"`              // the message that holds the card
	Drawn   int       `json:"drawn,omitempty"`   // the handoff's version that the card shows
	DrawnAt time.Time `json:"drawn_at,omitzero"` // when it was brought up to date the last time
	Missing bool      `json:"missing,omitempty"` // it was said in the thread that a line may be missing
}

// Person is a specialist as a platform knows them.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Photo string `json:"photo,omitempty"`
}

// Rating is the visitor's word on a handoff.
type Rating struct {
	Score   int       `json:"score"` // 1 to 5
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
}

// Request is a wish for a person.
type Request struct {
	Key      string // the same one again, with the same content, is the same request; empty: none
	By       Kind   // FromVisitor or FromAgent
	Reason   string
	Brief    Brief // empty: the desk's briefer writes it
	Channels []ID  // empty: the agent's
}

// Answer says what became of a Request.
type Answer struct {
	State    AnswerState   `json:"state"`
	Handoff  ID            `json:"handoff,omitempty"`
	Reason   UnavailableBy `json:"reason,omitempty"`
	NextOpen *time.Time    `json:"next_open,omitempty"`
}

// AnswerState is waiting or unavailable.
type AnswerState string

// The answers to a Request.
const (
	AnswerWaiting     AnswerState = "waiting"
	AnswerUnavailable AnswerState = "unavailable"
)

// UnavailableBy says why no handoff may start now.
type UnavailableBy string

// The reasons.
const (
	OutsideWorkHours UnavailableBy = "outside_work_hours"
	OnHoliday        UnavailableBy = "holiday"
	ClosingSoon      UnavailableBy = "closing_soon"
	ByOverride       UnavailableBy = "override"
	HandoffDisabled  UnavailableBy = "disabled"
	NoChannel        UnavailableBy = "no_channel"
)

// Availability answers whether a handoff may start, and why.
type Availability struct {
	Available bool          `json:"available"`
	Reason    UnavailableBy `json:"reason,omitempty"`
	NextOpen  *time.Time    `json:"next_open,omitempty"`
	NextClose *time.Time    `json:"next_close,omitempty"`
	Because   []string      `json:"because"`
}
