package handoff

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Verb is what a person in a channel wants to do with a handoff.
type Verb string

// The verbs. End closes, Leave asks the team again, Back gives the conversation to the agent: three different things.
const (
	VerbJoin       Verb = "join"
	VerbEnd        Verb = "end"
	VerbLeave      Verb = "leave"
	VerbBack       Verb = "back"
	VerbTranscript Verb = "transcript"
	VerbStatus     Verb = "status"
)

// Act is a press on a card, or a command in a thread.
type Act struct {
	Key     string // the platform's identity of this input; the same one again is the same input
	Verb    Verb
	Place   Place
	Person  Person
	Handoff ID     // what a card says; empty for a command, which means the thread's
	Card    string // the message that holds the card that was pressed
}

// Outcome says what became of an Act.
type Outcome string

// The outcomes of an Act.
const (
	OutcomeDone      Outcome = "done"
	OutcomeAgain     Outcome = "again"      // this person has joined already
	OutcomeTaken     Outcome = "taken"      // another person has it
	OutcomeNotJoined Outcome = "not_joined" // nobody has joined yet
	OutcomeStale     Outcome = "stale"      // the handoff is over
	OutcomeForeign   Outcome = "foreign"    // the card is not of this thread, or of no handoff at all
)

// Acted is the answer to an Act. View is nil when the outcome is OutcomeForeign.
type Acted struct {
	Outcome  Outcome
	View     *View
	Messages []Message // VerbTranscript: oldest first
}

// Act does what a person in a channel asks, decided in one transaction: two who press Join at once get one Done and one
// Taken. A press counts only from a thread of the handoff that it names.
func (d *Desk) Act(ctx context.Context, a Act) (Acted, error) {
	var acted Acted
	repeated := false
	err := d.update(ctx, func(tx store.Tx) error {
		acted, repeated = Acted{Outcome: OutcomeForeign}, false
		owner, found, err := d.owner(tx, a)
		if err != nil || !found || (a.Handoff != "" && a.Handoff != owner.Handoff) {
			return err
		}
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		if f.handoff == nil || f.handoff.ID != owner.Handoff { // an older handoff of the same conversation
			return d.loadEnded(tx, f, owner.Handoff, &acted)
		}
		if repeated, err = once(tx, "platform", a.Key, "", &acted.Outcome); err != nil {
			return err
		} else if !repeated {
			if err := d.act(tx, f, a, &acted); err != nil {
				return err
			}
		}
		acted.View = f.view()
		if a.Verb == VerbTranscript {
			acted.Messages, err = lastMessages(tx, f.conversation, maxTranscript)
		}
		return err
	})
	d.seen.input(repeated && err == nil)
	return acted, err
}

// owner finds the handoff whose thread an act came from. People can be quicker than the channel's own acknowledgement, and
// that may be lost: a card of ours in a thread that was ordered and not yet acknowledged is itself the acknowledgement.
func (d *Desk) owner(tx store.Tx, a Act) (threadOwner, bool, error) {
	owner, found, err := store.Get[threadOwner](tx, threadKey(a.Place.Channel, a.Place.Thread))
	if err != nil || found || a.Handoff == "" || a.Card == "" {
		return owner, found, err
	}
	h, found, err := store.Get[Handoff](tx, handoffKey(a.Handoff))
	if err != nil || !found || !h.awaits(a.Place.Channel) {
		return owner, false, err
	}
	f, err := d.load(tx, h.Conversation)
	if err != nil || f.handoff == nil || f.handoff.ID != h.ID {
		return owner, false, err
	}
	owner = threadOwner{Conversation: h.Conversation, Handoff: h.ID}
	if err := store.Put(tx, threadKey(a.Place.Channel, a.Place.Thread), owner); err != nil {
		return owner, false, err
	}
	if err := dropThreadJob(tx, h, a.Place.Channel); err != nil {
		return owner, false, err
	}
	if err := dropKeptThread(tx, h, a.Place.Channel); err != nil {
		return owner, false, err
	}
	f.wantsThread(a.Place.Channel)
	if err := trace(tx, h.Conversation, posted{Channel: a.Place.Channel, Thread: a.Place.Thread, Message: a.Card}); err != nil {
		return owner, false, err
	}
	f.threadMade(Thread{Channel: a.Place.Channel, Address: a.Place.Thread, Card: a.Card})
	return owner, true, d.save(tx, f)
}

// dropThreadJob takes back the second attempt at a thread that has turned out to be there. An attempt under way now is
// settled when it ends.
func dropThreadJob(tx store.Tx, h Handoff, channel ID) error {
	j, _, err := head(tx, channel, ID(segment(string(h.Conversation))))
	if err != nil || j.Kind != PostThread || j.Handoff != h.ID || j.Phase == phaseSending {
		return err
	}
	return dequeue(tx, j)
}

