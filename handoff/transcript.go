package handoff

import (
	"context"
	"fmt"
	"strconv"

	"github.com/docket-handoff/docket/store"
)

// Transcript is a handoff as a person in charge reads it: what was said in its conversation, and how far each line has come.
// Lines that stayed in the channel are not in it: the desk never had them.
type Transcript struct {
	Listed
	Agent      Agent
	Events     []Event                  // oldest first
	Deliveries map[string]DeliveryState // of the messages in Events that were to go to a channel, by message
	Kept       []Kept                   // this handoff's posts that wait for a person, in the order in which they were ordered
	Next       Seq                      // the last of Events when there are more behind it; 0: there are none
}

// MaxTranscript is how many events one Transcript has at most.
const MaxTranscript = 500

// Transcript reads a page of the log of a handoff's conversation, behind after. note, when there is one, runs in the same
// transaction: when it fails nothing was read.
func (d *Desk) Transcript(ctx context.Context, handoff ID, after Seq, note func(store.Tx) error) (Transcript, error) {
	var t Transcript
	err := d.noting(ctx, note, func(tx store.Tx) error {
		t = Transcript{Deliveries: map[string]DeliveryState{}}
		var found bool
		var err error
		if t.Listed, found, err = listed(tx, handoff); err != nil {
			return err
		} else if !found {
			return refuse(CodeNoHandoff, "there is no such handoff")
		}
		if t.Agent, _, err = store.Get[Agent](tx, agentKey(t.Conversation.Agent)); err != nil {
			return err
		}
		err = eachEvent(tx, t.Conversation.ID, after, func(e Event) bool {
			if len(t.Events) == MaxTranscript {
				t.Next = t.Events[MaxTranscript-1].Seq
				return false
			}
			t.Events = append(t.Events, e)
			return true
		})
		if err != nil {
			return err
		}
		if err := t.readDeliveries(tx); err != nil {
			return err
		}
		return t.readKept(tx)
	})
	return t, err
}

func (t *Transcript) readKept(tx store.Tx) error {
	for row := range tx.Scan(keptOf(t.Conversation.ID), "") {
		n, err := strconv.ParseUint(row[len(keptOf(t.Conversation.ID)):], 10, 64)
		if err != nil {
			return fmt.Errorf("%w: row %q", store.ErrDamaged, row)
		}
		j, found, err := kept(tx, n)
		if err != nil {
			return err
		}
		if found && j.Handoff == t.Handoff.ID {
			t.Kept = append(t.Kept, j.shown())
		}
	}
	return nil
}

func (t *Transcript) readDeliveries(tx store.Tx) error {
	for _, e := range t.Events {
		if e.Name != EventMessage {
			continue
		}
		state, found, err := store.Get[DeliveryState](tx, deliveryKey(t.Conversation.ID, e.Message.ID))
		if err != nil {
			return err
		}
		if found {
			t.Deliveries[e.Message.ID] = state
		}
	}
	return nil
}

// WatchLog returns a channel that holds a token after something was added to a conversation's log. Call it before the first
// read. It is forgotten when ctx ends.
func (d *Desk) WatchLog(ctx context.Context, conversation ID) <-chan struct{} {
	return d.engine.Watch(ctx, logRows(conversation))
}
