package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/teams"
)

// lookAtTenants says where each tenant stands. The home tenant needs no consent to be heard.
func (p *patient) lookAtTenants(context.Context) []finding {
	if p.records == nil || len(p.records.Tenants) == 0 {
		if p.storeErr != nil {
			return p.warn("", "not looked at, because the store cannot be read")
		}
		if unset := p.unset(); unset != nil {
			return unset
		}
		return p.warn("add the app to a team in Teams and mention the bot there", "nothing has been heard from any tenant yet")
	}
	var all []finding
	for _, t := range p.records.Tenants {
		p.name = "tenant " + t.ID
		switch state := t.State(); {
		case state == handoff.TenantBlocked:
			all = append(all, p.fail("let an admin of the tenant allow the app in the Teams admin center", "an admin of the tenant has blocked the app since %s", day(t.BlockedAt))...)
		case state == handoff.TenantUninstalled:
			all = append(all, p.warn("add the app to a team again", "the app was removed from the last team on %s", day(t.RemovedAt))...)
		case t.TokenCause != "":
			all = append(all, p.warn("open Settings > Integrations > Microsoft Teams and try again", "it has consented, and no token proves it: %s", t.TokenCause)...)
		case state == handoff.TenantConsented, state == handoff.TenantProven:
			all = append(all, p.warn("add the app to a team and mention the bot there", "it has consented, and nothing was heard from it yet")...)
		default:
			all = append(all, p.ok("%s; last heard from on %s", state, day(t.LastSeen))...)
		}
	}
	return all
}

// lookAtChannels says of each connected channel whether posts reach it and what comes back.
func (p *patient) lookAtChannels(context.Context) []finding {
	switch {
	case p.storeErr != nil:
		return p.warn("", "not looked at, because the store cannot be read")
	case p.records == nil || len(p.records.Channels) == 0:
		if unset := p.unset(); unset != nil {
			return unset
		}
		return p.warn("mention the bot in the channel where your specialists are", "no channel is connected")
	}
	var all []finding
	for _, c := range p.records.Channels {
		p.name = "channel " + c.Title()
		all = append(all, p.lookAtChannel(c)...)
	}
	return all
}

func (p *patient) lookAtChannel(c handoff.Channel) []finding {
	since := fmt.Sprintf("last heard from on %s", day(c.LastSeen))
	switch {
	case c.State == handoff.ChannelDisconnected && p.records.wants(c.ID):
		return p.fail(c.Remedy(), "disconnected, and agents hand off to it: %s", c.Cause)
	case c.State == handoff.ChannelDisconnected:
		return p.warn(c.Remedy(), "disconnected: %s", c.Cause)
	case c.Platform != teams.PlatformName:
		return p.ok("%s; %s", c.State, since)
	}
	if unset := p.unset(); unset != nil {
		return unset
	}
	service, err := serviceOf(c)
	if err == nil {
		hosts, bad := p.settings.Bot.hosts()
		if bad != nil {
			err = bad
		} else {
			err = hosts.Check(service)
		}
	}
	switch {
	case err != nil:
		return p.fail("check DOCKET_BOT_CLOUD, or list the host in DOCKET_BOT_SERVICE_HOSTS, and mention the bot in the channel again",
			"its service address may not receive the bot's token: %v", err)
	case c.State == handoff.ChannelDegraded:
		return p.warn(c.Remedy(), "degraded: %s", c.Cause)
	case c.Replies == handoff.RepliesMissing:
		return p.warn("let a team owner remove the app and add it again, and agree that it may read the channel's messages",
			"only lines that mention the bot arrive: the permission ChannelMessage.Read.Group seems to be missing; %s", since)
	case c.Replies == handoff.RepliesUnknown:
		return p.ok("connected; whether plain replies arrive is not known until somebody writes one; %s", since)
	}
	return p.ok("connected; plain replies arrive; %s", since)
}

// How long a post may wait. A busy channel is slow by itself: Teams allows about one post a second there.
const (
	waitWarning = 10 * time.Minute
	waitFailed  = time.Hour
)

// lookAtQueues says what waits to be posted, and what is kept for a person to decide about.
func (p *patient) lookAtQueues(context.Context) []finding {
	if p.records == nil {
		if p.storeErr != nil {
			return p.warn("", "not looked at, because the store cannot be read")
		}
		return p.ok("nothing waits")
	}
	var waiting, held, dead int
	for _, posts := range p.records.Stats.Posts {
		waiting, held, dead = waiting+posts.Waiting, held+posts.Held, dead+posts.Dead
	}
	kept := fmt.Sprintf("%d in doubt and %d undeliverable are kept", held, dead)
	age := time.Duration(0)
	if oldest := p.records.Stats.Oldest; !oldest.IsZero() {
		age = time.Since(oldest).Round(time.Second)
	}
	switch {
	case age > waitFailed && p.records.Running:
		return p.fail("see what the channels' lines say", "%d posts wait, the oldest for %v; %s", waiting, age, kept)
	case age > waitWarning && p.records.Running:
		return p.warn("see what the channels' lines say", "%d posts wait, the oldest for %v; %s", waiting, age, kept)
	case held > 0:
		return p.warn("decide about each under Deliveries in the admin pages, or by the API", "%d posts wait; %s", waiting, kept)
	case waiting == 0:
		return p.ok("nothing waits; %s", kept)
	}
	return p.ok("%d posts wait, the oldest for %v; %s", waiting, age, kept)
}

// serviceOf is where posts for a channel go.
func serviceOf(c handoff.Channel) (string, error) {
	var ref activity.ConversationReference
	if err := json.Unmarshal(c.Reference, &ref); err != nil {
		return "", fmt.Errorf("its address cannot be read: %w", err)
	}
	return ref.ServiceURL, nil
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
