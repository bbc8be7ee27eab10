package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/docket-handoff/docket/activity"
)

// Operations that Microsoft offers as a preview and may still change.

const (
	opReact   = "add reaction"
	opUnreact = "remove reaction"
)

// AddReaction puts the bot's reaction, such as like or 1f440_eyes, on a message. Teams allows two a second. Preview:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/message-reactions
func (c *Client) AddReaction(ctx context.Context, serviceURL, conversationID, activityID, reaction string) error {
	return c.call(ctx, call{op: opReact, method: http.MethodPut, serviceURL: serviceURL,
		path: append(activityPath(conversationID, activityID), "reactions", reaction)})
}

// RemoveReaction takes the bot's reaction back. Preview, like AddReaction.
func (c *Client) RemoveReaction(ctx context.Context, serviceURL, conversationID, activityID, reaction string) error {
	return c.call(ctx, call{op: opUnreact, method: http.MethodDelete, serviceURL: serviceURL,
		path: append(activityPath(conversationID, activityID), "reactions", reaction)})
}

var errNoRecipient = errors.New("a targeted message needs a recipient")

// targeted is the query of calls about a message that one member of a conversation sees.
var targeted = url.Values{"isTargetedActivity": {"true"}}

// SendTargeted posts a message that the activity's recipient alone sees, for about a day; it cannot be replied to, and not
// sent in a one-to-one chat. Preview:
// https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages
func (c *Client) SendTargeted(ctx context.Context, serviceURL, conversationID string, a *activity.Activity) (id string, err error) {
	if a.Recipient == nil || a.Recipient.ID == "" {
		return "", &Error{Op: opSend, Err: fmt.Errorf("%w: %w", errBadRequest, errNoRecipient)}
	}
	var posted activity.ResourceResponse
	err = c.call(ctx, call{op: opSend, method: http.MethodPost, serviceURL: serviceURL, query: targeted, into: &posted,
		path: activitiesPath(conversationID), body: outgoing(toOne(a), "")})
	return posted.ID, err
}

// toOne marks the recipient as the one reader.
func toOne(a *activity.Activity) *activity.Activity {
	marked, recipient, yes := *a, *a.Recipient, true
	recipient.IsTargeted = &yes
	marked.Recipient = &recipient
	return &marked
}

// UpdateTargeted replaces a targeted message. Preview, like SendTargeted.
func (c *Client) UpdateTargeted(ctx context.Context, serviceURL, conversationID, activityID string, a *activity.Activity) error {
	return c.call(ctx, call{op: opUpdate, method: http.MethodPut, serviceURL: serviceURL, query: targeted,
		path: activityPath(conversationID, activityID), body: outgoing(a, "")})
}

// DeleteTargeted removes a targeted message. Preview, like SendTargeted.
func (c *Client) DeleteTargeted(ctx context.Context, serviceURL, conversationID, activityID string) error {
	return c.call(ctx, call{op: opDelete, method: http.MethodDelete, serviceURL: serviceURL, query: targeted, path: activityPath(conversationID, activityID)})
}
