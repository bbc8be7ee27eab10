package handoff

import "time"

// Kind says who wrote a message.
type Kind string

// The kinds of author.
const (
	FromVisitor    Kind = "visitor"
	FromAgent      Kind = "agent"
	FromSpecialist Kind = "specialist"
	FromSystem     Kind = "system"
)

// Author is who wrote a message, as the visitor may see it.
type Author struct {
	Kind  Kind   `json:"kind"`
	Name  string `json:"name,omitempty"`
	Photo string `json:"photo,omitempty"`
}

// Message is one line of a conversation.
type Message struct {
	ID          string       `json:"id"`
	Seq         Seq          `json:"seq"`
	From        Author       `json:"from"`
	Text        string       `json:"text"`
	At          time.Time    `json:"at"`
	WrittenAt   *time.Time   `json:"written_at,omitempty"` // set where it arrived more than a week later
	EditedAt    *time.Time   `json:"edited_at,omitempty"`
	Deleted     bool         `json:"deleted,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Attachment is a file that goes with a message. URL is relative to the server and is read with the visitor's token.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size,omitempty"` // bytes; 0 when the platform does not say
	URL  string `json:"url"`
}

// EventName is the name of an event on a conversation's stream.
type EventName string

// The events of a log.
const (
	EventMessage  EventName = "message"
	EventEdited   EventName = "message_edited"
	EventDeleted  EventName = "message_deleted"
	EventHandoff  EventName = "handoff"
	EventDelivery EventName = "delivery"
	EventReaction EventName = "reaction"
)

// Event is one entry of a conversation's log. Exactly one of the pointers is set, by Name.
type Event struct {
	Seq      Seq            `json:"seq"`
	Name     EventName      `json:"name"`
	At       time.Time      `json:"at"`
	Message  *Message       `json:"message,omitempty"` // message, message_edited, message_deleted
	Handoff  *HandoffChange `json:"handoff,omitempty"`
	Delivery *Delivery      `json:"delivery,omitempty"`
	Reaction *Reaction      `json:"reaction,omitempty"`
}

// HandoffChange tells the visitor's side who has the conversation now.
type HandoffChange struct {
	State      State       `json:"state"`
	Handoff    ID          `json:"handoff,omitempty"`
	Specialist *Specialist `json:"specialist,omitempty"`
	Reason     EndReason   `json:"reason,omitempty"` // why it ended; set when State is agent again
	NextOpen   *time.Time  `json:"next_open,omitempty"`
}

// Specialist is the person who joined, as the visitor may see them.
type Specialist struct {
	Name  string `json:"name"`
	Photo string `json:"photo,omitempty"`
}

// EndReason says how a handoff ended.
type EndReason string

// The ways a handoff ends.
const (
	EndedBySpecialist EndReason = "specialist"
	EndedByVisitor    EndReason = "visitor"
	EndedByAgent      EndReason = "agent"
	EndedHandedBack   EndReason = "handed_back"
	EndedNobodyCame   EndReason = "nobody_came"
	EndedIdle         EndReason = "idle"
	EndedChannelLost  EndReason = "channel_lost" // the specialist's channel cannot be reached any more, and no other can
)

// DeliveryState says what is known about a line's way into the channel.
type DeliveryState string

// The delivery states.
const (
	DeliverySent      DeliveryState = "sent"
	DeliveryFailed    DeliveryState = "failed"
	DeliveryUncertain DeliveryState = "uncertain"
)

// Delivery is a change of a message's delivery state.
type Delivery struct {
	Message string        `json:"message"`
	State   DeliveryState `json:"state"`
	Cause   string        `json:"cause,omitempty"`
}

// Reaction is a mark that a specialist put on a message.
type Reaction struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	By      string `json:"by,omitempty"`
	Removed bool   `json:"removed,omitempty"`
}
