package handoff

import (
	"slices"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Loss is a reason why a channel is out of reach until something happens there. Several may hold at once, and each ends by
// itself: a channel that was deleted does not come back because its team is unarchived.
type Loss string

// The losses, the gravest first.
const (
	LostByAdmin  Loss = "by_admin"        // somebody has disconnected it in the admin pages
	LostTeam     Loss = "team_deleted"    // the team is gone
	LostDeleted  Loss = "channel_deleted" // the channel is gone
	LostArchived Loss = "team_archived"   // nobody can write in the team
	LostBlocked  Loss = "blocked"         // an admin of the platform has blocked the app
	LostRemoved  Loss = "removed"         // the app was taken out of the team
	LostUnknown  Loss = "unknown_place"   // the platform knows no such channel
)

// lossWords say in plain words what is wrong and what a person does about it, in the order of gravity: an app that is blocked
// cannot be added to a team.
var lossWords = []struct {
	loss          Loss
	cause, remedy string
}{
	{LostByAdmin, "somebody has disconnected it in the admin pages", "mention the bot in the channel to connect it again"},
	{LostTeam, "the team was deleted", "restore the team, or choose another channel for the agents"},
	{LostDeleted, "the channel was deleted", "restore the channel, or choose another one for the agents"},
	{LostArchived, "the team was archived", "unarchive the team, or choose another channel for the agents"},
	{LostBlocked, "an admin has blocked the app", "let an admin of the platform allow the app again, then mention the bot in the channel"},
	{LostRemoved, "the app was removed from the team", addAgain},
	{LostUnknown, "the channel is not there any more, or the app was removed from it", addAgain},
}

const addAgain = "add the app to the team again, then mention the bot in the channel"

// Lose notes why the channel is out of reach.
func (c *Channel) Lose(why Loss) {
	if !slices.Contains(c.Lost, why) {
		c.Lost = append(slices.Clone(c.Lost), why)
	}
	c.State = ChannelDisconnected
	c.Cause, _ = c.gravest()
}

// Regain notes that some reasons do not hold any more. When none is left, the channel is connected again. A reason that did
// not hold changes nothing.
func (c *Channel) Regain(over ...Loss) {
	left := slices.DeleteFunc(slices.Clone(c.Lost), func(l Loss) bool { return slices.Contains(over, l) })
	if len(left) == len(c.Lost) {
		return
	}
	if c.Lost = left; len(left) > 0 {
		c.Cause, _ = c.gravest()
		return
	}
	c.Lost, c.State, c.Cause = nil, ChannelConnected, ""
}

// IsLost says whether a reason holds.
func (c Channel) IsLost(why Loss) bool { return slices.Contains(c.Lost, why) }

// Remedy says in plain words, without a capital and a full stop, what brings a channel back that posts do not reach. Empty: it
// needs nothing.
func (c Channel) Remedy() string {
	switch c.State {
	case ChannelDegraded:
		return "send a test handoff from the admin pages: when it arrives, the channel is connected again"
	case ChannelDisconnected:
		_, remedy := c.gravest()
		return remedy
	}
	return ""
}

// gravest is what is wrong before all else, and what to do about it.
func (c Channel) gravest() (cause, remedy string) {
	for _, w := range lossWords {
		if slices.Contains(c.Lost, w.loss) {
			return w.cause, w.remedy
		}
	}
	return "", ""
}

// reached notes that something came from the channel, or arrived there: whatever stood in the way does not, unless it was
// somebody here who cut the channel off.
func (c *Channel) reached() { c.reachedSince(*c) }

// reachedSince is the same for something that set out when the channel was as it was then: what has come in its way meanwhile
// still does.
func (c *Channel) reachedSince(then Channel) {
	for _, why := range then.Lost {
		if why != LostByAdmin {
			c.Regain(why)
		}
	}
	if c.State == ChannelDegraded {
		c.State, c.Cause = ChannelConnected, ""
	}
}

// missed notes that a post did not get into the channel at all.
func (c *Channel) missed(failed *DeliveryError) {
	switch {
	case failed.Lost != "":
		c.Lose(failed.Lost)
	case failed.Channel && c.State == ChannelConnected:
		c.State, c.Cause = ChannelDegraded, failed.Cause
	}
}

// lost brings a handoff to what can be said truthfully once channels of its are out of reach. Who waits in vain is not left
// waiting; whoever talked to a person who cannot be heard any more is told so.
func (f *dossier) lost(closing Closing) {
	h := f.handoff
	if h.Stage == StageJoined && !f.lostChannel(h.Home.Channel) {
		return
	}
	news := false
	for _, id := range h.Channels {
		if f.lostChannel(id) && !slices.Contains(h.Failed, id) {
			h.Failed, news = append(h.Failed, id), true
		}
	}
	switch {
	case h.Stage == StageJoined:
		f.homeLost(closing)
	case news && len(h.Failed) == len(h.Channels):
		f.waited() // there is nothing to wait for
	}
}

func (f *dossier) lostChannel(id ID) bool {
	c, known := f.channels[id]
	return known && c.State == ChannelDisconnected
}

// homeLost asks the others again, or gives the conversation back to the agent when there is nobody left to ask.
func (f *dossier) homeLost(closing Closing) {
	h := f.handoff
	left := len(h.Failed) < len(h.Channels)
	if !left && len(f.reachable(h.Fallbacks)) == 0 {
		f.end(EndedChannelLost, closing)
		return
	}
	name := h.Specialist.Name
	h.Stage, h.Specialist, h.Home, h.JoinedAt = StageWaiting, nil, nil, time.Time{}
	h.WaitingSince = f.now
	f.conversation.State = StateWaiting
	f.changed(HandoffChange{State: StateWaiting})
	f.tell(f.agent.Text(TextLost, "specialist", name))
	f.redraw()
	for _, t := range h.Threads {
		if !f.lostChannel(t.Channel) {
			f.notice(t.Channel, f.agent.Text(TextThreadLost, "specialist", name))
		}
	}
	f.wait()
	if !left {
		f.waited()
	}
}

// saveChannel writes a channel's row. When the channel has just been lost, the handoffs in flight there are looked at next,
// each in a transaction of its own, whatever happens to this process.
func (d *Desk) saveChannel(tx store.Tx, before, after Channel) error {
	if err := store.Put(tx, channelKey(after.ID), after); err != nil {
		return err
	}
	if err := d.saveBlock(tx, before, after); err != nil {
		return err
	}
	if before.State == ChannelDisconnected || after.State != ChannelDisconnected {
		return nil
	}
	for _, stage := range []Stage{StageWaiting, StageJoined} {
		var ids []ID
		for _, id := range (BoardQuery{Stage: stage, Channel: after.ID}).spots(tx) {
			ids = append(ids, id)
		}
		for _, id := range ids {
			if err := tx.Put(timerKey(d.now(), id, timerLost), nil); err != nil {
				return err
			}
		}
	}
	return nil
}
