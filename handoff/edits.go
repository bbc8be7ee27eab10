package handoff

import (
	"context"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Change is an edit or a removal of a message that was relayed before.
type Change struct {
	Key     string
	Channel ID
	Thread  string // the address of the thread that the message stands in
	Message string // the platform's id
	Text    string // the new text
	Delete  bool
	At      time.Time // by the platform's clock; zero: not known, and taken for the newest
}

// removes says whether nothing of the message is left for the visitor.
func (c Change) removes() bool { return c.Delete || internal(c.Text) }

// FromEdit carries an edit or a removal to the visitor. A message that was never relayed is left alone, unless it is still on
// its way; one that is made internal, or empty, by the edit is removed for the visitor. Changes that arrive in another order
// than they were made in end with the last that was made.
func (d *Desk) FromEdit(ctx context.Context, c Change) error {
	c.Text = strings.TrimSpace(strings.ToValidUTF8(c.Text, "\uFFFD"))
	repeated := false
	err := d.update(ctx, func(tx store.Tx) error {
		repeated = false
		owner, found, err := store.Get[messageOwner](tx, ownerKey(c.Channel, c.Message))
		if err != nil {
			return err
		}
		if !found {
			return d.keepEarly(tx, c)
		}
		var ignored bool
		if repeated, err = once(tx, "platform", c.Key, "", &ignored); err != nil || repeated {
			return err
		}
		e, found, err := store.Get[Event](tx, logKey(owner.Conversation, owner.Seq))
		if err != nil || !found || e.Message == nil || e.Message.From.Kind != FromSpecialist || e.Message.Deleted {
			return err
		}
		if err := remember(tx, "platform", c.Key, "", true, d.now()); err != nil {
			return err
		}
		if !c.Delete && !c.At.IsZero() && !owner.Changed.IsZero() && !c.At.After(owner.Changed) {
			return nil // a later change was quicker, or this one was quicker than its message
		}
		owner.Changed = c.At
		if err := own(tx, c.Channel, c.Message, owner); err != nil {
			return err
		}
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		if err := f.amend(tx, e, c); err != nil {
			return err
		}
		return d.save(tx, f)
	})
	d.seen.input(repeated && err == nil)
	return err
}

// early is a change of a message that has not arrived yet. It is kept for a while: most such messages never arrive, because
// they are none of the visitor's business.
type early struct {
	Text   string    `json:"text,omitempty"`
	Delete bool      `json:"delete,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

const earlyTime = 2 * time.Hour

func earlyKey(id, channel ID, message string) string {
	return conversationRows(id) + "early/" + string(channel) + "/" + segment(message)
}

// keepEarly keeps a change in the thread of a handoff that is under way.
func (d *Desk) keepEarly(tx store.Tx, c Change) error {
	owner, found, err := store.Get[threadOwner](tx, threadKey(c.Channel, c.Thread))
	if err != nil || !found {
		return err
	}
	h, found, err := store.Get[Handoff](tx, handoffKey(owner.Handoff))
	if err != nil || !found || h.Stage == StageEnded {
		return err
	}
	key := earlyKey(owner.Conversation, c.Channel, c.Message)
	before, found, err := store.Get[early](tx, key)
	if err != nil || found && (before.Delete || !c.Delete && c.At.Before(before.At)) {
		return err
	}
	now := early{Text: c.Text, Delete: c.removes(), At: c.At}
	if now.Delete {
		now.Text = ""
	}
	if err := store.Put(tx, key, now); err != nil {
		return err
	}
	return expire(tx, key, d.now().Add(earlyTime))
}

// withEarly gives a line the text that it has got meanwhile, if its change was quicker; changed is when, and gone that it is not
// there any more.
func withEarly(tx store.Tx, id ID, line SpecialistLine) (after SpecialistLine, changed time.Time, gone bool, err error) {
	key := earlyKey(id, line.Place.Channel, line.Message)
	c, found, err := store.Get[early](tx, key)
	if err != nil || !found {
		return line, time.Time{}, false, err
	}
	if !c.Delete {
		line.Text = c.Text
	}
	return line, c.At, c.Delete, tx.Delete(key)
}

// amend changes the message where it stands, and in the edits that followed, so that nobody reads an old text again. It
// tells those who have read it.
func (f *dossier) amend(tx store.Tx, e Event, c Change) error {
	m, name := *e.Message, EventEdited
	m.Text = c.Text
	if c.removes() || m.Text == "" && len(m.Attachments) == 0 {
		name = EventDeleted
		m.Deleted, m.EditedAt, m.Text, m.Attachments = true, nil, "", nil
	} else {
		m.EditedAt = &f.now
	}
	var stale []Event
	err := eachEvent(tx, f.conversation.ID, e.Seq-1, func(old Event) bool {
		if old.Message != nil && old.Message.ID == m.ID {
			stale = append(stale, old)
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, old := range stale {
		old.Message = &m
		if err := store.Put(tx, logKey(f.conversation.ID, old.Seq), old); err != nil {
			return err
		}
	}
	f.append(Event{Name: name, Message: &m})
	return nil
}
