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

	// Reference is the platform's own note on how to reach the channel: for Teams a conversation reference taken from
	// an authenticated activity. Only the platform reads it.
	Reference json.RawMessage `json:"reference,omitempty"`
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

// ChannelID derives a channel's id from what the platform calls it, so that connecting twice finds the same row.
func ChannelID(platform, tenant, address string) ID {
	sum := sha256.Sum256([]byte(platform + "\x00" + tenant + "\x00" + address))
	return ID(platform + "-" + hex.EncodeToString(sum[:8]))
}
