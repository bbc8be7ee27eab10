package bot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

const (
	dialTimeout = 3 * time.Second
	tlsTimeout  = 5 * time.Second
	callTimeout = 20 * time.Second // for a whole call, with its one repetition after a 401
	userAgent   = "Microsoft-BotFramework/3.1 docket"
)

// Names of the operations, as Error.Op has them.
const (
	opCreate     = "create conversation"
	opSend       = "send"
	opReply      = "reply"
	opUpdate     = "update"
	opDelete     = "delete"
	opMember     = "member"
	opMembers    = "members"
	opTeam       = "team"
	opChannels   = "team channels"
	opAttachment = "attachment"
)

// ClientConfig says with which token a Client calls, and whom.
type ClientConfig struct {
	Tokens    auth.TokenSource // required; auth.NoToken for a local tool
	Hosts     auth.Hosts       // hosts that may be called; zero is none
	HTTP      *http.Client     // its Transport and Timeout are used; nil is one with the time limits of this package
	UserAgent string           // empty is a default
}

// Client calls the Connector. Every method takes the serviceUrl of the
// conversation, as the newest activity from there had it, and checks it against
// the list of hosts. Failures are of type [*Error]. A call ends after twenty seconds
// at the latest, or with its context; of an answer at most 4 MiB are read.
//
// See https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference.
type Client struct {
	tokens    auth.TokenSource
	hosts     auth.Hosts
	transport http.RoundTripper
	limit     time.Duration // for a whole call
	userAgent []string      // the header's one value

	credential atomic.Pointer[credential] // of the token that was used last
}

// NewClient makes a client and calls nobody. It fails without a token source.
// Whoever makes one closes it.
func NewClient(cfg ClientConfig) (*Client, error) {
	if cfg.Tokens == nil {
		return nil, errors.New("bot: a client needs a token source")
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = userAgent
	}
	c := &Client{tokens: cfg.Tokens, hosts: cfg.Hosts, transport: newTransport(), limit: callTimeout, userAgent: []string{cfg.UserAgent}}
	if cfg.HTTP != nil {
		c.transport = cfg.HTTP.Transport
		if c.transport == nil {
			c.transport = http.DefaultTransport
		}
		if cfg.HTTP.Timeout > 0 {
			c.limit = min(c.limit, cfg.HTTP.Timeout)
		}
	}
	return c, nil
}

// newTransport does not unpack answers: a small body could become a huge one. How
// long an answer may take is a matter of each call.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: tlsTimeout,
		IdleConnTimeout:     90 * time.Second,
		MaxIdleConnsPerHost: 64,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
	}
}

