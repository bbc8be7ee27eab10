package handoff

import (
	"context"
	"strings"

	"github.com/docket-handoff/docket/store"
)

// EraseVisitor removes every conversation of a visitor that a back end named, and orders the removal of what the bot
// posted about them in the channels. It returns the number of conversations; none is CodeUnknownVisitor.
func (d *Desk) EraseVisitor(ctx context.Context, visitor ID) (int, error) {
	erased := 0
	err := d.update(ctx, func(tx store.Tx) error {
		erased = 0
		for row := range tx.Scan(visitorRows(visitor), "") {
			id := ID(row[strings.LastIndexByte(row, '/')+1:])
			if err := d.erase(tx, id); err != nil {
				return err
			}
			if err := tx.Delete(row); err != nil {
				return err
			}
			erased++
		}
		if erased == 0 {
			return refuse(CodeUnknownVisitor, "there is no visitor with this id")
		}
		return nil
	})
	return erased, err
}

// erase removes one conversation. Removals in the channels queue behind what is being sent there now.
func (d *Desk) erase(tx store.Tx, id ID) error {
	for row := range tx.Scan(postedRows(id), "") {
		at, _, err := get[posted](tx, row)
		if err != nil {
			return err
		}
		removal := job{Channel: at.Channel, Queue: "erase " + string(id), Kind: PostErase, Thread: at.Thread, Target: at.Message, At: d.now()}
		if err := enqueue(tx, removal); err != nil {
			return err
		}
	}
	for row := range tx.Scan(handoffsOf(id), "") {
		if err := d.eraseHandoff(tx, id, ID(row[len(handoffsOf(id)):])); err != nil {
			return err
		}
	}
	for _, prefix := range []string{conversationRows(id), "keys/visitor/" + string(id) + "/", "keys/agent/" + string(id) + "/", "keys/handoff/" + string(id) + "/"} {
		if err := deleteAll(tx, prefix); err != nil {
			return err
		}
	}
	return tx.Delete(turnKey(id))
}

func (d *Desk) eraseHandoff(tx store.Tx, conversation, id ID) error {
	h, found, err := get[Handoff](tx, handoffKey(id))
	if err != nil || !found {
		return err
	}
	for _, t := range h.Threads {
		if err := tx.Delete(threadKey(t.Channel, t.Address)); err != nil {
			return err
		}
	}
	for _, channel := range h.Channels {
		queue := string(channel) + "/" + escape(string(conversation)) + "/"
		for _, prefix := range []string{outboxRows + queue, heldRows + queue} {
			if err := deleteAll(tx, prefix); err != nil {
				return err
			}
		}
	}
	return tx.Delete(handoffKey(id))
}

func deleteAll(tx store.Tx, prefix string) error {
	for row := range tx.Scan(prefix, "") {
		if err := tx.Delete(row); err != nil {
			return err
		}
	}
	return nil
}
