package handoff

import (
	"context"
	"time"

	"github.com/docket-handoff/docket/store"
)

// PutAgent creates or replaces an agent.
func (d *Desk) PutAgent(ctx context.Context, a Agent) (Agent, error) {
	if err := a.Validate(); err != nil {
		return Agent{}, err
	}
	if err := d.admit(RoomForTalk); err != nil {
		return Agent{}, err
	}
	a.UpdatedAt = d.now()
	err := d.update(ctx, func(tx store.Tx) error {
		for _, ids := range [][]ID{a.Handoff.Channels, a.Handoff.FallbackChannels} {
			for _, id := range ids {
				if _, found, err := get[Channel](tx, channelKey(id)); err != nil {
					return err
				} else if !found {
					return refuse(CodeUnknownChannel, "there is no channel "+string(id))
				}
			}
		}
		return put(tx, agentKey(a.ID), a)
	})
	return a, err
}

// Agent returns an agent by its id.
func (d *Desk) Agent(ctx context.Context, id ID) (Agent, error) {
	var a Agent
	err := d.view(ctx, func(tx store.Tx) error {
		var found bool
		var err error
		if a, found, err = get[Agent](tx, agentKey(id)); err == nil && !found {
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
			row, err := decode[T](key, raw)
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
	var available Availability
	err := d.view(ctx, func(tx store.Tx) error {
		a, found, err := get[Agent](tx, agentKey(agent))
		if err != nil {
			return err
		}
		if !found {
			return refuse(CodeUnknownAgent, "there is no agent "+string(agent))
		}
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
		before, found, err := get[Channel](tx, channelKey(c.ID))
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
		if err := put(tx, channelKey(c.ID), c); err != nil {
			return err
		}
		if err := remember(tx, "platform", key, "", true, d.now()); err != nil {
			return err
		}
		return enqueue(tx, job{Channel: c.ID, Queue: "thread " + thread, Kind: PostNotice, Thread: thread, Text: text, At: d.now()})
	})
}

// UpdateChannel changes a channel's row: its name, its state, how to reach it. A channel that was never connected is left
// alone.
func (d *Desk) UpdateChannel(ctx context.Context, id ID, change func(*Channel)) error {
	return d.update(ctx, func(tx store.Tx) error {
		c, found, err := get[Channel](tx, channelKey(id))
		if err != nil || !found {
			return err
		}
		before := c
		change(&c)
		return d.saveChannel(tx, before, c)
	})
}
