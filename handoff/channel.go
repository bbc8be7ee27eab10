package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Channel is a place where specialists are, connected once by an @mention.
type Channel struct {
	ID          ID           `json:"id"`
	Platform    string       `json:"platform"`
	Tenant      string       `json:"tenant,omitempty"`
	Team        Team         `json:"team"`
	Name        string       `json:"name"`
	State       ChannelState `json:"state"`
	Cause       string       `json:"cause,omitempty"`
	ConnectedAt time.Time    `json:"connected_at"`
	ConnectedBy string       `json:"connected_by,omitempty"`
	LastSeen    time.Time    `json:"last_seen"`

	Lost     []Loss  `json:"lost,omitempty"`     // why it is disconnected
	Replies  Replies `json:"replies,omitempty"`  // whether the bot may read what does not mention it
	Prompted int     `json:"prompted,omitempty"` // lines for the visitor that mentioned the bot, while no other kind arrived

	Trial    *Trial    `json:"trial,omitempty"`    // the last test handoff
	ProvenAt time.Time `json:"proven_at,omitzero"` // when somebody pressed Join on one: a round trip

	// Reference is the platform's own note on how to reach the channel: for Teams a conversation reference taken from
	// an authenticated activity. Only the platform reads it.
	Reference json.RawMessage `json:"reference,omitempty"`
}

// Title is what people call the channel: its team and its name, as far as they are known.
func (c Channel) Title() string {
	name := c.Name
	if name == "" {
		name = string(c.ID)
	}
	if c.Team.Name == "" {
		return name
	}
	return c.Team.Name + " > " + name
}

// Team is the group a channel belongs to.
type Team struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// ChannelState says whether posts reach the channel.
type ChannelState string

// The channel states.
const (
	ChannelConnected    ChannelState = "connected"
	ChannelDegraded     ChannelState = "degraded"
	ChannelDisconnected ChannelState = "disconnected"
)

// Replies says whether the bot may read lines that do not mention it. Nothing but such a line proves it.
type Replies string

// The states of that permission. Missing is a conclusion: people mention the bot in line after line, and no other kind of
// line arrives.
const (
	RepliesUnknown Replies = ""
	RepliesGranted Replies = "granted"
	RepliesMissing Replies = "missing"
)

const promptedLines = 2 // so many lines with a mention, and none without, mean that the permission is missing

// ChannelID derives a channel's id from what the platform calls it, so that connecting twice finds the same row.
func ChannelID(platform, tenant, address string) ID {
	sum := sha256.Sum256([]byte(platform + "\x00" + tenant + "\x00" + address))
	return ID(platform + "-" + hex.EncodeToString(sum[:8]))
}
