package handoff

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// PutAgent creates or replaces an agent, whatever it was before.
func (d *Desk) PutAgent(ctx context.Context, by audit.Actor, a Agent) (Agent, error) {
	return d.putAgent(ctx, by, a, func(Agent) error { return nil })
}

// ReplaceAgent replaces an agent that is still as it was at a time, its UpdatedAt, and creates it when that time is zero.
// CodeChanged says that somebody else was faster; the agent is then returned as it is now.
func (d *Desk) ReplaceAgent(ctx context.Context, by audit.Actor, was time.Time, a Agent) (Agent, error) {
	var now Agent
	replaced, err := d.putAgent(ctx, by, a, func(before Agent) error {
		if now = before; !before.UpdatedAt.Equal(was) {
			return refuse(CodeChanged, "somebody else changed this agent meanwhile")
		}
		return nil
	})
	if CodeOf(err) == CodeChanged {
		return now, err
	}
	return replaced, err
}

// putAgent writes an agent in the place of another one, which is zero when there is none, unless may objects.
func (d *Desk) putAgent(ctx context.Context, by audit.Actor, a Agent, may func(before Agent) error) (Agent, error) {
	if err := a.Validate(); err != nil {
		return Agent{}, err
	}
	if err := d.admit(RoomForTalk); err != nil {
		return Agent{}, err
	}
	err := d.update(ctx, func(tx store.Tx) error {
		before, found, err := store.Get[Agent](tx, agentKey(a.ID))
		if err != nil {
			return err
		}
		if err := may(before); err != nil {
			return err
		}
		for _, id := range slices.Concat(a.Handoff.Channels, a.Handoff.FallbackChannels) {
			if _, found, err := store.Get[Channel](tx, channelKey(id)); err != nil {
				return err
			} else if !found {
				return refuse(CodeUnknownChannel, "there is no channel "+string(id))
			}
		}
		a.UpdatedAt = d.now()
		if !a.UpdatedAt.After(before.UpdatedAt) { // it tells two versions apart, also when the clock stands or goes back
			a.UpdatedAt = before.UpdatedAt.Add(1)
		}
		entry := audit.Entry{By: by, Act: audit.AgentCreated, Subject: string(a.ID)}
		if found {
			entry.Act, entry.Details = audit.AgentChanged, map[string]string{"changed": strings.Join(changed(before, a), ", ")}
		}
		if err := audit.Append(tx, d.now(), entry); err != nil {
			return err
		}
		return store.Put(tx, agentKey(a.ID), a)
	})
	return a, err
}

