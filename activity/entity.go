package activity

import (
	"encoding/json"
	"strings"
)

// Types of entities. The set is open.
const (
	EntityMention         = "mention"
	EntityClientInfo      = "clientInfo"
	EntityStreamInfo      = "streaminfo"
	EntityQuotedReply     = "quotedReply"
	EntityTargetedMessage = "targetedMessageInfo"
	EntityProductInfo     = "ProductInfo"
	EntityMessage         = "https://schema.org/Message" // marks a text as written by an AI, with its sources
	EntityGeoCoordinates  = "GeoCoordinates"
	EntityPlace           = "Place"
	EntityThing           = "Thing"
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
	var m Mention
	if e.Type != EntityMention || !e.mention(&m) {
		return Mention{}, false
	}
	return m, true
}

// mention fills m, whose Text and Extra are empty.
func (e *Entity) mention(m *Mention) bool {
	if err := unmarshal(e.Extra["mentioned"], &m.Mentioned); err != nil || m.Mentioned.ID == "" {
		return false
	}
	m.Text = textIn(e.Extra["text"])
	for name, raw := range e.Extra {
		if name == "mentioned" || name == "text" && m.Text != "" {
			continue
		}
		if m.Extra == nil {
			m.Extra = make(extras)
		}
		m.Extra[name] = raw
	}
	return true
}

// textIn reads a JSON string; it is empty when raw is anything else.
func textIn(raw []byte) string {
	sc := scanner{data: raw}
	if sc.peek() != '"' {
		return ""
	}
	text, err := sc.text()
	if err != nil || sc.end() != nil {
		return ""
	}
	return text
}

// ClientInfo describes the program a person writes with.
type ClientInfo struct {
	Locale   string                     `json:"locale,omitempty"`
	Country  string                     `json:"country,omitempty"`
	Platform string                     `json:"platform,omitempty"` // such as Windows, Web, iOS, Android, Mac
	Timezone string                     `json:"timezone,omitempty"`
	Extra    map[string]json.RawMessage `json:"-"`
}

// ClientInfo returns the entity as a description of a client. It is false for
// other entities.
func (e Entity) ClientInfo() (info ClientInfo, ok bool) { ok = e.as(EntityClientInfo, &info); return }

// StreamInfo numbers a part of a message that arrives piece by piece.
type StreamInfo struct {
	StreamID       string                     `json:"streamId,omitempty"`
	StreamType     string                     `json:"streamType,omitempty"` // informative, streaming, final
	StreamSequence int                        `json:"streamSequence,omitempty"`
	Extra          map[string]json.RawMessage `json:"-"`
}

// StreamInfo returns the entity as a part of a stream. It is false for other
// entities.
func (e Entity) StreamInfo() (info StreamInfo, ok bool) { ok = e.as(EntityStreamInfo, &info); return }

// QuotedReply describes the message that a person quotes; in the text a
// <quoted messageId="…"/> stands for it.
type QuotedReply struct {
	MessageID                 string                     `json:"messageId,omitempty"`
	SenderID                  string                     `json:"senderId,omitempty"`
	SenderName                string                     `json:"senderName,omitempty"`
	Preview                   string                     `json:"preview,omitempty"`
	Time                      string                     `json:"time,omitempty"`
	IsReplyDeleted            *bool                      `json:"isReplyDeleted,omitempty"`
	ValidatedMessageReference *bool                      `json:"validatedMessageReference,omitempty"`
	Extra                     map[string]json.RawMessage `json:"-"`
}

// QuotedReply returns the entity as a quotation. It is false for other entities.
func (e Entity) QuotedReply() (quoted QuotedReply, ok bool) {
	if e.Type != EntityQuotedReply {
		return QuotedReply{}, false
	}
	ok = unmarshal(e.Extra["quotedReply"], &quoted) == nil
	return quoted, ok
}

// as fills a struct with the members of an entity of that type.
func (e Entity) as(kind string, into any) bool {
	if e.Type != kind {
		return false
	}
	raw, err := marshal(&Entity{Extra: e.Extra})
	return err == nil && unmarshal(raw, into) == nil
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
	most := 0
	for i := range a.Entities {
		if a.Entities[i].Type == EntityMention {
			most++
		}
	}
	if most == 0 {
		return nil
	}
	mentions, n := make([]Mention, most), 0
	for i := range a.Entities {
		if e := &a.Entities[i]; e.Type == EntityMention && e.mention(&mentions[n]) {
			n++
		}
	}
	return mentions[:n]
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
