package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/activity"
)

// Answer is what the bot answered a delivery with.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Delivery is one activity that was posted to the bot.
type Delivery struct {
	Activity json.RawMessage
	Answer   Answer
	Err      error // no answer arrived
	At       time.Time
	Again    int // how many of the service's own tries came before; zero for the first
}

// maxBotAnswer bounds what is read of the bot's answer, in bytes.
const maxBotAnswer = 1 << 20

var errNoEndpoint = errors.New("bottest: the bot's endpoint is not set")

// SendRaw posts a body to the bot under a bent token, whatever the two say. It
// is for forgeries; the activity becomes no message of the channel. An answer of
// any status is no error.
func (s *Service) SendRaw(ctx context.Context, body []byte, o TokenOptions) (Answer, error) {
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	switch {
	case o.Anonymous:
	case o.Authorization != "":
		header.Set("Authorization", o.Authorization)
	default:
		header.Set("Authorization", "Bearer "+s.Token(o))
	}
	return s.Post(ctx, body, header)
}

// Post sends a body to the bot with exactly these headers and no token of its
// own.
func (s *Service) Post(ctx context.Context, body []byte, header http.Header) (Answer, error) {
	s.mu.Lock()
	endpoint := s.endpoint
	s.mu.Unlock()
	if endpoint == "" {
		return Answer{}, errNoEndpoint
	}
	ctx, done := s.patiently(ctx)
	defer done()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("bottest: %w", err)
	}
	req.Header = header.Clone()
	resp, err := s.client.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("bottest: the bot gave no answer: %w", because(ctx, err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBotAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("bottest: the bot's answer broke off: %w", because(ctx, err))
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: answer}, nil
}

// because prefers why a request was ended to how that looked.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// Deliver posts an activity of the caller's making, completed with what every
// activity of the service has: id, time, service URL, channel and recipient. It
// answers how the first try ended; see the package documentation for the others.
func (s *Service) Deliver(ctx context.Context, a *activity.Activity) (Answer, error) {
	complete := *a
	s.complete(&complete)
	body, err := activity.Encode(&complete)
	if err != nil {
		return Answer{}, fmt.Errorf("bottest: %w", err)
	}
	return s.deliver(ctx, body)
}

// try posts a body once and notes it down.
func (s *Service) try(ctx context.Context, body []byte, again int) (Answer, error) {
	answer, err := s.SendRaw(ctx, body, TokenOptions{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = keep(s.deliveries, Delivery{Activity: body, Answer: answer, Err: err, At: s.now(), Again: again})
	s.changed()
	return answer, err
}

// Deliveries answers what was posted to the bot, forgeries left out, oldest
// first. The newest ten thousand are kept.
func (s *Service) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// Redeliver posts the newest delivery once more, byte for byte and at once, as if
// its answer had been lost.
func (s *Service) Redeliver(ctx context.Context) (Answer, error) {
	all := s.Deliveries()
	if len(all) == 0 {
		return Answer{}, errors.New("bottest: nothing was delivered yet")
	}
	return s.try(ctx, all[len(all)-1].Activity, 0)
}

// complete fills what the service itself sets.
func (s *Service) complete(a *activity.Activity) {
	if a.ID == "" {
		a.ID = "f:" + uuid.NewString()
	}
	now := s.now().UTC()
	if a.Timestamp == "" {
		a.Timestamp = now.Format("2006-01-02T15:04:05.0000000Z")
		a.LocalTimestamp = now.Format("2006-01-02T15:04:05.0000000+00:00")
		a.LocalTimezone = "Etc/UTC"
	}
	a.ServiceURL = s.ServiceURL()
	a.ChannelID = activity.ChannelTeams
	a.Recipient = &activity.ChannelAccount{ID: s.BotID(), Name: s.cfg.BotName}
	if a.Locale == "" {
		a.Locale = "en-GB"
	}
}

// inChannel makes the parts that every activity of a channel has, or of a personal chat.
func (s *Service) inChannel(from User, c *channel, conversationID string) *activity.Activity {
	conversation := &activity.ConversationAccount{ID: conversationID, TenantID: s.cfg.Tenant, ConversationType: activity.ConversationPersonal}
	data := activity.ChannelData{Tenant: &activity.TenantInfo{ID: s.cfg.Tenant}}
	if !c.personal() {
		group := true
		conversation.IsGroup, conversation.ConversationType = &group, activity.ConversationChannel
		data.TeamsChannelID, data.TeamsTeamID = c.ID, c.team.ID
		data.Channel, data.Team = &activity.ChannelInfo{ID: c.ID}, &activity.TeamInfo{ID: c.team.ID}
	}
	a := &activity.Activity{
		From:         &activity.ChannelAccount{ID: from.ID, Name: from.Name, AADObjectID: from.AADObjectID},
		Conversation: conversation,
		Entities:     []activity.Entity{clientInfo()},
	}
	setChannelData(a, data)
	return a
}

func clientInfo() activity.Entity {
	return activity.Entity{Type: activity.EntityClientInfo, Extra: map[string]json.RawMessage{
		"locale": json.RawMessage(`"en-GB"`), "country": json.RawMessage(`"GB"`),
		"platform": json.RawMessage(`"Windows"`), "timezone": json.RawMessage(`"Europe/London"`),
	}}
}

func setChannelData(a *activity.Activity, data activity.ChannelData) {
	raw, err := activity.Encode(data)
	if err != nil {
		panic("bottest: channelData does not become JSON: " + err.Error())
	}
	a.ChannelData = raw
}
