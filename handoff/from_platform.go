package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/docket-handoff/docket/store"
)

// Place is where an input from a platform came from.
type Place struct {
	Channel   ID              // ChannelID of the platform's names
	Thread    string          // the thread's address
	Reference json.RawMessage // how to reach the channel, as the input says it; nil: as before

	// Unprompted says that the input names nobody of ours, so that only a bot that may read everything hears it.
	Unprompted bool
}

// SpecialistLine is something that a person wrote in a channel.
type SpecialistLine struct {
	Key     string // the platform's identity of this input; the same one again is the same input
	Place   Place
	Person  Person
	Message string    // the platform's id of the message, for later edits
	At      time.Time // when it was written, by the platform's clock; zero: not known
	Text    string    // plain text, mentions of the bot removed
	Files   []ForeignFile

	// Unreadable says that something else came with it which the platform does not give to a bot.
	Unreadable bool
}

// ForeignFile is a file that lies with the platform. Ref is what the platform's Open understands.
type ForeignFile struct {
	Name, Type, Ref string
}

// Heard says what became of a line from a channel.
type Heard string

// What becomes of a line.
const (
	HeardRelayed  Heard = "relayed"  // it is in the visitor's log
	HeardInternal Heard = "internal" // it stays in the channel: an internal line, or a person who has not joined
	HeardUnjoined Heard = "unjoined" // likewise, because nobody has joined yet: its author may not know
	HeardNowhere  Heard = "nowhere"  // the thread is no handoff's
	HeardEnded    Heard = "ended"    // the handoff is over, and whoever had it may not know
	HeardEmpty    Heard = "empty"    // nothing in it can reach the visitor, and the thread is told so
)

// InternalMark begins a line that stays in the channel.
const InternalMark = "//"

// internal says whether a text begins with the mark, behind whatever cannot be seen.
func internal(text string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc)
	}), InternalMark)
}

// FromSpecialist takes a line from a channel. Only the person who joined is relayed, and only from the thread that joined.
func (d *Desk) FromSpecialist(ctx context.Context, line SpecialistLine) (Heard, error) {
	line.Text = strings.TrimSpace(strings.ToValidUTF8(line.Text, "\uFFFD"))
	var heard Heard
	repeated := false
	err := d.update(ctx, func(tx store.Tx) error {
		heard, repeated = HeardNowhere, false
		owner, found, err := store.Get[threadOwner](tx, threadKey(line.Place.Channel, line.Place.Thread))
		if err != nil {
			return err
		}
		if !found {
			return d.touch(tx, line.Place)
		}
		if repeated, err = once(tx, "platform", line.Key, "", &heard); err != nil || repeated {
			return err
		}
		if repeated, err = d.heardLongAgo(tx, line); err != nil || repeated {
			heard = HeardRelayed
			return err
		}
		if err := d.touch(tx, line.Place); err != nil {
			return err
		}
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		line, known, err := withEarly(tx, owner.Conversation, line)
		if err != nil {
			return err
		}
		switch heard = f.hears(owner.Handoff, line); {
		case known.Gone && (heard == HeardRelayed || heard == HeardEmpty):
			heard = HeardInternal
			if err := withhold(tx, owner.Conversation, line, known); err != nil {
				return err
			}
		case heard == HeardRelayed:
			if err := d.relayIn(tx, f, line, known.course); err != nil {
				return err
			}
			if err := prompted(tx, line.Place); err != nil {
				return err
			}
		case heard == HeardEmpty:
			f.leftBehind(line.Place)
			if err := d.save(tx, f); err != nil {
				return err
			}
		}
		return remember(tx, "platform", line.Key, "", heard, d.now())
	})
	d.seen.input(repeated && err == nil)
	return heard, err
}

// heardLongAgo says whether a line that is older than the keys are kept is in a log already.
func (d *Desk) heardLongAgo(tx store.Tx, line SpecialistLine) (bool, error) {
	if !d.late(line) || line.Message == "" {
		return false, nil
	}
	_, found, err := store.Get[messageOwner](tx, ownerKey(line.Place.Channel, line.Message))
	return found, err
}

// late says whether a line comes so late that its reader must know.
func (d *Desk) late(line SpecialistLine) bool {
	return !line.At.IsZero() && d.now().Sub(line.At) > keyTTL
}

// hears decides whether a line goes to the visitor.
func (f *dossier) hears(handoff ID, line SpecialistLine) Heard {
	h := f.handoff
	switch {
	case internal(line.Text):
		return HeardInternal
	case h == nil || h.ID != handoff:
		return HeardEnded
	case h.Stage == StageEnded && h.Specialist != nil && h.Specialist.ID == line.Person.ID:
		return HeardEnded
	case h.Stage == StageWaiting:
		return HeardUnjoined
	case h.Stage != StageJoined || h.Specialist.ID != line.Person.ID:
		return HeardInternal
	case h.Home.Channel != line.Place.Channel || h.Home.Address != line.Place.Thread:
		return HeardInternal
	case line.Text == "" && len(line.Files) == 0:
		return HeardEmpty
	}
	return HeardRelayed
}

