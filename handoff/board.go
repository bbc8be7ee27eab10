package handoff

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// place is where a handoff stands on the board: in the list of its stage, at a moment, for its agent and so many of its
// channels. A handoff's channels are only ever added to.
type place struct {
	handoff  ID
	stage    Stage
	at       int64 // Unix milliseconds
	channels int
}

func placeOf(h *Handoff) place {
	if h == nil {
		return place{}
	}
	at := h.WaitingSince
	switch h.Stage {
	case StageJoined:
		at = h.JoinedAt
	case StageEnded:
		at = h.EndedAt
	}
	return place{handoff: h.ID, stage: h.Stage, at: at.UnixMilli(), channels: len(h.Channels)}
}

// boardList names the list of a stage. An empty agent or channel means all of them, so that every pair of filters has a
// list of its own and a page of it is one short scan.
func boardList(stage Stage, agent, channel ID) string {
	return boardRows + string(stage) + "/" + string(agent) + "/" + string(channel) + "/"
}

// keys are the rows of the place, one in each list that shows it.
func (p place) keys(agent ID, channels []ID) []string {
	if p.handoff == "" {
		return nil
	}
	spot := orderOf(p.stage, p.at) + "/" + string(p.handoff)
	var keys []string
	for _, a := range []ID{"", agent} {
		for _, c := range append([]ID{""}, channels[:p.channels]...) {
			keys = append(keys, boardList(p.stage, a, c)+spot)
		}
	}
	return keys
}

const endOfTime = 9_999_999_999_999 // Unix milliseconds that still have 13 digits

// orderOf lets who has waited longest come first, and what was joined or ended last.
func orderOf(stage Stage, at int64) string {
	if stage != StageWaiting {
		at = endOfTime - at
	}
	return fmt.Sprintf("%013d", at)
}