// awaits says whether a thread was ordered in the channel and has not been acknowledged. A channel that is said to have
// refused it may have it all the same: what was in doubt twice counts as refused.
func (h *Handoff) awaits(channel ID) bool {
	return slices.Contains(h.Channels, channel) && h.threadIn(channel, "") == nil
}

func (d *Desk) act(tx store.Tx, f *dossier, a Act, acted *Acted) (err error) {
	if err := d.touch(tx, a.Place); err != nil {
		return err
	}
	if acted.Outcome, err = d.decide(tx, f, a); err != nil {
		return err
	}
	if err := remember(tx, "platform", a.Key, "", acted.Outcome, d.now()); err != nil {
		return err
	}
	if len(f.events) == 0 {
		return nil // nothing has changed
	}
	return d.save(tx, f)
}

// decide applies the rule that the verb names.
func (d *Desk) decide(tx store.Tx, f *dossier, a Act) (Outcome, error) {
	switch a.Verb {
	case VerbJoin:
		at := f.handoff.threadIn(a.Place.Channel, a.Place.Thread)
		if at == nil {
			return OutcomeForeign, nil
		}
		outcome := f.join(a.Person, *at)
		if outcome == OutcomeDone && f.conversation.Trial {
			return outcome, d.trialJoined(tx, a.Place.Channel)
		}
		return outcome, nil
	case VerbLeave:
		return f.leave(a.Person), nil
	case VerbEnd, VerbBack:
		if may := f.mayAct(a.Person); may != OutcomeDone {
			return may, nil
		}
		closing, err := d.close(tx, f)
		if err != nil {
			return "", err
		}
		reason := EndedBySpecialist
		if a.Verb == VerbBack {
			reason = EndedHandedBack
		}
		f.end(reason, closing)
	}
	return OutcomeDone, nil
}

// loadEnded answers an act on a handoff that was followed by another one.
func (d *Desk) loadEnded(tx store.Tx, f *dossier, id ID, acted *Acted) error {
	h, found, err := store.Get[Handoff](tx, handoffKey(id))
	if err != nil || !found {
		return err
	}
	f.take(&h)
	acted.Outcome, acted.View = OutcomeStale, f.view()
	return nil
}

// Reply orders a sentence into a thread of a channel, as the answer to an input with this key.
func (d *Desk) Reply(ctx context.Context, key string, at Place, text string) error {
	return d.update(ctx, func(tx store.Tx) error {
		var ignored bool
		if found, err := once(tx, "reply", key, "", &ignored); err != nil || found {
			return err
		}
		if err := remember(tx, "reply", key, "", true, d.now()); err != nil {
			return err
		}
		return enqueue(tx, job{Channel: at.Channel, Queue: "thread " + at.Thread, Kind: PostNotice, Thread: at.Thread, Text: text, At: d.now()})
	})
}

// view is what a card shows of the dossier now.
func (f *dossier) view() *View {
	label, pseudonym := labelOf(f.conversation)
	return &View{
		App: f.app, Conversation: f.conversation, Handoff: *f.handoff, Agent: f.agent,
		Label: label, Pseudonym: pseudonym, Zone: f.agent.Zone(),
	}
}

// Zone is the time zone of the agent's work hours, UTC without them.
func (a *Agent) Zone() *time.Location {
	if a.Handoff.WorkHours != nil {
		if zone, err := time.LoadLocation(a.Handoff.WorkHours.TimeZone); err == nil {
			return zone
		}
	}
	return time.UTC
}

var (
	friendlyFirst  = []string{"Amber", "Bright", "Calm", "Clever", "Copper", "Coral", "Gentle", "Golden", "Keen", "Lively", "Lucky", "Merry", "Misty", "Quiet", "Silver", "Sunny", "Swift", "Velvet", "Warm", "Witty"}
	friendlySecond = []string{"Badger", "Beaver", "Curlew", "Dolphin", "Falcon", "Finch", "Heron", "Ibex", "Kestrel", "Lynx", "Magpie", "Marten", "Otter", "Panda", "Puffin", "Robin", "Seal", "Sparrow", "Swan", "Wren"}
)

// labelOf names the visitor for specialists: by the real name where one is known, else by two friendly words that stay the
// same for the whole conversation. Visitors never see them.
func labelOf(c Conversation) (label string, pseudonym bool) {
	if c.Visitor.Name != "" {
		return c.Visitor.Name, false
	}
	seed := string(c.ID)
	if c.Visitor.ID != "" {
		seed = string(c.Visitor.ID)
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed))
	n := int(h.Sum32() >> 1)
	return friendlyFirst[n%len(friendlyFirst)] + " " + friendlySecond[n/len(friendlyFirst)%len(friendlySecond)], true
}
