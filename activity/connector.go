package activity

import "encoding/json"

// The bodies of the Connector's calls.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference

// ConversationParameters ask for a new conversation. For a thread in a Teams
// channel set IsGroup, Bot, TenantID, ChannelData with the channel's id, and the
// Activity that begins it.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#conversationparameters-object
type ConversationParameters struct {
	IsGroup     *bool            `json:"isGroup,omitempty"`
	Bot         *ChannelAccount  `json:"bot,omitempty"`
	Members     []ChannelAccount `json:"members,omitzero"`
	TopicName   string           `json:"topicName,omitempty"`
	TenantID    string           `json:"tenantId,omitempty"`
	Activity    *Activity        `json:"activity,omitempty"`
	ChannelData *ChannelData     `json:"channelData,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// ConversationResource names the conversation that was created. In a Teams
// channel ID is that of the thread, ActivityID that of its first message; the
// last two may be empty.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#conversationresourceresponse-object
type ConversationResource struct {
	ID         string `json:"id,omitempty"`
	ActivityID string `json:"activityId,omitempty"`
	ServiceURL string `json:"serviceUrl,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// ResourceResponse names the activity that was sent or updated. ID may be empty.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#resourceresponse-object
type ResourceResponse struct {
	ID    string                     `json:"id,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// PagedMembers is one page of a conversation's members. ContinuationToken is
// empty on the last; it is opaque, and asks for the next page.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-conversation-paged-members
type PagedMembers struct {
	Members           []ChannelAccount           `json:"members,omitzero"`
	ContinuationToken string                     `json:"continuationToken,omitempty"`
	Extra             map[string]json.RawMessage `json:"-"`
}

// TeamDetails describe a team. Counts that Teams does not give are 0.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
type TeamDetails struct {
	ID           string `json:"id,omitempty"`
	Name         string `json:"name,omitempty"`
	AADGroupID   string `json:"aadGroupId,omitempty"`
	Type         string `json:"type,omitempty"`
	TenantID     string `json:"tenantId,omitempty"`
	ChannelCount int    `json:"channelCount,omitempty"`
	MemberCount  int    `json:"memberCount,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// TeamChannels lists the channels of a team. The General channel has no name.
type TeamChannels struct {
	Conversations []ChannelInfo              `json:"conversations,omitzero"`
	Extra         map[string]json.RawMessage `json:"-"`
}

// ErrorBody is how the Connector says what went wrong.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#errorresponse-object
type ErrorBody struct {
	Error ErrorDetail                `json:"error"`
	Extra map[string]json.RawMessage `json:"-"`
}

// ErrorDetail has the code and the text of an ErrorBody.
type ErrorDetail struct {
	Code           string                     `json:"code,omitempty"`
	Message        string                     `json:"message,omitempty"`
	InnerHTTPError json.RawMessage            `json:"innerHttpError,omitempty"`
	Extra          map[string]json.RawMessage `json:"-"`
}
