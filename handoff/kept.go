package handoff

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/store"
)

// keptTime is how long a post is kept that certainly cannot be delivered.
const keptTime = 30 * 24 * time.Hour

func keptKey(p phase, n uint64) string {
	rows := heldRows
	if p == phaseDead {
		rows = deadRows
	}
	return fmt.Sprintf("%s%016d", rows, n)
}

// keptOf name the rows under held/ and dead/ that belong to a conversation.
func keptOf(id ID) string { return conversationRows(id) + "kept/" }

func keptMark(j job) string { return fmt.Sprintf("%s%016d", keptOf(j.Conversation), j.N) }

// keep puts a job that has left the outbox where a person decides about it. A dead one is forgotten after a while.
func keep(tx store.Tx, j job, p phase, now time.Time) error {
	j.Phase, j.KeptAt, j.NotBefore = p, now, time.Time{}
	key := keptKey(p, j.N)
	by := depth{Held: 1}
	if p == phaseDead {
		by = depth{Dead: 1}
		if err := expire(tx, key, now.Add(keptTime)); err != nil {
			return err
		}
	}
	if err := deepen(tx, j.Channel, by); err != nil {
		return err
	}
	if err := store.Put(tx, key, j); err != nil || j.Conversation == "" {
		return err
	}
	return tx.Put(keptMark(j), nil)
}

// unkeep takes a job out again.
func unkeep(tx store.Tx, j job) error {
	by := depth{Held: -1}
	if j.Phase == phaseDead {
		by = depth{Dead: -1}
	}
	if err := deepen(tx, j.Channel, by); err != nil {
		return err
	}
	if err := tx.Delete(keptKey(j.Phase, j.N)); err != nil || j.Conversation == "" {
		return err
	}
	return tx.Delete(keptMark(j))
}

// kept finds a job among those that are held or dead.
func kept(tx store.Tx, n uint64) (j job, found bool, err error) {
	for _, p := range []phase{phaseHeld, phaseDead} {
		if j, found, err = store.Get[job](tx, keptKey(p, n)); err != nil || found {
			return j, found, err
		}
	}
	return j, false, nil
}

// forgetKept takes out the dead job at a key, if it is still there.
func forgetKept(tx store.Tx, key string) error {
	j, found, err := store.Get[job](tx, key)
	if err != nil || !found {
		return err
	}
	return unkeep(tx, j)
}

// dropKept takes out those of a conversation's kept jobs that which names.
func dropKept(tx store.Tx, id ID, which func(job) bool) error {
	return eachKept(tx, id, func(j job) error {
		if !which(j) {
			return nil
		}
		return unkeep(tx, j)
	})
}

