package handoff

import (
	"slices"
	"strings"
	"time"
)

// wish says which channels a request would ask now, or why it cannot start.
func (f *dossier) wish(r Request) (channels []ID, not Answer, err error) {
	switch {
	case f.conversation.State == StateClosed:
		return nil, Answer{}, refuse(CodeClosed, "this conversation is closed")
	case f.under():
		return nil, Answer{}, refuse(CodeUnderWay, "a handoff is under way in this conversation")
	}
	for _, channel := range r.Channels {
		if _, known := f.channels[channel]; !known {
			return nil, Answer{}, refuse(CodeUnknownChannel, "there is no channel "+string(channel))
		}
	}
	if a := f.available(); !a.Available {
		return nil, Answer{State: AnswerUnavailable, Reason: a.Reason, NextOpen: a.NextOpen}, nil
	}
	if channels = f.reachable(r.Channels); len(r.Channels) == 0 {
		channels = f.reachable(f.agent.Handoff.Channels)
	}
	if len(channels) == 0 {
		return nil, Answer{State: AnswerUnavailable, Reason: NoChannel}, nil
	}
	return channels, Answer{}, nil
}

// request starts a handoff, or says why it cannot start now.
func (f *dossier) request(r Request, id ID) (Answer, error) {
	channels, not, err := f.wish(r)
	if err != nil {
		return Answer{}, err
	}
	if len(channels) == 0 {
		f.countRefused(not.Reason)
		return not, nil
	}
	f.handoff = &Handoff{
		ID: id, Conversation: f.conversation.ID, Stage: StageWaiting, By: r.By, Reason: strings.TrimSpace(r.Reason), Brief: r.Brief,
		Fallbacks: without(f.reachable(f.agent.Handoff.FallbackChannels), channels),
		AskedFrom: f.conversation.LastSeq, StartedAt: f.now, Day: f.day(f.now), WaitingSince: f.now,
	}
	f.conversation.Handoff, f.conversation.State = id, StateWaiting
	f.done = true
	f.changed(HandoffChange{State: StateWaiting})
	f.countAsked(whole)
	f.ask(channels)
	f.wait()
	return Answer{State: AnswerWaiting, Handoff: id}, nil
}

// available asks the policy, without looking at what is under way.
func (f *dossier) available() Availability {
	policy := f.agent.Handoff
	switch {
	case !policy.Enabled:
		return Availability{Reason: HandoffDisabled, Because: []string{"Human handoff is switched off for this agent."}}
	case len(f.reachable(policy.Channels)) == 0:
		return Availability{Reason: NoChannel, Because: []string{"No connected channel is chosen for this agent."}}
	}
	return policy.WorkHours.At(f.now)
}

