package handoff

import (
	"context"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Typing says that the specialist who joined a conversation is writing.
type Typing struct {
	Conversation ID     `json:"-"`
	From         Author `json:"from"`
}

// typingPace is how often one conversation hears of it. It is also how often the Bot Framework lets a sender say it.
const typingPace = 3 * time.Second

// typingRoom is how much may wait for a reader; what comes on top is lost.
const typingRoom = 64

// typists knows who listens for people who write. Nothing of it is stored: what nobody hears now is not worth hearing later.
type typists struct {
	mu      sync.Mutex
	told    map[ID]time.Time
	readers map[chan Typing]struct{}
}

// FromTyping tells open streams that a person is writing in a channel, when it is the specialist who joined, in the thread
// that joined. It stores nothing.
func (d *Desk) FromTyping(ctx context.Context, at Place, by Person) error {
	var t Typing
	heard := false
	err := d.view(ctx, func(tx store.Tx) error {
		heard = false
		owner, found, err := store.Get[threadOwner](tx, threadKey(at.Channel, at.Thread))
		if err != nil || !found {
			return err
		}
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		line := SpecialistLine{Place: at, Person: by, Text: "…"} // what is being written would be heard where a line is
		if heard = f.hears(owner.Handoff, line) == HeardRelayed; heard {
			who := f.handoff.seen()
			t = Typing{Conversation: owner.Conversation, From: Author{Kind: FromSpecialist, Name: who.Name, Photo: who.Photo}}
		}
		return nil
	})
	if CodeOf(err) == CodeUnknownConversation { // erased meanwhile
		return nil
	}
	if err == nil && heard {
		d.typists.tell(t, d.now())
	}
	return err
}

func (s *typists) tell(t Typing, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.told, func(_ ID, at time.Time) bool { return now.Sub(at) >= typingPace || at.After(now) })
	if _, lately := s.told[t.Conversation]; lately || len(s.readers) == 0 {
		return
	}
	if s.told == nil {
		s.told = map[ID]time.Time{}
	}
	s.told[t.Conversation] = now
	for reader := range s.readers {
		select {
		case reader <- t:
		default:
		}
	}
}

// Typing yields who writes in any conversation from now on, until ctx ends. What a reader is too slow for is lost.
func (d *Desk) Typing(ctx context.Context) iter.Seq[Typing] {
	return func(yield func(Typing) bool) {
		heard := make(chan Typing, typingRoom)
		d.typists.listen(heard)
		defer d.typists.leave(heard)
		for {
			select {
			case <-ctx.Done():
				return
			case t := <-heard:
				if !yield(t) {
					return
				}
			}
		}
	}
}

func (s *typists) listen(reader chan Typing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readers == nil {
		s.readers = map[chan Typing]struct{}{}
	}
	s.readers[reader] = struct{}{}
}

func (s *typists) leave(reader chan Typing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, reader)
}
