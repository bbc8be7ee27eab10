package admin

import (
	"errors"
	"fmt"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// channelView is a channel as the pages show it.
type channelView struct{ handoff.Channel }

// By is who mentioned the bot there.
func (c channelView) By() string {
	if c.ConnectedBy == "" {
		return "somebody"
	}
	return c.ConnectedBy
}

// Badge is the look of its state.
func (c channelView) Badge() string {
	return map[handoff.ChannelState]string{handoff.ChannelConnected: "good", handoff.ChannelDegraded: "warning", handoff.ChannelDisconnected: "bad"}[c.State]
}

// gearView is what stands behind a channel's gear.
type gearView struct {
	channelView
	Trial           *trialView
	Agents          []handoff.Agent // that hand off to it
	Waiting, Joined int
	Most            int // from here on the counts are not exact
}

// trialView is how the last test handoff went.
type trialView struct {
	handoff.Trial
	State string
}

const mostInFlight = 100

func (v *visit) gear() (gearView, error) {
	view := gearView{Most: mostInFlight}
	c, err := v.desk.Channel(v.ctx(), handoff.ID(v.r.PathValue("id")))
	if err != nil {
		return view, err
	}
	view.channelView = channelView{c}
	agents, err := v.desk.Agents(v.ctx())
	if err != nil {
		return view, err
	}
	for _, a := range agents {
		if a.Handoff.Uses(c.ID) {
			view.Agents = append(view.Agents, a)
		}
	}
	if view.Waiting, view.Joined, err = v.desk.InFlight(v.ctx(), c.ID, mostInFlight); err != nil {
		return view, err
	}
	if c.Trial != nil {
		view.Trial, err = v.trial(c)
	}
	return view, err
}

func (v *visit) trial(c handoff.Channel) (*trialView, error) {
	view := &trialView{Trial: *c.Trial}
	h, err := v.desk.Handoff(v.ctx(), c.Trial.Handoff)
	switch {
	case handoff.CodeOf(err) != "": // it is gone
		return nil, nil
	case err != nil:
		return nil, err
	case h.Stage == handoff.StageWaiting:
		view.State = "It is on its way, or waits in the channel for somebody to press Join conversation."
	case h.Stage == handoff.StageJoined:
		view.State = h.Specialist.Name + " has pressed Join conversation. Now a line in the thread, without a mention, shows whether replies arrive."
	case !h.FirstJoined.IsZero():
		view.State = "It made the round trip."
	case len(h.Failed) > 0 && (len(h.Threads) > 0 || c.IsLost(handoff.LostByAdmin)):
		view.State = "It ended because the channel was disconnected."
	case len(h.Failed) > 0 && c.Cause == "":
		view.State = "It did not arrive in the channel. The server's log says why."
	case len(h.Failed) > 0:
		view.State = "It did not arrive in the channel. The channel is " + string(c.State) + ": " + c.Cause + "."
	default:
		view.State = "Nobody pressed Join conversation in time."
	}
	return view, nil
}

func (v *visit) channelPage() error {
	view, err := v.gear()
	if err != nil {
		return err
	}
	return v.show("integrations_channel.html", view.Title(), view, withScript("refresh.js"))
}

func (v *visit) channelPath() string { return "/admin/integrations/channels/" + v.r.PathValue("id") }

// testChannel sends a test handoff. One that is under way is enough.
func (v *visit) testChannel() error {
	view, err := v.gear()
	if err != nil {
		return err
	}
	if t := view.Channel.Trial; t != nil && v.now().Sub(t.At) < time.Minute {
		return v.done(v.channelPath(), "A test was sent less than a minute ago. Look for it in the channel.")
	}
	by := v.session.Person.called()
	_, err = v.desk.Try(v.ctx(), view.ID, by, v.note(audit.TestSent, string(view.ID), map[string]string{"channel": view.Title()}))
	var refused *handoff.Error
	if errors.As(err, &refused) && refused.Code == handoff.CodeInvalid {
		return v.done(v.channelPath(), "No test was sent: "+refused.Msg+".")
	}
	if err != nil {
		return err
	}
	return v.done(v.channelPath(), "A test handoff is on its way. Press Join conversation on its card in the channel.")
}

func (v *visit) disconnectPage() error {
	view, err := v.gear()
	if err != nil {
		return err
	}
	return v.show("integrations_disconnect.html", "Disconnect "+view.Title(), view)
}

func (v *visit) disconnect() error {
	view, err := v.gear()
	if err != nil {
		return err
	}
	details := map[string]string{"channel": view.Title(), "waiting": fmt.Sprint(view.Waiting), "joined": fmt.Sprint(view.Joined)}
	if err := v.desk.Disconnect(v.ctx(), view.ID, v.note(audit.ChannelLeft, string(view.ID), details)); err != nil {
		return err
	}
	return v.done(v.channelPath(), "The channel is disconnected. Nothing new goes there, and the handoffs that were in flight were told.")
}