// reachable keeps those channels that are connected.
func (f *dossier) reachable(ids []ID) []ID {
	var out []ID
	for _, id := range ids {
		if c, known := f.channels[id]; known && c.State != ChannelDisconnected && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func without(ids, taken []ID) []ID {
	return slices.DeleteFunc(ids, func(id ID) bool { return slices.Contains(taken, id) })
}

// ask orders a thread in each channel.
func (f *dossier) ask(channels []ID) {
	for _, channel := range channels {
		f.handoff.Channels = append(f.handoff.Channels, channel)
		f.post(channel, job{Kind: PostThread})
	}
	f.countAsked(channels...)
}

// wait sets the clocks of a waiting handoff. A timer of an earlier wait finds that its moment is not WaitUntil's.
func (f *dossier) wait() {
	f.handoff.WaitUntil = f.now.Add(f.agent.Handoff.wait())
	f.timers = append(f.timers, timer{f.handoff.WaitUntil, timerWait})
	f.remindLater()
}

func (f *dossier) remindLater() {
	if seconds := f.agent.Handoff.RemindSeconds; seconds > 0 {
		f.handoff.RemindAt = f.now.Add(time.Duration(seconds) * time.Second)
		f.timers = append(f.timers, timer{f.handoff.RemindAt, timerRemind})
	}
}

// threadMade takes note of a thread that a channel has acknowledged. The first one keeps the promise to the visitor.
func (f *dossier) threadMade(t Thread) {
	h := f.handoff
	h.Threads = append(h.Threads, t)
	if h.Stage == StageWaiting && !h.Promised {
		h.Promised = true
		f.tell(f.agent.Text(TextAsking))
	}
	if h.Version != t.Drawn {
		f.post(t.Channel, job{Kind: PostCard, Version: h.Version})
	}
	if h.Stage == StageEnded {
		f.post(t.Channel, job{Kind: PostClosing})
	}
}

// threadFailed takes note of a channel that refused the thread for good. When none is left, nobody can come.
func (f *dossier) threadFailed(channel ID) {
	h := f.handoff
	h.Failed = append(h.Failed, channel)
	if h.Stage == StageWaiting && len(h.Failed) == len(h.Channels) {
		f.waited() // there is nothing to wait for
	}
}

// threadIn finds the handoff's thread in a channel.
func (h *Handoff) threadIn(channel ID, address string) *Thread {
	for i, t := range h.Threads {
		if t.Channel == channel && (address == "" || t.Address == address) {
			return &h.Threads[i]
		}
	}
	return nil
}

// join gives the conversation to the first who asks. Whoever has it already may ask again.
func (f *dossier) join(p Person, at Thread) Outcome {
	h := f.handoff
	switch {
	case h.Stage == StageEnded:
		return OutcomeStale
	case h.Stage == StageJoined && h.Specialist.ID == p.ID:
		return OutcomeAgain
	case h.Stage == StageJoined:
		return OutcomeTaken
	}
	h.Stage, h.Specialist, h.Home, h.JoinedAt = StageJoined, &p, &at, f.now
	f.conversation.State, f.conversation.HeardAt = StateJoined, f.now
	if h.FirstJoined.IsZero() {
		h.FirstJoined = f.now
		f.countJoined()
	}
	f.changed(HandoffChange{State: StateJoined, Specialist: h.seen()})
	f.tell(f.agent.Text(TextJoined, "specialist", p.Name))
	f.redraw()
	for _, t := range h.Threads {
		if t.Channel != at.Channel {
			f.notice(t.Channel, f.agent.Text(TextThreadElsewhere, "specialist", p.Name))
		} else {
			f.notice(t.Channel, f.joinedHere(p.Name))
		}
	}
	f.timers = append(f.timers, timer{f.now.Add(f.agent.Handoff.idle()), timerIdle})
	return OutcomeDone
}

func (f *dossier) joinedHere(name string) string {
	if f.conversation.Trial {
		return "The button works. Now write any line here, without mentioning anybody: it shows whether replies arrive, and ends the test."
	}
	return f.agent.Text(TextThreadJoined, "specialist", name)
}

// seen is the specialist as the visitor may see them.
func (h *Handoff) seen() *Specialist {
	if h.Specialist == nil {
		return nil
	}
	return &Specialist{Name: h.Specialist.Name, Photo: h.Specialist.Photo}
}

// mayAct says whether a person may end, leave or hand back.
func (f *dossier) mayAct(p Person) Outcome {
	switch h := f.handoff; {
	case h.Stage == StageEnded:
		return OutcomeStale
	case h.Stage == StageWaiting:
		return OutcomeNotJoined
	case h.Specialist.ID != p.ID:
		return OutcomeTaken
	}
	return OutcomeDone
}

// leave puts the conversation back to waiting: the team is asked again in the same threads.
func (f *dossier) leave(p Person) Outcome {
	if may := f.mayAct(p); may != OutcomeDone {
		return may
	}
	h := f.handoff
	h.Stage, h.Specialist, h.Home, h.JoinedAt = StageWaiting, nil, nil, time.Time{}
	h.WaitingSince = f.now
	f.conversation.State = StateWaiting
	f.changed(HandoffChange{State: StateWaiting})
	f.tell(f.agent.Text(TextLeft, "specialist", p.Name))
	f.redraw()
	for _, t := range h.Threads {
		f.notice(t.Channel, f.agent.Text(TextThreadLeft, "specialist", p.Name))
	}
	f.wait()
	return OutcomeDone
}

// end closes the handoff, by whomever, and gives the conversation back to the agent.
func (f *dossier) end(reason EndReason, closing Closing) {
	h := f.handoff
	name := "our team"
	if h.Specialist != nil {
		name = h.Specialist.Name
	}
	h.Stage, h.Ended, h.EndedAt, h.Closing = StageEnded, reason, f.now, &closing
	f.conversation.State = StateAgent
	f.countEnded(endingOf(h))
	f.changed(HandoffChange{State: StateAgent, Specialist: h.seen(), Reason: reason, NextOpen: f.nextOpen()})
	f.tell(f.agent.Text(greetingAfter(h, reason), "specialist", name, "loops", loopText(closing.Open)))
	f.redraw()
	for _, t := range h.Threads {
		f.post(t.Channel, job{Kind: PostClosing})
	}
}

// nextOpen tells when the hours open again, when they are over now.
func (f *dossier) nextOpen() *time.Time {
	if a := f.agent.Handoff.WorkHours.At(f.now); !a.Available {
		return a.NextOpen
	}
	return nil
}

// greetingAfter picks the sentence with which the agent takes over again.
func greetingAfter(h *Handoff, reason EndReason) string {
	switch {
	case reason == EndedNobodyCame:
		return TextNobodyCame
	case h.Specialist == nil:
		return TextCancelled
	case reason == EndedIdle:
		return TextIdle
	case reason == EndedHandedBack:
		return TextHandedBack
	case reason == EndedChannelLost:
		return TextLostEnded
	case len(h.Closing.Open) > 0:
		return TextEndedOpen
	}
	return TextEnded
}

func loopText(open []Point) string {
	var texts []string
	for _, p := range open {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "; ")
}

// nobodyCame ends a handoff that no person joined.
func (f *dossier) nobodyCame() { f.end(EndedNobodyCame, Closing{Open: f.handoff.Brief.OpenLoops}) }

// relay carries a visitor's line to the threads.
func (f *dossier) relay(m Message) {
	for _, channel := range f.audience() {
		f.post(channel, job{Kind: PostLine, Message: m.ID, Text: m.Text, Files: m.Attachments})
	}
}

// audience are the channels that a line of the visitor's goes to: all that have a thread while it waits, the one that joined
// afterwards.
func (f *dossier) audience() []ID {
	h := f.handoff
	if h.Stage == StageJoined {
		return []ID{h.Home.Channel}
	}
	return slices.DeleteFunc(slices.Clone(h.Channels), func(id ID) bool { return slices.Contains(h.Failed, id) })
}

// tick is what a timer does when its moment has come. A timer that no longer fits does nothing.
func (f *dossier) tick(kind timerKind, closing Closing) {
	h := f.handoff
	switch {
	case !f.under():
	case kind == timerWait && h.Stage == StageWaiting && !f.now.Before(h.WaitUntil):
		f.waited()
	case kind == timerRemind && h.Stage == StageWaiting && !f.now.Before(h.RemindAt):
		f.remind()
	case kind == timerIdle && h.Stage == StageJoined:
		f.idle(closing)
	case kind == timerLost:
		f.lost(closing)
	}
}

// waited turns to the fallback channels once, and then gives up.
func (f *dossier) waited() {
	h := f.handoff
	next := f.reachable(h.Fallbacks)
	h.Fallbacks = nil
	if len(next) == 0 {
		f.nobodyCame()
		return
	}
	f.ask(next)
	h.WaitUntil = f.now.Add(f.agent.Handoff.wait())
	f.timers = append(f.timers, timer{h.WaitUntil, timerWait})
}

func (f *dossier) remind() {
	since := f.handoff.WaitingSince.In(f.agent.Zone()).Format("15:04 MST")
	for _, t := range f.handoff.Threads {
		f.notice(t.Channel, f.agent.Text(TextThreadWaiting, "since", since))
	}
	f.remindLater()
}

// idle ends a conversation in which nobody has written for long, or looks again when somebody has.
func (f *dossier) idle(closing Closing) {
	quiet := f.conversation.HeardAt.Add(f.agent.Handoff.idle())
	if quiet.After(f.now) {
		f.timers = append(f.timers, timer{quiet, timerIdle})
		return
	}
	f.end(EndedIdle, closing)
}
