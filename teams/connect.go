package teams

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
)

// connect keeps the channel in which the bot was mentioned, and confirms it in that thread.
func (h *Handler) connect(ctx context.Context, a *activity.Activity, at handoff.Place, ref activity.ConversationReference) error {
	raw, err := json.Marshal(ref)
	if err != nil {
		return err
	}
	team, channel := h.names(ctx, a, ref)
	where := "this channel"
	if channel != "" && team.Name != "" {
		where = team.Name + " > " + channel
	}
	c := handoff.Channel{
		ID: at.Channel, Platform: PlatformName, Tenant: ref.Conversation.TenantID,
		Team: team, Name: channel, ConnectedBy: h.person(ctx, a).Name, Reference: raw,
	}
	h.log.Info("a channel was connected", "channel", c.ID, "team", team.Name, "name", channel)
	return h.desk.Connect(ctx, keyOf(a), c, at.Thread, h.connectedText(where))
}

// names finds out what people call the team and the channel: messages carry ids alone. What cannot be found out stays
// empty; a later rename fills it.
func (h *Handler) names(ctx context.Context, a *activity.Activity, ref activity.ConversationReference) (handoff.Team, string) {
	ctx, done := context.WithTimeout(ctx, lookupTime)
	defer done()
	data, _ := a.Teams()
	id := data.TeamsTeamID
	channel := ""
	if data.Channel != nil {
		channel = data.Channel.Name
	}
	team := handoff.Team{ID: id}
	if data.Team != nil {
		team = handoff.Team{ID: data.Team.ID, Name: data.Team.Name}
	}
	if team.ID == "" {
		return team, channel
	}
	if team.Name == "" {
		if details, err := h.client.TeamDetails(ctx, a.ServiceURL, team.ID); err == nil {
			team.Name = details.Name
		}
	}
	if channel == "" {
		channel = h.channelName(ctx, a.ServiceURL, team.ID, ref.Conversation.ID)
	}
	return team, channel
}

// channelName looks a channel up in its team. The General channel has the team's id and no name.
func (h *Handler) channelName(ctx context.Context, serviceURL, team, channel string) string {
	if team == channel {
		return "General"
	}
	list, err := h.client.TeamChannels(ctx, serviceURL, team)
	if err != nil {
		return ""
	}
	for _, c := range list {
		if c.ID == channel {
			return c.Name
		}
	}
	return ""
}

func (h *Handler) renamed(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	data, err := t.Activity.Teams()
	if err != nil {
		return nil, nil
	}
	return nil, h.eachChannel(ctx, t.Activity, func(c *handoff.Channel) {
		if data.EventType == activity.EventChannelRenamed && data.Channel != nil {
			c.Name = data.Channel.Name
		}
		if data.Team != nil && data.Team.Name != "" {
			c.Team.Name = data.Team.Name
		}
	})
}

// lost makes a handler for an event that takes channels away; back makes one for the event that gives them back.
func (h *Handler) lost(why handoff.Loss) bot.HandlerFunc {
	return func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, h.eachChannel(ctx, t.Activity, func(c *handoff.Channel) { c.Lose(why) })
	}
}

func (h *Handler) back(over handoff.Loss) bot.HandlerFunc {
	return func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, h.eachChannel(ctx, t.Activity, func(c *handoff.Channel) { c.Regain(over) })
	}
}

// eachChannel changes the rows of the channels that an event is about.
func (h *Handler) eachChannel(ctx context.Context, a *activity.Activity, change func(*handoff.Channel)) error {
	data, err := a.Teams()
	tenant, agree := a.Tenant()
	if err != nil || !agree {
		return nil
	}
	var only handoff.ID
	if strings.HasPrefix(data.EventType, "channel") && data.Channel != nil {
		only = handoff.ChannelID(PlatformName, tenant, data.Channel.ID)
	}
	channels, err := h.desk.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range channels {
		sameTeam := data.Team != nil && c.Team.ID == data.Team.ID
		if c.Platform != PlatformName || c.Tenant != tenant || (only == "" && !sameTeam) || (only != "" && c.ID != only) {
			continue
		}
		if err := h.desk.UpdateChannel(ctx, audit.Actor{Kind: audit.Platform, Name: PlatformName}, c.ID, change); err != nil {
			return err
		}
	}
	return nil
}
