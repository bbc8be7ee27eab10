package handoff

import (
	"context"
	"errors"
	"iter"

	"github.com/docket-handoff/docket/store"
)

const eventPage = 200

// Events yields the conversation's log behind after: what is there, then what comes, in order, without a gap and without
// a repeat. It ends when ctx does; any other end is an error, yielded once.
func (d *Desk) Events(ctx context.Context, id ID, after Seq) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, forget := context.WithCancel(ctx)
		defer forget()
		wake := d.engine.Watch(ctx, logRows(id)) // before the first read, or an event could fall between
		for {
			more, err := d.yieldPage(ctx, id, &after, yield)
			switch {
			case err != nil && ctx.Err() == nil:
				yield(Event{}, err)
				return
			case !more || err != nil:
				return
			}
			if d.sleep(ctx, wake, untilWoken) != nil {
				return
			}
		}
	}
}

// yieldPage yields what is there now. Its pages are gone when it returns: a reader that waits holds none of them.
func (d *Desk) yieldPage(ctx context.Context, id ID, after *Seq, yield func(Event, error) bool) (more bool, err error) {
	for {
		page, err := d.page(ctx, id, *after)
		if err != nil {
			return false, err
		}
		for _, e := range page {
			if !yield(e, nil) {
				return false, nil
			}
			*after = e.Seq
		}
		if len(page) < eventPage {
			return true, nil
		}
	}
}

func (d *Desk) page(ctx context.Context, id ID, after Seq) ([]Event, error) {
	var page []Event
	err := d.view(ctx, func(tx store.Tx) error {
		page = page[:0]
		if _, found, err := store.Get[Conversation](tx, recordKey(id)); err != nil {
			return err
		} else if !found {
			return refuse(CodeUnknownConversation, "there is no such conversation")
		}
		return eachEvent(tx, id, after, func(e Event) bool {
			page = append(page, e)
			return len(page) < eventPage
		})
	})
	return page, err
}

// Turn is a visitor's line that waits for the agent's answer.
type Turn struct {
	Conversation Conversation
	Agent        Agent
	Messages     []Message // the newest ones, oldest first
	Handoff      *Handoff  // the last one, when there was one
	Available    bool      // a person may be asked now
	Seq          Seq
}

// Reply is what an agent does with a Turn: it says something, or it asks for a person, or both. The text of a reply that
// asks for a person is said only when nobody can come.
type Reply struct {
	Text    string
	Handoff *Request
}

const turnMemory = 200 // how many events back an agent sees

// Turns yields the lines that wait for an agent, until ctx ends. A turn that was not answered comes again.
func (d *Desk) Turns(ctx context.Context) iter.Seq2[Turn, error] {
	return func(yield func(Turn, error) bool) {
		ctx, forget := context.WithCancel(ctx)
		defer forget()
		wake := d.engine.Watch(ctx, turnRows)
		for {
			waiting, err := d.waitingTurns(ctx)
			if err != nil && ctx.Err() == nil && !yield(Turn{}, err) {
				return
			}
			for _, t := range waiting {
				if !yield(t, nil) {
					return
				}
			}
			if d.sleep(ctx, wake, untilWoken) != nil {
				return
			}
		}
	}
}

func (d *Desk) waitingTurns(ctx context.Context) ([]Turn, error) {
	var waiting []Turn
	var damaged []error
	err := d.view(ctx, func(tx store.Tx) error {
		waiting, damaged = waiting[:0], nil
		for key, row := range tx.Each(turnRows, "") {
			t, found, err := d.waitingTurn(tx, key, row)
			switch {
			case errors.Is(err, store.ErrDamaged):
				damaged = append(damaged, err)
			case err != nil:
				return err
			case found:
				waiting = append(waiting, t)
			}
		}
		return nil
	})
	d.complain("read a turn that waits", errors.Join(damaged...))
	return waiting, err
}

func (d *Desk) waitingTurn(tx store.Tx, key string, row store.Row) (t Turn, found bool, err error) {
	asked, err := store.Read[turn](key, row)
	if err != nil {
		return Turn{}, false, err
	}
	f, err := d.load(tx, ID(key[len(turnRows):]))
	if CodeOf(err) == CodeUnknownConversation {
		return Turn{}, false, nil
	}
	if err != nil {
		return Turn{}, false, err
	}
	said, err := lastMessages(tx, f.conversation, turnMemory)
	return Turn{Conversation: f.conversation, Agent: f.agent, Messages: said, Handoff: f.handoff, Available: f.available().Available, Seq: asked.Seq}, true, err
}

// Answer does what the agent decided, unless the turn was answered before or somebody else has the conversation now.
func (d *Desk) Answer(ctx context.Context, t Turn, r Reply) error {
	fresh := newID()
	return d.update(ctx, func(tx store.Tx) error {
		row, found, err := store.Get[turn](tx, turnKey(t.Conversation.ID))
		if err != nil || !found {
			return err
		}
		f, err := d.load(tx, t.Conversation.ID)
		if err != nil || f.conversation.Answered >= t.Seq {
			return err
		}
		f.conversation.Answered = t.Seq
		f.done = row.Seq == t.Seq
		if f.conversation.State == StateAgent {
			if err := d.reply(tx, f, r, fresh); err != nil {
				return err
			}
		}
		return d.save(tx, f)
	})
}

func (d *Desk) reply(tx store.Tx, f *dossier, r Reply, fresh ID) error {
	if r.Handoff == nil {
		f.tell(r.Text)
		return nil
	}
	answer, err := d.request(tx, f, *r.Handoff, fresh)
	if code := CodeOf(err); code == CodeBusy || code == CodeUnderWay || code == CodeDiskFull {
		answer, err = Answer{State: AnswerUnavailable}, nil // the turn must not come again and again
	}
	if err != nil {
		return err
	}
	if answer.State == AnswerUnavailable {
		f.tell(f.unavailable(answer))
		f.tell(r.Text)
	}
	return nil
}
