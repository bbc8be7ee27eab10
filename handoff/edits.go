package handoff

import (
	"context"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Change is an edit, a removal or a restoration of a message that was relayed before.
type Change struct {
	Key     string
	Channel ID
	Thread  string // the address of the thread that the message stands in
	Message string // the platform's id
	Text    string // the new text
	Delete  bool
	At      time.Time // by the platform's clock; zero: not known, and taken for the newest

	// Restore says that a message which was removed is there again, with Text and Files. Both may be missing: not every
	// platform says them.
	Restore bool
	Files   []ForeignFile
}

// removes says whether nothing of the message is left for the visitor.
func (c Change) removes() bool { return c.Delete || internal(c.Text) }

// FromEdit carries an edit, a removal or a restoration to the visitor. A message that was never relayed is left alone, unless
// it is still on its way; one that is made internal, or empty, by the edit is removed for the visitor. One that is restored
// comes back where it stood, or the thread is told that the visitor does not have it. Changes that arrive in another order
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
			return d.changeEarly(tx, c)
		}
		var ignored bool
		if repeated, err = once(tx, "platform", c.Key, "", &ignored); err != nil || repeated {
			return err
		}
		e, found, err := store.Get[Event](tx, logKey(owner.Conversation, owner.Seq))
		if err != nil || !found || e.Message == nil || e.Message.From.Kind != FromSpecialist {
			return err
		}
		if err := remember(tx, "platform", c.Key, "", true, d.now()); err != nil {
			return err
		}
		return d.change(tx, owner, e, c)
	})
	d.seen.input(repeated && err == nil)
	return err
}

// change takes a relayed message further on its course, and lets the visitor see where that has led.
func (d *Desk) change(tx store.Tx, owner messageOwner, e Event, c Change) error {
	if owner.Gone = e.Message.Deleted; !owner.Gone {
		owner.Text = e.Message.Text
	}
	after, newest := owner.with(c)
	returns := owner.Gone && !after.Gone
	if returns {
		c.Text = after.Text
	}
	lost := returns && c.Text == "" && len(c.Files) == 0
	shown := returns || newest && !after.Gone || after.Gone && !owner.Gone
	if !lost {
		if owner.course = after; !after.Gone {
			owner.Text = "" // it is in the log
		}
		if err := own(tx, c.Channel, c.Message, owner); err != nil || !shown {
			return err
		}
	}
	f, err := d.load(tx, owner.Conversation)
	if err != nil {
		return err
	}
	switch {
	case lost:
		err = f.notRestored(tx, c)
	case returns:
		e.Message.Deleted = false
		if e.Message.Attachments, err = foreignFiles(tx, owner.Conversation, owner.Seq, c.Channel, c.Files); err == nil {
			err = f.amend(tx, e, c.Text, false)
		}
	default:
		err = f.amend(tx, e, c.Text, after.Gone)
	}
	if err != nil {
		return err
	}
	return d.save(tx, f)
}

// notRestored says in the message's own thread that the visitor does not have what is there again.
func (f *dossier) notRestored(tx store.Tx, c Change) error {
	owner, found, err := store.Get[threadOwner](tx, threadKey(c.Channel, c.Thread))
	if err != nil || !found || f.handoff == nil {
		return err
	}
	label, _ := labelOf(f.conversation)
	f.notice(c.Channel, label+" does not have the message that was restored here; please write it again.")
	f.jobs[len(f.jobs)-1].Handoff = owner.Handoff // the message may be one of an earlier handoff's
	return nil
}

// early are the changes of a message that has not arrived yet. They are kept for a while: most such messages never arrive,
// because they are none of the visitor's business.
type early struct {
	course
	Withheld bool `json:"withheld,omitempty"` // it has arrived, and was gone: the visitor never had it
}

const earlyTime = 2 * time.Hour

func earlyKey(id, channel ID, message string) string {
	return conversationRows(id) + "early/" + string(channel) + "/" + segment(message)
}

// changeEarly keeps a change in the thread of a handoff that is under way.
func (d *Desk) changeEarly(tx store.Tx, c Change) error {
	owner, found, err := store.Get[threadOwner](tx, threadKey(c.Channel, c.Thread))
	if err != nil || !found {
		return err
	}
	h, found, err := store.Get[Handoff](tx, handoffKey(owner.Handoff))
	if err != nil || !found || h.Stage == StageEnded {
		return err
	}
	key := earlyKey(owner.Conversation, c.Channel, c.Message)
	e, _, err := store.Get[early](tx, key)
	if err != nil {
		return err
	}
	c.Delete = c.Delete || c.Text == "" && !c.Restore
	gone := e.Gone
	if e.course, _ = e.with(c); e.Withheld && gone && !e.Gone {
		e.Text = "" // nobody is going to ask for it
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		if err := f.notRestored(tx, c); err != nil {
			return err
		}
		if err := d.save(tx, f); err != nil {
			return err
		}
	}
	if err := store.Put(tx, key, e); err != nil {
		return err
	}
	return expire(tx, key, d.now().Add(earlyTime))
}

// withEarly gives a line the text that it has got meanwhile, if its changes were quicker.
func withEarly(tx store.Tx, id ID, line SpecialistLine) (SpecialistLine, early, error) {
	key := earlyKey(id, line.Place.Channel, line.Message)
	e, found, err := store.Get[early](tx, key)
	if err != nil || !found {
		return line, early{}, err
	}
	if !e.Gone && e.Text != "" {
		line.Text, e.Text = e.Text, ""
	}
	return line, e, tx.Delete(key)
}

// withhold notes that a line came when it was gone already, so that whoever restores it is told.
func withhold(tx store.Tx, id ID, line SpecialistLine, e early) error {
	e.Withheld = true
	return store.Put(tx, earlyKey(id, line.Place.Channel, line.Message), e)
}

// amend changes the message where it stands, and in the edits that followed, so that nobody reads an old text again. It
// tells those who have read it.
func (f *dossier) amend(tx store.Tx, e Event, text string, gone bool) error {
	m, name := *e.Message, EventEdited
	m.Text = text
	if gone || text == "" && len(m.Attachments) == 0 {
		name = EventDeleted
		m.Deleted, m.EditedAt, m.Text, m.Attachments = true, nil, "", nil
	} else {
		m.EditedAt = &f.now
	}
	var stale []Event
	err := eachEvent(tx, f.conversation.ID, e.Seq-1, func(old Event) bool {
		if old.Message != nil && old.Message.ID == m.ID && (m.Deleted || old.Name != EventDeleted) {
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