// Close drops idle connections. Calls that are under way go on.
func (c *Client) Close() error {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// CreateConversation starts a conversation; in a Teams channel that is a thread
// with its first message. An answer without an id is an error in doubt, since the
// thread then exists and cannot be addressed.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#create-conversation
func (c *Client) CreateConversation(ctx context.Context, serviceURL string, p activity.ConversationParameters) (activity.ConversationResource, error) {
	if p.Activity != nil {
		p.Activity = outgoing(p.Activity, "")
	}
	var created activity.ConversationResource
	err := c.call(ctx, call{op: opCreate, method: http.MethodPost, serviceURL: serviceURL, path: []string{"conversations"}, body: p, into: &created})
	if err == nil && created.ID == "" {
		err = &Error{Op: opCreate, Status: http.StatusOK, Message: "the answer names no conversation", Doubtful: true}
	}
	return created, err
}

// Send posts an activity to a conversation and answers its id. For a reply in a
// Teams thread the conversation is the thread's id; the bare channel id starts a
// new thread. The id is empty when the service did not name one, as it does
// for an activity with both text and an attachment, which Teams splits in two.
// Members that only the channel may set, such as id and serviceUrl, are left out.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#send-to-conversation
func (c *Client) Send(ctx context.Context, serviceURL, conversationID string, a *activity.Activity) (id string, err error) {
	return c.post(ctx, opSend, serviceURL, activitiesPath(conversationID), outgoing(a, ""))
}

// Reply posts an activity in answer to another and answers its id. It sets
// replyToId, which routes nothing in Teams: the thread is in the conversation's id.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#reply-to-activity
func (c *Client) Reply(ctx context.Context, serviceURL, conversationID, activityID string, a *activity.Activity) (id string, err error) {
	return c.post(ctx, opReply, serviceURL, activityPath(conversationID, activityID), outgoing(a, activityID))
}

func (c *Client) post(ctx context.Context, op, serviceURL string, path []string, a *activity.Activity) (string, error) {
	var posted activity.ResourceResponse
	err := c.call(ctx, call{op: op, method: http.MethodPost, serviceURL: serviceURL, path: path, body: a, into: &posted})
	return posted.ID, err
}

// Update replaces an activity that the bot posted, for everybody. The same update
// may be sent again at any time.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#update-activity
func (c *Client) Update(ctx context.Context, serviceURL, conversationID, activityID string, a *activity.Activity) error {
	return c.call(ctx, call{op: opUpdate, method: http.MethodPut, serviceURL: serviceURL, path: activityPath(conversationID, activityID), body: outgoing(a, "")})
}

// Delete removes an activity that the bot posted.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#delete-activity
func (c *Client) Delete(ctx context.Context, serviceURL, conversationID, activityID string) error {
	return c.call(ctx, call{op: opDelete, method: http.MethodDelete, serviceURL: serviceURL, path: activityPath(conversationID, activityID)})
}

// Member answers one member of a conversation by its id in Teams or in Entra.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
func (c *Client) Member(ctx context.Context, serviceURL, conversationID, memberID string) (activity.ChannelAccount, error) {
	var member activity.ChannelAccount
	err := c.call(ctx, call{op: opMember, method: http.MethodGet, serviceURL: serviceURL, into: &member,
		path: []string{"conversations", conversationID, "members", memberID}})
	return member, err
}

// PagedMembers answers one page of a conversation's members; pageSize 0 leaves
// its size to the service. Pass the page's continuation token to get the next.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-conversation-paged-members
func (c *Client) PagedMembers(ctx context.Context, serviceURL, conversationID string, pageSize int, continuation string) (activity.PagedMembers, error) {
	query := url.Values{}
	if pageSize > 0 {
		query.Set("pageSize", strconv.Itoa(pageSize))
	}
	if continuation != "" {
		query.Set("continuationToken", continuation)
	}
	var page activity.PagedMembers
	err := c.call(ctx, call{op: opMembers, method: http.MethodGet, serviceURL: serviceURL, query: query, into: &page,
		path: []string{"conversations", conversationID, "pagedmembers"}})
	return page, err
}

// TeamDetails answers a team's name and Entra group. The team's id is that of its
// General channel.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
func (c *Client) TeamDetails(ctx context.Context, serviceURL, teamID string) (activity.TeamDetails, error) {
	var team activity.TeamDetails
	err := c.call(ctx, call{op: opTeam, method: http.MethodGet, serviceURL: serviceURL, path: []string{"teams", teamID}, into: &team})
	return team, err
}

// TeamChannels answers the channels of a team that the bot can see. The General
// channel has the team's id and no name.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
func (c *Client) TeamChannels(ctx context.Context, serviceURL, teamID string) ([]activity.ChannelInfo, error) {
	var list activity.TeamChannels
	err := c.call(ctx, call{op: opChannels, method: http.MethodGet, serviceURL: serviceURL, path: []string{"teams", teamID, "conversations"}, into: &list})
	return list.Conversations, err
}

func activitiesPath(conversationID string) []string {
	return []string{"conversations", conversationID, "activities"}
}

func activityPath(conversationID, activityID string) []string {
	return []string{"conversations", conversationID, "activities", activityID}
}

// outgoing copies an activity without the members that only the channel may set
// (rules A2031, A2041, A2250 and A2302 of the activity specification).
func outgoing(a *activity.Activity, replyTo string) *activity.Activity {
	if replyTo == "" && a.ID == "" && a.Timestamp == "" && a.ServiceURL == "" && a.CallerID == "" {
		return a
	}
	out := *a
	out.ID, out.Timestamp, out.ServiceURL, out.CallerID = "", "", "", ""
	if replyTo != "" {
		out.ReplyToID = replyTo
	}
	return &out
}