// eachKept visits a conversation's kept jobs.
func eachKept(tx store.Tx, id ID, visit func(job) error) error {
	for row := range tx.Each(keptOf(id), "") {
		n, err := strconv.ParseUint(row[len(keptOf(id)):], 10, 64)
		if err != nil {
			return fmt.Errorf("%w: row %q", store.ErrDamaged, row)
		}
		j, found, err := kept(tx, n)
		if err != nil {
			return err
		}
		if found {
			if err := visit(j); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropKeptThread takes back a thread that was put aside and has turned out to be there.
func dropKeptThread(tx store.Tx, h Handoff, channel ID) error {
	return dropKept(tx, h.Conversation, func(j job) bool { return j.Kind == PostThread && j.Handoff == h.ID && j.Channel == channel })
}

// KeptState says why a post is kept.
type KeptState string

// The states of kept posts.
const (
	KeptHeld KeptState = "held" // in doubt twice: nobody knows whether it is there
	KeptDead KeptState = "dead" // certainly not there, and no use to try again
)

// Kept is a post that waits for a person: for somebody who sends it again, or knows that it is there.
type Kept struct {
	ID           string       `json:"id"`
	State        KeptState    `json:"state"`
	Channel      ID           `json:"channel"`
	Conversation ID           `json:"conversation,omitempty"` // empty: it belongs to none
	Handoff      ID           `json:"handoff,omitempty"`
	Kind         PostKind     `json:"kind,omitempty"`    // empty: nothing of it can be read
	Message      string       `json:"message,omitempty"` // PostLine: the visitor's message
	Text         string       `json:"text,omitempty"`    // PostLine, PostNotice
	Files        []Attachment `json:"attachments,omitempty"`
	Cause        string       `json:"cause"`
	Attempts     int          `json:"attempts"`
	At           time.Time    `json:"at"`      // when it was ordered
	KeptAt       time.Time    `json:"kept_at"` // when it was put aside
}

// KeptPage is a page of kept posts, in the order in which they were ordered.
type KeptPage struct {
	Posts []Kept
	Next  string // the place behind this page; empty: it is the last
}

// MaxKeptPage is the longest page of kept posts.
const MaxKeptPage = 100

// Held returns posts whose outcome nobody knows, behind the one with the id after. limit is at most MaxKeptPage, which is
// also what 0 means.
func (d *Desk) Held(ctx context.Context, after string, limit int) (KeptPage, error) {
	return d.keptPage(ctx, phaseHeld, after, limit)
}

// Dead returns posts that certainly were not delivered, likewise. They are kept for 30 days.
func (d *Desk) Dead(ctx context.Context, after string, limit int) (KeptPage, error) {
	return d.keptPage(ctx, phaseDead, after, limit)
}

// CountKept counts the posts that wait for a person. It reads a row for each channel, however many are kept.
func (d *Desk) CountKept(ctx context.Context) (held, dead int, err error) {
	err = d.view(ctx, func(tx store.Tx) error {
		held, dead = 0, 0
		return eachDepth(tx, func(_ ID, books depth) error {
			held, dead = held+books.Held, dead+books.Dead
			return nil
		})
	})
	return held, dead, err
}

// Kept returns a post that waits for a person, by its id. Once somebody has decided about it, it is CodeUnknownDelivery.
func (d *Desk) Kept(ctx context.Context, id string) (Kept, error) {
	unknown := refuse(CodeUnknownDelivery, "there is no such delivery")
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return Kept{}, unknown
	}
	var post Kept
	err = d.view(ctx, func(tx store.Tx) error {
		j, found, err := kept(tx, n)
		if err == nil && !found {
			err = unknown
		}
		post = j.shown()
		return err
	})
	return post, err
}

func (d *Desk) keptPage(ctx context.Context, p phase, after string, limit int) (KeptPage, error) {
	if limit <= 0 || limit > MaxKeptPage {
		limit = MaxKeptPage
	}
	from := ""
	if after != "" {
		n, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			return KeptPage{}, refuse(CodeInvalid, "after: the id of a delivery")
		}
		from = keptKey(p, n)
	}
	page := KeptPage{Posts: []Kept{}}
	err := d.view(ctx, func(tx store.Tx) error {
		page = KeptPage{Posts: []Kept{}}
		for key, row := range tx.Each(keptKey(p, 0)[:len(heldRows)], from) {
			j, err := store.Read[job](key, row)
			if err != nil { // the others can be decided about all the same
				d.complain("read a post that is kept", err)
				continue
			}
			if len(page.Posts) == limit {
				page.Next = page.Posts[limit-1].ID
				return nil
			}
			page.Posts = append(page.Posts, j.shown())
		}
		return nil
	})
	return page, err
}

func (j job) shown() Kept {
	return Kept{
		ID: strconv.FormatUint(j.N, 10), State: KeptState(j.Phase), Channel: j.Channel, Conversation: j.Conversation, Handoff: j.Handoff,
		Kind: j.Kind, Message: j.Message, Text: j.Text, Files: j.Files, Cause: j.Cause, Attempts: j.Attempt, At: j.At, KeptAt: j.KeptAt,
	}
}
