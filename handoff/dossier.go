package handoff

import (
	"errors"
	"time"

	"github.com/docket-handoff/docket/store"
)

// dossier is everything the rules may look at, and everything they decided. Rules change it and nothing else; save writes
// it in the transaction it was loaded in.
type dossier struct {
	conversation Conversation
	handoff      *Handoff // the one under way or the last one; nil when there never was one
	agent        Agent
	was          place          // where handoff stood on the board when it was loaded
	channels     map[ID]Channel // those of the agent and of the handoff
	app          string
	now          time.Time

	events []Event
	jobs   []job
	timers []timer
	counts []count
	turn   bool // the agent owes an answer to the last line
	done   bool // the agent owes none
}

// timer is a moment at which a rule looks again.
type timer struct {
	at   time.Time
	kind timerKind
}

type timerKind string

const (
	timerRemind timerKind = "remind"
	timerWait   timerKind = "wait"
	timerIdle   timerKind = "idle"
	timerLost   timerKind = "lost" // a channel was lost just now
)

// load reads a conversation's dossier. A conversation that is not there is CodeUnknownConversation.
func (d *Desk) load(tx store.Tx, id ID) (*dossier, error) {
	c, found, err := store.Get[Conversation](tx, recordKey(id))
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, refuse(CodeUnknownConversation, "there is no such conversation")
	}
	f := &dossier{conversation: c, channels: map[ID]Channel{}, app: d.app, now: d.now()}
	switch f.agent, found, err = store.Get[Agent](tx, agentKey(c.Agent)); {
	case err != nil:
		return nil, err
	case c.Trial:
		f.agent = trialAgent()
	case !found:
		f.agent = Agent{ID: c.Agent, Name: string(c.Agent)}
	}
	if c.Handoff != "" {
		h, found, err := store.Get[Handoff](tx, handoffKey(c.Handoff))
		if err != nil {
			return nil, err
		}
		if found {
			f.take(&h)
		}
	}
	return f, f.loadChannels(tx)
}

// take puts a handoff that was read into the dossier.
func (f *dossier) take(h *Handoff) { f.handoff, f.was = h, placeOf(h) }

func (f *dossier) loadChannels(tx store.Tx) error {
	ids := append([]ID{}, f.agent.Handoff.Channels...)
	ids = append(ids, f.agent.Handoff.FallbackChannels...)
	if f.handoff != nil {
		ids = append(ids, f.handoff.Channels...)
		ids = append(ids, f.handoff.Fallbacks...)
	}
	for _, id := range ids {
		c, found, err := store.Get[Channel](tx, channelKey(id))
		switch {
		case errors.Is(err, store.ErrDamaged): // a channel that cannot be read cannot be reached; its agents go on without it
		case err != nil:
			return err
		case found:
			f.channels[id] = c
		}
	}
	return nil
}

// save writes what the rules decided: the log first, then the state, then what must be sent and watched because of it.
func (d *Desk) save(tx store.Tx, f *dossier) error {
	for _, e := range f.events {
		if err := store.Put(tx, logKey(f.conversation.ID, e.Seq), e); err != nil {
			return err
		}
	}
	if err := store.Put(tx, recordKey(f.conversation.ID), f.conversation); err != nil {
		return err
	}
	if f.handoff != nil {
		if err := store.Put(tx, handoffKey(f.handoff.ID), f.handoff); err != nil {
			return err
		}
		if err := moveOnBoard(tx, f); err != nil {
			return err
		}
	}
	if err := d.saveCounts(tx, f); err != nil {
		return err
	}
	for _, j := range f.jobs {
		if err := enqueue(tx, j); err != nil {
			return err
		}
	}
	for _, t := range f.timers {
		if err := tx.Put(timerKey(t.at, f.handoff.ID, t.kind), nil); err != nil {
			return err
		}
	}
	switch {
	case f.turn:
		return store.Put(tx, turnKey(f.conversation.ID), turn{Seq: f.conversation.LastSeq})
	case f.done:
		return tx.Delete(turnKey(f.conversation.ID))
	}
	return nil
}

// append adds an event to the log and gives it the next place.
func (f *dossier) append(e Event) *Event {
	f.conversation.LastSeq++
	e.Seq, e.At = f.conversation.LastSeq, f.now
	f.events = append(f.events, e)
	return &f.events[len(f.events)-1]
}

// say adds a message to the log.
func (f *dossier) say(from Author, text string, files []Attachment) Message {
	return f.add(Message{From: from, Text: text, Attachments: files})
}

// add gives a message its place in the log.
func (f *dossier) add(m Message) Message {
	m.Seq = f.conversation.LastSeq + 1
	m.ID, m.At = messageID(f.conversation.ID, m.Seq), f.now
	f.append(Event{Name: EventMessage, Message: &m})
	return m
}

// tell adds a sentence of the agent's that the rules wrote. An empty text says nothing.
func (f *dossier) tell(text string) {
	if text != "" {
		f.say(Author{Kind: FromAgent, Name: f.agent.Name}, text, nil)
	}
}

// notice says something in the handoff's thread of a channel. No text is nothing to say.
func (f *dossier) notice(channel ID, text string) {
	if text != "" {
		f.post(channel, job{Kind: PostNotice, Text: text})
	}
}

// changed adds a handoff event, and lets the card follow.
func (f *dossier) changed(c HandoffChange) {
	c.Handoff = f.handoff.ID
	f.append(Event{Name: EventHandoff, Handoff: &c})
	f.handoff.Version++
}

// post orders a post in a channel, for this conversation.
func (f *dossier) post(channel ID, j job) {
	j.Channel, j.Queue = channel, string(f.conversation.ID)
	j.Conversation, j.Handoff = f.conversation.ID, f.handoff.ID
	j.At = f.now
	f.jobs = append(f.jobs, j)
}

// redraw orders the card anew in every channel.
func (f *dossier) redraw() {
	for _, t := range f.handoff.Threads {
		f.post(t.Channel, job{Kind: PostCard, Version: f.handoff.Version})
	}
}

// under says whether a handoff is under way.
func (f *dossier) under() bool { return f.handoff != nil && f.handoff.Stage != StageEnded }