// changed names the members that differ between two versions of an agent, as its JSON calls them; never what is in them.
func changed(before, after Agent) []string {
	before.UpdatedAt, after.UpdatedAt = time.Time{}, time.Time{}
	then, now := members("", before), members("", after)
	maps.Copy(then, members("handoff.", before.Handoff))
	maps.Copy(now, members("handoff.", after.Handoff))
	delete(then, "handoff")
	delete(now, "handoff")
	var names []string
	for name := range now {
		if now[name] != then[name] {
			names = append(names, name)
		}
	}
	for name := range then {
		if _, there := now[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func members(prefix string, value any) map[string]string {
	var raw map[string]json.RawMessage
	if text, err := json.Marshal(value); err == nil {
		_ = json.Unmarshal(text, &raw) // a struct makes an object
	}
	out := map[string]string{}
	for name, text := range raw {
		out[prefix+name] = string(text)
	}
	return out
}

// Agent returns an agent by its id.
func (d *Desk) Agent(ctx context.Context, id ID) (Agent, error) {
	var a Agent
	err := d.view(ctx, func(tx store.Tx) error {
		var found bool
		var err error
		if a, found, err = store.Get[Agent](tx, agentKey(id)); err == nil && !found {
			err = refuse(CodeUnknownAgent, "there is no agent "+string(id))
		}
		return err
	})
	return a, err
}

// Agents returns all agents, by id.
func (d *Desk) Agents(ctx context.Context) ([]Agent, error) { return all[Agent](ctx, d, agentRows) }

// Channels returns all channels that were ever connected, by id.
func (d *Desk) Channels(ctx context.Context) ([]Channel, error) {
	return all[Channel](ctx, d, channelRows)
}

func all[T any](ctx context.Context, d *Desk, prefix string) ([]T, error) {
	out := []T{}
	err := d.view(ctx, func(tx store.Tx) error {
		out = out[:0]
		for key, raw := range tx.Scan(prefix, "") {
			row, err := store.Decode[T](key, raw)
			if err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// Availability says whether a handoff of this agent's may start at a moment, and why.
func (d *Desk) Availability(ctx context.Context, agent ID, at time.Time) (Availability, error) {
	a, err := d.Agent(ctx, agent)
	if err != nil {
		return Availability{}, err
	}
	return d.Consider(ctx, a, at)
}

// Consider says whether a handoff might start at a moment, and why, if an agent were set like this. The agent must be valid; it need
// not be the one that is stored.
func (d *Desk) Consider(ctx context.Context, a Agent, at time.Time) (Availability, error) {
	var available Availability
	err := d.view(ctx, func(tx store.Tx) error {
		f := &dossier{agent: a, channels: map[ID]Channel{}, now: at}
		if err := f.loadChannels(tx); err != nil {
			return err
		}
		available = f.available()
		return nil
	})
	return available, err
}

// Connect keeps a channel, new or known, and confirms it in the thread where it was asked for.
func (d *Desk) Connect(ctx context.Context, key string, c Channel, thread, text string) error {
	return d.update(ctx, func(tx store.Tx) error {
		var ignored bool
		if found, err := once(tx, "platform", key, "", &ignored); err != nil || found {
			return err
		}
		if err := d.admit(RoomForTalk); err != nil {
			return err
		}
		before, found, err := store.Get[Channel](tx, channelKey(c.ID))
		if err != nil {
			return err
		}
		c.ConnectedAt, c.LastSeen, c.State, c.Cause, c.Lost = d.now(), d.now(), ChannelConnected, "", nil
		if found && before.State == ChannelConnected {
			c.ConnectedAt, c.ConnectedBy = before.ConnectedAt, before.ConnectedBy
		}
		if c.Name == "" {
			c.Name = before.Name
		}
		if c.Team.Name == "" {
			c.Team.Name = before.Team.Name
		}
		if err := store.Put(tx, channelKey(c.ID), c); err != nil {
			return err
		}
		if !found || before.State != ChannelConnected {
			by := audit.Actor{Kind: audit.Platform, Name: c.ConnectedBy}
			if err := audit.Append(tx, d.now(), audit.Entry{By: by, Act: audit.ChannelJoined, Subject: string(c.ID), Details: c.facts()}); err != nil {
				return err
			}
		}
		if err := remember(tx, "platform", key, "", true, d.now()); err != nil {
			return err
		}
		return enqueue(tx, job{Channel: c.ID, Queue: "thread " + thread, Kind: PostNotice, Thread: thread, Text: text, At: d.now()})
	})
}

// UpdateChannel changes a channel's row: its name, its state, how to reach it. A channel that was never connected is left
// alone.
func (d *Desk) UpdateChannel(ctx context.Context, by audit.Actor, id ID, change func(*Channel)) error {
	return d.update(ctx, func(tx store.Tx) error {
		c, found, err := store.Get[Channel](tx, channelKey(id))
		if err != nil || !found {
			return err
		}
		before := c
		change(&c)
		if act := before.becomes(c); act != "" {
			if err := audit.Append(tx, d.now(), audit.Entry{By: by, Act: act, Subject: string(id), Details: c.facts()}); err != nil {
				return err
			}
		}
		return d.saveChannel(tx, before, c)
	})
}

// becomes names the change between two versions of a channel; empty when people would see none.
func (c Channel) becomes(after Channel) audit.Act {
	switch {
	case c.State != after.State && after.State == ChannelDisconnected:
		return audit.ChannelLeft
	case c.State != after.State && after.State == ChannelConnected:
		return audit.ChannelJoined
	case c.State != after.State, c.Name != after.Name, c.Team.Name != after.Team.Name:
		return audit.ChannelChanged
	}
	return ""
}

// facts are what the audit log says about a channel beside its id.
func (c Channel) facts() map[string]string {
	facts := map[string]string{"platform": c.Platform, "state": string(c.State)}
	for name, value := range map[string]string{"team": c.Team.Name, "name": c.Name, "cause": c.Cause} {
		if value != "" {
			facts[name] = value
		}
	}
	return facts
}