// leftBehind says in the thread that the visitor did not get all of a line.
func (f *dossier) leftBehind(at Place) {
	f.notice(at.Channel, f.agent.Text(TextThreadFile))
}

// relayIn appends a specialist's line to the visitor's log. so is how far its changes have come.
func (d *Desk) relayIn(tx store.Tx, f *dossier, line SpecialistLine, so course) error {
	f.conversation.HeardAt = f.now
	who := f.handoff.Specialist
	seq := f.conversation.LastSeq + 1
	files, err := foreignFiles(tx, f.conversation.ID, seq, line.Place.Channel, line.Files)
	if err != nil {
		return err
	}
	m := Message{From: Author{Kind: FromSpecialist, Name: who.Name, Photo: who.Photo}, Text: line.Text, Attachments: files}
	if d.late(line) {
		m.WrittenAt = &line.At
	}
	f.add(m)
	if line.Message != "" {
		owner := messageOwner{Conversation: f.conversation.ID, Seq: seq, course: so}
		if err := own(tx, line.Place.Channel, line.Message, owner); err != nil {
			return err
		}
	}
	if line.Unreadable {
		f.leftBehind(line.Place)
	}
	if f.conversation.Trial {
		f.trialHeard(line.Place)
	}
	return d.save(tx, f)
}

// foreignFiles keeps where the files of a specialist's message lie, and returns them as the visitor sees them.
func foreignFiles(tx store.Tx, id ID, seq Seq, channel ID, files []ForeignFile) ([]Attachment, error) {
	var out []Attachment
	for i, foreign := range files {
		name := fmt.Sprintf("%d-%d", seq, i+1)
		row := file{Name: foreign.Name, Type: foreign.Type, Channel: channel, Ref: foreign.Ref}
		if err := store.Put(tx, fileKey(id, name), row); err != nil {
			return nil, err
		}
		out = append(out, Attachment{Name: foreign.Name, Type: foreign.Type, URL: fileURL(id, name)})
	}
	return out, nil
}

// own notes which event a message in a channel belongs to, and lets the conversation know of the note.
func own(tx store.Tx, channel ID, message string, owner messageOwner) error {
	row := ownerKey(channel, message)
	if err := store.Put(tx, row, owner); err != nil {
		return err
	}
	return tx.Put(conversationRows(owner.Conversation)+row, nil)
}

// FromReaction shows the visitor what the specialist who joined thinks of their lines. A mark on a post that carries
// several of them is a mark on each. Other people's reactions stay in the channel.
func (d *Desk) FromReaction(ctx context.Context, key string, channel ID, message string, by Person, r Reaction) error {
	repeated := false
	err := d.update(ctx, func(tx store.Tx) error {
		repeated = false
		owner, found, err := store.Get[messageOwner](tx, ownerKey(channel, message))
		if err != nil || !found {
			return err
		}
		var ignored bool
		if repeated, err = once(tx, "platform", key, "", &ignored); err != nil || repeated {
			return err
		}
		f, err := d.load(tx, owner.Conversation)
		if err != nil {
			return err
		}
		if f.handoff == nil || f.handoff.Stage != StageJoined || f.handoff.Specialist.ID != by.ID {
			return nil
		}
		r.By = by.Name
		for _, seq := range append([]Seq{owner.Seq}, owner.More...) {
			mark := r
			mark.Message = messageID(owner.Conversation, seq)
			f.append(Event{Name: EventReaction, Reaction: &mark})
		}
		if err := remember(tx, "platform", key, "", true, d.now()); err != nil {
			return err
		}
		return d.save(tx, f)
	})
	d.seen.input(repeated && err == nil)
	return err
}

// touch keeps what an authenticated input says about its channel: that it lives, and how to reach it.
func (d *Desk) touch(tx store.Tx, p Place) error {
	c, found, err := store.Get[Channel](tx, channelKey(p.Channel))
	if err != nil || !found {
		return err
	}
	before := c
	fresh := len(p.Reference) == 0 || bytes.Equal(p.Reference, c.Reference)
	known := c.State == ChannelConnected && (!p.Unprompted || c.Replies == RepliesGranted)
	if fresh && known && d.now().Sub(c.LastSeen) < time.Minute {
		return nil
	}
	c.LastSeen = d.now()
	if len(p.Reference) > 0 {
		c.Reference = p.Reference
	}
	if p.Unprompted {
		c.Replies, c.Prompted = RepliesGranted, 0
	}
	c.reached()
	return d.saveChannel(tx, before, c)
}

// prompted counts the lines for the visitor that mention the bot, as long as no other kind has arrived.
func prompted(tx store.Tx, p Place) error {
	if p.Unprompted {
		return nil
	}
	c, found, err := store.Get[Channel](tx, channelKey(p.Channel))
	if err != nil || !found || c.Replies != RepliesUnknown {
		return err
	}
	if c.Prompted++; c.Prompted >= promptedLines {
		c.Replies = RepliesMissing
	}
	return store.Put(tx, channelKey(c.ID), c)
}