// moveOnBoard brings the board to where the dossier's handoff stands now.
func moveOnBoard(tx store.Tx, f *dossier) error {
	now := placeOf(f.handoff)
	if now == f.was {
		return nil
	}
	if f.was.handoff == now.handoff {
		for _, key := range f.was.keys(f.conversation.Agent, f.handoff.Channels) {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
	}
	return putOnBoard(tx, now, f.conversation.Agent, f.handoff.Channels)
}

func putOnBoard(tx store.Tx, p place, agent ID, channels []ID) error {
	for _, key := range p.keys(agent, channels) {
		if err := tx.Put(key, nil); err != nil {
			return err
		}
	}
	return nil
}

// Listed is a handoff as the lists show it.
type Listed struct {
	Handoff      Handoff
	Conversation Conversation
	Label        string // the visitor's name, or a stable friendly one
	Pseudonym    bool   // Label is not a real name
	Damaged      bool   // its rows cannot be read: nothing but Handoff.ID and Handoff.Stage is known
}

// BoardQuery chooses a list and a page of it.
type BoardQuery struct {
	Stage   Stage
	Agent   ID     // empty: all
	Channel ID     // empty: all; else the handoffs that were asked for there
	After   string // BoardPage.Next of the page before; empty: the first page
	Limit   int    // at most MaxBoardPage, which is also what 0 means

	// From and Until bound the moment of ending, both included. They are for StageEnded alone; zero: no bound.
	From, Until time.Time
}

// MaxBoardPage is the longest page of the board.
const MaxBoardPage = 100

// BoardPage is a page of a list: those who wait oldest first, those joined and ended newest first.
type BoardPage struct {
	Handoffs []Listed
	Next     string // the place behind this page; empty: it is the last
}

var boardSpot = regexp.MustCompile(`^[0-9]{13}/[0-9A-Za-z-]{1,64}$`)

func (q *BoardQuery) validate() error {
	switch q.Stage {
	case StageWaiting, StageJoined, StageEnded:
	default:
		return refuse(CodeInvalid, "stage: waiting, joined or ended")
	}
	if strings.Contains(string(q.Agent+q.Channel), "/") {
		return refuse(CodeInvalid, "agent, channel: an id has no slash")
	}
	if q.After != "" && !boardSpot.MatchString(q.After) {
		return refuse(CodeInvalid, "after: this is no place on the list")
	}
	if q.Limit <= 0 || q.Limit > MaxBoardPage {
		q.Limit = MaxBoardPage
	}
	return nil
}

// spots yields the places of the list behind q.After, as far as q.From and q.Until allow.
func (q BoardQuery) spots(tx store.Tx) iter.Seq2[string, ID] {
	list, after, last := boardList(q.Stage, q.Agent, q.Channel), q.After, ""
	if q.Stage == StageEnded {
		if !q.Until.IsZero() {
			after = max(after, orderOf(q.Stage, q.Until.UnixMilli()))
		}
		if !q.From.IsZero() {
			last = orderOf(q.Stage, q.From.UnixMilli()) + "/\xff"
		}
	}
	if after != "" {
		after = list + after
	}
	return func(yield func(string, ID) bool) {
		for key := range tx.Each(list, after) {
			spot := key[len(list):]
			if last != "" && spot > last || !yield(spot, ID(spot[len("0000000000000/"):])) {
				return
			}
		}
	}
}

// Board returns a page of a list of the board.
func (d *Desk) Board(ctx context.Context, q BoardQuery) (BoardPage, error) {
	if err := q.validate(); err != nil {
		return BoardPage{}, err
	}
	var page BoardPage
	err := d.view(ctx, func(tx store.Tx) (err error) {
		page, err = boardPage(tx, q)
		return err
	})
	return page, err
}

func boardPage(tx store.Tx, q BoardQuery) (BoardPage, error) {
	page, last := BoardPage{Handoffs: []Listed{}}, ""
	for spot, id := range q.spots(tx) {
		if len(page.Handoffs) == q.Limit {
			page.Next = last
			break
		}
		l, found, err := listed(tx, id)
		switch {
		case errors.Is(err, store.ErrDamaged):
			l, found = Listed{Handoff: Handoff{ID: id, Stage: q.Stage}, Damaged: true}, true
		case err != nil:
			return BoardPage{}, err
		}
		if found {
			page.Handoffs = append(page.Handoffs, l)
		}
		last = spot
	}
	return page, nil
}

// listed reads a handoff with its conversation.
func listed(tx store.Tx, id ID) (l Listed, found bool, err error) {
	if l.Handoff, found, err = store.Get[Handoff](tx, handoffKey(id)); err != nil || !found {
		return l, false, err
	}
	if l.Conversation, found, err = store.Get[Conversation](tx, recordKey(l.Handoff.Conversation)); err != nil || !found {
		return l, false, err
	}
	l.Label, l.Pseudonym = labelOf(l.Conversation)
	return l, true, nil
}

// Listed returns a handoff as the lists show it.
func (d *Desk) Listed(ctx context.Context, id ID) (Listed, error) {
	var l Listed
	err := d.view(ctx, func(tx store.Tx) (err error) {
		var found bool
		if l, found, err = listed(tx, id); err == nil && !found {
			err = refuse(CodeNoHandoff, "there is no such handoff")
		}
		return err
	})
	return l, err
}

// CountBoard counts the handoffs of a list, up to most.
func (d *Desk) CountBoard(ctx context.Context, q BoardQuery, most int) (int, error) {
	if err := q.validate(); err != nil {
		return 0, err
	}
	n := 0
	err := d.view(ctx, func(tx store.Tx) error {
		n = 0
		for range q.spots(tx) {
			if n++; n == most {
				break
			}
		}
		return nil
	})
	return n, err
}

// EachOnBoard yields the handoffs of a list from q.After on, in order, reading them a page at a time: it holds no
// transaction while the caller works. What moves meanwhile may be missed. note, when there is one, runs in the transaction
// that reads the first page: nothing is yielded when it fails.
func (d *Desk) EachOnBoard(ctx context.Context, q BoardQuery, note func(store.Tx) error) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		if err := q.validate(); err != nil {
			yield(Listed{}, err)
			return
		}
		for {
			var page BoardPage
			err := d.noting(ctx, note, func(tx store.Tx) (err error) {
				page, err = boardPage(tx, q)
				return err
			})
			if err != nil {
				yield(Listed{}, err)
				return
			}
			for _, l := range page.Handoffs {
				if !yield(l, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After, note = page.Next, nil
		}
	}
}

// noting reads, and lets note write in the same transaction that this was read. Without a note nothing is written.
func (d *Desk) noting(ctx context.Context, note, read func(store.Tx) error) error {
	if note == nil {
		return d.view(ctx, read)
	}
	return d.update(ctx, func(tx store.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		return note(tx)
	})
}

// WatchBoard returns a channel that holds a token after a handoff has begun, moved on the board or gone from it, however
// many did. Call it before the first read. It is forgotten when ctx ends.
func (d *Desk) WatchBoard(ctx context.Context) <-chan struct{} { return d.engine.Watch(ctx, boardRows) }
