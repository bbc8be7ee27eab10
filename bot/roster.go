package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/docket-handoff/docket/activity"
)

const (
	opAllMembers      = "all members"
	opActivityMembers = "activity members"
	opRemoveMember    = "remove member"
	opConversations   = "conversations"
)

// accounts is an answer that is a bare array.
type accounts []activity.ChannelAccount

// UnmarshalJSON reads the array.
func (a *accounts) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, (*[]activity.ChannelAccount)(a))
}

// Members answers all members of a conversation at once. Teams allows it five times a minute and answers at most 10,000;
// PagedMembers has neither limit.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-conversation-members
func (c *Client) Members(ctx context.Context, serviceURL, conversationID string) ([]activity.ChannelAccount, error) {
	var all accounts
	err := c.call(ctx, call{op: opAllMembers, method: http.MethodGet, serviceURL: serviceURL, into: &all,
		path: []string{"conversations", conversationID, "members"}})
	return all, err
}

// ActivityMembers answers the members that an activity was for.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-activity-members
func (c *Client) ActivityMembers(ctx context.Context, serviceURL, conversationID, activityID string) ([]activity.ChannelAccount, error) {
	var all accounts
	err := c.call(ctx, call{op: opActivityMembers, method: http.MethodGet, serviceURL: serviceURL, into: &all,
		path: append(activityPath(conversationID, activityID), "members")})
	return all, err
}

// RemoveMember takes a member out of a conversation, on channels that allow it.
func (c *Client) RemoveMember(ctx context.Context, serviceURL, conversationID, memberID string) error {
	return c.call(ctx, call{op: opRemoveMember, method: http.MethodDelete, serviceURL: serviceURL,
		path: []string{"conversations", conversationID, "members", memberID}})
}

// ConversationsPage is one page of the conversations that a bot takes part in.
type ConversationsPage struct {
	ContinuationToken string                `json:"continuationToken"` // of the next page; empty on the last
	Conversations     []ConversationMembers `json:"conversations"`
}

// ConversationMembers names a conversation and who is in it.
type ConversationMembers struct {
	ID      string                    `json:"id"`
	Members []activity.ChannelAccount `json:"members"`
}

// UnmarshalJSON reads a page.
func (p *ConversationsPage) UnmarshalJSON(data []byte) error {
	type plain ConversationsPage
	return json.Unmarshal(data, (*plain)(p))
}

// Conversations answers one page of the bot's conversations; Teams does not offer it.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-conversations
func (c *Client) Conversations(ctx context.Context, serviceURL, continuation string) (ConversationsPage, error) {
	query := url.Values{}
	if continuation != "" {
		query.Set("continuationToken", continuation)
	}
	var page ConversationsPage
	err := c.call(ctx, call{op: opConversations, method: http.MethodGet, serviceURL: serviceURL, query: query, into: &page, path: []string{"conversations"}})
	return page, err
}
