package teams

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
)

// installation follows the app's coming and going. Its coming alone connects nothing: a channel is chosen by a mention. Teams
// tells of it twice, by this event and by one about the team's members, and either may come first or alone.
func (h *Handler) installation(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	if strings.HasPrefix(t.Activity.Action, activity.InstallRemove) {
		return nil, h.removed(ctx, t.Activity)
	}
	if strings.HasPrefix(t.Activity.Action, activity.InstallAdd) {
		return nil, h.installed(ctx, t.Activity)
	}
	return nil, nil
}

func (h *Handler) memberAdded(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	if !names(t.Activity, t.Activity.MembersAdded) {
		return nil, nil
	}
	return nil, h.installed(ctx, t.Activity)
}

func (h *Handler) memberRemoved(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	if !names(t.Activity, t.Activity.MembersRemoved) {
		return nil, nil
	}
	return nil, h.removed(ctx, t.Activity)
}

// names says whether the bot is among some members.
func names(a *activity.Activity, members []activity.ChannelAccount) bool {
	return a.Recipient != nil && slices.ContainsFunc(members, func(m activity.ChannelAccount) bool { return strings.EqualFold(m.ID, a.Recipient.ID) })
}

// installed brings back the channels that went with the app. What it may read was decided anew by whoever installed it.
func (h *Handler) installed(ctx context.Context, a *activity.Activity) error {
	tenant, team, ok := teamOf(a)
	if !ok {
		return nil
	}
	by := ""
	if a.From != nil {
		by = strings.TrimSpace(a.From.Name)
	}
	if err := h.desk.Installed(ctx, PlatformName, tenant, team, by); err != nil {
		return err
	}
	return h.eachChannel(ctx, a, func(c *handoff.Channel) {
		c.Regain(handoff.LostRemoved, handoff.LostBlocked)
		if c.Replies == handoff.RepliesMissing {
			c.Replies, c.Prompted = handoff.RepliesUnknown, 0
		}
	})
}

func (h *Handler) removed(ctx context.Context, a *activity.Activity) error {
	if tenant, team, ok := teamOf(a); ok {
		if err := h.desk.Uninstalled(ctx, PlatformName, tenant, team.ID); err != nil {
			return err
		}
	}
	return h.eachChannel(ctx, a, func(c *handoff.Channel) {
		c.Lose(handoff.LostRemoved)
		c.Replies, c.Prompted = handoff.RepliesUnknown, 0
	})
}

// teamOf reads which team of which tenant an event is about.
func teamOf(a *activity.Activity) (tenant string, team handoff.Team, ok bool) {
	data, err := a.Teams()
	tenant, agree := a.Tenant()
	if err != nil || !agree || tenant == "" || data.Team == nil || data.Team.ID == "" {
		return "", team, false
	}
	return tenant, handoff.Team{ID: data.Team.ID, Name: data.Team.Name}, true
}

const seenAgain = time.Hour // how often the desk is told that a tenant lives

// seen remembers when the desk was told of a tenant.
type seen struct {
	mu sync.Mutex
	at map[string]time.Time
}

// see tells the desk of the tenant that an authenticated activity comes from.
func (h *Handler) see(ctx context.Context, a *activity.Activity) error {
	tenant, agree := a.Tenant()
	if tenant == "" || !agree || !h.seen.due(tenant) {
		return nil
	}
	if err := h.desk.Seen(ctx, PlatformName, tenant); err != nil {
		return err
	}
	h.seen.told(tenant)
	return nil
}

func (s *seen) due(tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, known := s.at[tenant]
	return !known || time.Since(at) >= seenAgain
}

func (s *seen) told(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[string]time.Time{}
	}
	s.at[tenant] = time.Now()
}

// sayWhatIsMissing tells the people in a thread, once, when only lines with a mention seem to arrive.
func (h *Handler) sayWhatIsMissing(ctx context.Context, at handoff.Place) error {
	c, err := h.desk.Channel(ctx, at.Channel)
	if err != nil || c.Replies != handoff.RepliesMissing {
		return err
	}
	return h.desk.Reply(ctx, "replies "+string(at.Channel), at, h.mentionsOnly())
}
