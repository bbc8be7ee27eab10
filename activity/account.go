package activity

import (
	"encoding/json"
	"strings"
)

// Values of ChannelAccount.Role, which says what an account is in a conversation.
// The set is open.
const (
	RoleUser  = "user"
	RoleBot   = "bot"
	RoleSkill = "skill"

	RoleAgenticAppInstance = "agenticAppInstance"
	RoleAgenticUser        = "agenticUser"
)

// Values of ConversationAccount.ConversationType in Teams.
const (
	ConversationPersonal  = "personal"
	ConversationGroupChat = "groupChat"
	ConversationChannel   = "channel"
)

// A ChannelAccount is a person or a bot. In Teams an ID begins with "29:" for a
// person, and is then known to this bot alone, or with "28:" for a bot. The
// fields after Role come from the roster calls of the Connector.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
type ChannelAccount struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// AADObjectID is the person's object id in Microsoft Entra ID: the one name
	// that stays the same for every bot. The roster calls spell it objectId, which
	// is understood too, and stays in Extra.
	AADObjectID       string `json:"aadObjectId,omitempty" alias:"objectId"`
	Role              string `json:"role,omitempty"`
	TenantID          string `json:"tenantId,omitempty"`
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
	Email             string `json:"email,omitempty"`
	GivenName         string `json:"givenName,omitempty"`
	Surname           string `json:"surname,omitempty"`
	// UserRole tells guests from members of the tenant.
	UserRole string `json:"userRole,omitempty"`
	// The next three name an agent that acts as a user of its own.
	AgenticAppID          string `json:"agenticAppId,omitempty"`
	AgenticUserID         string `json:"agenticUserId,omitempty"`
	AgenticAppBlueprintID string `json:"agenticAppBlueprintId,omitempty"`
	// IsTargeted, in the recipient of a message that is sent, lets nobody else see it.
	IsTargeted *bool           `json:"isTargeted,omitempty"`
	Properties json.RawMessage `json:"properties,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// A ConversationAccount is a conversation. In a Teams channel ID names a thread;
// see ParseThread. IsGroup is nil where the channel does not say.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#conversationaccount-object
type ConversationAccount struct {
	ID               string `json:"id,omitempty"`
	Name             string `json:"name,omitempty"`
	IsGroup          *bool  `json:"isGroup,omitempty"`
	ConversationType string `json:"conversationType,omitempty"`
	TenantID         string `json:"tenantId,omitempty"`
	AADObjectID      string `json:"aadObjectId,omitempty"`
	Role             string `json:"role,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// A ConversationReference is enough to go on with a conversation later. Store
// one only from an activity whose service URL was verified (A7560), and replace it
// by each newer one. It marshals to JSON and back without loss.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#conversationreference-object
type ConversationReference struct {
	ActivityID   string               `json:"activityId,omitempty"`
	User         *ChannelAccount      `json:"user,omitempty"`
	Bot          *ChannelAccount      `json:"bot,omitempty"`
	Conversation *ConversationAccount `json:"conversation,omitempty"`
	ChannelID    string               `json:"channelId,omitempty"`
	ServiceURL   string               `json:"serviceUrl,omitempty"`
	Locale       string               `json:"locale,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Reference returns the reference of a received activity: its sender is the
// user, its recipient the bot. A conversationUpdate of the channels Direct Line and Web
// Chat has an id that nothing can be said in answer to, so it is left out.
func (a *Activity) Reference() ConversationReference {
	id := a.ID
	if a.IsType(TypeConversationUpdate) && (strings.EqualFold(a.ChannelID, "directline") || strings.EqualFold(a.ChannelID, "webchat")) {
		id = ""
	}
	return ConversationReference{
		ActivityID:   id,
		User:         copied(a.From),
		Bot:          copied(a.Recipient),
		Conversation: copied(a.Conversation),
		ChannelID:    a.ChannelID,
		ServiceURL:   a.ServiceURL,
		Locale:       a.Locale,
	}
}

// Apply addresses an activity that the bot is about to send, in place of what it
// said before. Locale is set only where the activity has none. ReplyToID is for the reader's information: in
// Teams the conversation's ID alone decides the thread.
func (r ConversationReference) Apply(out *Activity) {
	out.From = copied(r.Bot)
	out.Recipient = copied(r.User)
	out.Conversation = copied(r.Conversation)
	out.ChannelID = r.ChannelID
	out.ServiceURL = r.ServiceURL
	out.ReplyToID = r.ActivityID
	if out.Locale == "" {
		out.Locale = r.Locale
	}
}

// Continue returns the activity that begins a turn of the bot's own in the
// conversation, as if the user had said something: an event named ContinueConversation.
// It is for handlers in this process and never sent.
func (r ConversationReference) Continue() *Activity {
	return &Activity{
		Type:         TypeEvent,
		Name:         NameContinueConversation,
		ID:           r.ActivityID,
		From:         copied(r.User),
		Recipient:    copied(r.Bot),
		Conversation: copied(r.Conversation),
		ChannelID:    r.ChannelID,
		ServiceURL:   r.ServiceURL,
		Locale:       r.Locale,
	}
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
