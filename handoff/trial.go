package handoff

import (
	"context"
	"slices"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Trial is a test handoff that somebody sent into a channel.
type Trial struct {
	Handoff ID        `json:"handoff"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// TrialAgent is the agent of test conversations. No agent of an admin's can have this id.
const TrialAgent ID = "(test)"

const (
	trialWait = 15 * time.Minute // for somebody to press Join
	trialIdle = 10 * time.Minute // for a line after that
)

func trialAgent() Agent {
	return Agent{ID: TrialAgent, Name: "Test", Handoff: Policy{Enabled: true, WaitSeconds: int(trialWait.Seconds()), IdleSeconds: int(trialIdle.Seconds())}}
}

// Try sends a test handoff into a channel: a real thread with a real card that says what it is. Whoever presses Join proves
// the round trip, and the first line after that ends it. It also goes to a channel that is out of reach, because it may be
// there again; not to one that was disconnected here. No report counts it. note, when there is one, runs in the same
// transaction.
func (d *Desk) Try(ctx context.Context, channel ID, by string, note func(store.Tx) error) (Trial, error) {
	conversation, handoff := newID(), newID()
	var trial Trial
	err := d.update(ctx, func(tx store.Tx) error {
		c, found, err := store.Get[Channel](tx, channelKey(channel))
		switch {
		case err != nil:
			return err
		case !found:
			return refuse(CodeUnknownChannel, "there is no channel "+string(channel))
		case slices.Contains(c.Lost, LostByAdmin):
			return refuse(CodeInvalid, "this channel was disconnected; mention the bot there to connect it again")
		}
		f := &dossier{agent: trialAgent(), app: d.app, now: d.now(), channels: map[ID]Channel{channel: c}, conversation: Conversation{
			ID: conversation, Agent: TrialAgent, State: StateAgent, Trial: true, StartedAt: d.now(), HeardAt: d.now(),
			Visitor: Visitor{Name: "Test"},
		}}
		f.try(channel, by, handoff)
		if err := tx.Put(handoffsOf(conversation)+string(handoff), nil); err != nil {
			return err
		}
		trial = Trial{Handoff: handoff, By: by, At: d.now()}
		c.Trial = &trial
		if err := store.Put(tx, channelKey(channel), c); err != nil {
			return err
		}
		if note != nil {
			if err := note(tx); err != nil {
				return err
			}
		}
		return d.save(tx, f)
	})
	return trial, err
}

// try begins the test. Without a day no report counts it.
func (f *dossier) try(channel ID, by string, id ID) {
	f.handoff = &Handoff{
		ID: id, Conversation: f.conversation.ID, Stage: StageWaiting, By: FromSystem, Reason: "This is a test, sent by " + by + ". No visitor is waiting",
		Brief:     Brief{Summary: []Point{{Text: "Press Join conversation to show that buttons arrive."}, {Text: "Then write any line here, without mentioning anybody, to show that replies arrive. That ends the test."}}},
		StartedAt: f.now, WaitingSince: f.now, Promised: true,
	}
	f.conversation.Handoff, f.conversation.State = id, StateWaiting
	f.changed(HandoffChange{State: StateWaiting})
	f.ask([]ID{channel})
	f.wait()
}

// trialJoined keeps the proof of the round trip.
func (d *Desk) trialJoined(tx store.Tx, channel ID) error {
	c, found, err := store.Get[Channel](tx, channelKey(channel))
	if err != nil || !found {
		return err
	}
	c.ProvenAt = d.now()
	return store.Put(tx, channelKey(channel), c)
}

// trialHeard ends a test with its first line.
func (f *dossier) trialHeard(p Place) {
	text := "That line arrived. The test is done: everything works in this channel."
	if !p.Unprompted {
		text = "That line arrived because it mentions the bot. Lines without a mention may not: the admin pages say what to do."
	}
	f.notice(p.Channel, text)
	f.end(EndedBySpecialist, Closing{})
}

// Disconnect cuts a channel off until somebody mentions the bot there again. Handoffs in flight are told. note, when there is
// one, runs in the same transaction.
func (d *Desk) Disconnect(ctx context.Context, channel ID, note func(store.Tx) error) error {
	return d.update(ctx, func(tx store.Tx) error {
		c, found, err := store.Get[Channel](tx, channelKey(channel))
		if err != nil {
			return err
		}
		if !found {
			return refuse(CodeUnknownChannel, "there is no channel "+string(channel))
		}
		before := c
		c.Lose(LostByAdmin)
		if note != nil {
			if err := note(tx); err != nil {
				return err
			}
		}
		return d.saveChannel(tx, before, c)
	})
}

// InFlight lists the handoffs that wait or are joined in a channel, up to most of each.
func (d *Desk) InFlight(ctx context.Context, channel ID, most int) (waiting, joined int, err error) {
	if waiting, err = d.CountBoard(ctx, BoardQuery{Stage: StageWaiting, Channel: channel}, most); err != nil {
		return 0, 0, err
	}
	joined, err = d.CountBoard(ctx, BoardQuery{Stage: StageJoined, Channel: channel}, most)
	return waiting, joined, err
}

// Channel returns a channel by its id.
func (d *Desk) Channel(ctx context.Context, id ID) (Channel, error) {
	var c Channel
	err := d.view(ctx, func(tx store.Tx) error {
		var found bool
		var err error
		if c, found, err = store.Get[Channel](tx, channelKey(id)); err == nil && !found {
			err = refuse(CodeUnknownChannel, "there is no channel "+string(id))
		}
		return err
	})
	return c, err
}
