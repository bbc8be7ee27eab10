package activity

import (
	"encoding/json"
	"strings"
)

// Types of entities. The set is open.
const (
	EntityMention    = "mention"
	EntityClientInfo = "clientInfo"
	EntityStreamInfo = "streaminfo"
	EntityMessage    = "https://schema.org/Message" // marks a text as written by an AI, with its sources
)

// An Entity is a piece of metadata about the activity. Its members depend on
// its Type and are all in Extra; unknown types are ignored (A2105).
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#entity-object
type Entity struct {
	Type  string                     `json:"type,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// A Mention says that the words Text, which occur in the activity's text,
// address an account.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
type Mention struct {
	Mentioned ChannelAccount             `json:"mentioned"`
	Text      string                     `json:"text,omitempty"`
	Extra     map[string]json.RawMessage `json:"-"`
}

// Mention returns the entity as a mention. It is false for other entities and
// for one that mentions nobody.
func (e Entity) Mention() (Mention, bool) {
	if e.Type != EntityMention {
		return Mention{}, false
	}
	var m Mention
	if err := unmarshal(e.Extra["mentioned"], &m.Mentioned); err != nil || m.Mentioned.ID == "" {
		return Mention{}, false
	}
	if err := json.Unmarshal(e.Extra["text"], &m.Text); err != nil {
		m.Text = ""
	}
	for name, raw := range e.Extra {
		if name == "mentioned" || name == "text" {
			continue
		}
		if m.Extra == nil {
			m.Extra = make(extras)
		}
		m.Extra[name] = raw
	}
	return m, true
}

// NewMention returns the entity that mentions an account, and the words that
// must stand in the activity's text, letter for letter, for Teams to show it.
// Angle brackets in the name are left out, since they would end the mention.
func NewMention(account ChannelAccount) (entity Entity, text string) {
	name := strings.NewReplacer("<", "", ">", "").Replace(account.Name)
	if name == "" {
		name = account.ID
	}
	text = "<at>" + name + "</at>"
	mentioned, _ := marshal(&ChannelAccount{ID: account.ID, Name: name})
	return Entity{Type: EntityMention, Extra: map[string]json.RawMessage{
		"mentioned": mentioned,
		"text":      appendText(nil, text),
	}}, text
}

// Mentions returns all mentions of the activity, in order.
func (a *Activity) Mentions() []Mention {
	var mentions []Mention
	for _, e := range a.Entities {
		if m, ok := e.Mention(); ok {
			mentions = append(mentions, m)
		}
	}
	return mentions
}

// MentionsRecipient reports whether the receiving bot is mentioned. The id
// decides, never the text, which anybody can type.
func (a *Activity) MentionsRecipient() bool {
	if a.Recipient == nil {
		return false
	}
	for _, m := range a.Mentions() {
		if strings.EqualFold(m.Mentioned.ID, a.Recipient.ID) {
			return true
		}
	}
	return false
}
