package handoff

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/store"
)

// indexed is what the search knows of a handoff. It is kept with the conversation, so that an erasure finds every row of
// the index whatever the words were made of at the time.
type indexed struct {
	At    string   `json:"at"` // its place in time, newest first
	Words []string `json:"words"`
}

func (x indexed) keys(handoff ID) []string {
	keys := make([]string, 0, len(x.Words))
	for _, word := range x.Words {
		keys = append(keys, searchRows+segment(word)+"/"+x.At+"/"+string(handoff))
	}
	return keys
}

// index makes a handoff findable.
func index(tx store.Tx, c Conversation, h *Handoff) error {
	x := indexed{At: orderOf(StageEnded, h.StartedAt.UnixMilli()), Words: wordsOf(c, h.ID)}
	for _, key := range x.keys(h.ID) {
		if err := tx.Put(key, []byte(c.ID)); err != nil {
			return err
		}
	}
	return store.Put(tx, wordsKey(c.ID, h.ID), x)
}

// unindex takes a handoff out of the search.
func unindex(tx store.Tx, conversation, handoff ID) error {
	x, found, err := store.Get[indexed](tx, wordsKey(conversation, handoff))
	if err != nil || !found {
		return err
	}
	for _, key := range x.keys(handoff) {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return tx.Delete(wordsKey(conversation, handoff))
}

// Found is the answer to a question.
type Found struct {
	Handoffs []Listed // newest first
	More     bool     // there may be more: a further word narrows it down
}

const (
	searchWork = 1000 // rows of the index that one word of a question may cost
	maxFound   = 50
)

// Search finds the handoffs in which every word of the text begins a word of the visitor's name, e-mail address or id, of
// the account's name or domain, or is the beginning of the handoff's or conversation's id. Case and accents do not count.
// Its work is bounded however many handoffs there are: of a word that very many begin with, not all are looked at, and
// More says so.
func (d *Desk) Search(ctx context.Context, text string) (Found, error) {
	asked := askedWords(text)
	if len(asked) == 0 {
		return Found{Handoffs: []Listed{}}, nil
	}
	var found Found
	err := d.view(ctx, func(tx store.Tx) error {
		found = Found{Handoffs: []Listed{}}
		candidates, all := rarest(tx, asked)
		found.More = !all
		for _, c := range candidates {
			fits, err := c.fits(tx, asked)
			if err != nil {
				return err
			}
			if !fits {
				continue
			}
			if len(found.Handoffs) == maxFound {
				found.More = true
				return nil
			}
			l, there, err := listed(tx, c.handoff)
			if err != nil && !errors.Is(err, store.ErrDamaged) {
				return err
			}
			if there {
				found.Handoffs = append(found.Handoffs, l)
			}
		}
		return nil
	})
	return found, err
}

// candidate is a handoff that one word of a question has found.
type candidate struct {
	at                    string
	handoff, conversation ID
}

// fits says whether every word of the question begins a word of the handoff's.
func (c candidate) fits(tx store.Tx, asked []string) (bool, error) {
	x, found, err := store.Get[indexed](tx, wordsKey(c.conversation, c.handoff))
	if errors.Is(err, store.ErrDamaged) || err == nil && !found {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, word := range asked {
		if !slices.ContainsFunc(x.Words, func(own string) bool { return strings.HasPrefix(own, word) }) {
			return false, nil
		}
	}
	return true, nil
}

// rarest reads what each word finds, up to searchWork rows, and returns the shortest of these lists, newest first. all says
// that the list is whole.
func rarest(tx store.Tx, asked []string) (best []candidate, all bool) {
	for i, word := range asked {
		list, whole := beginning(tx, word)
		if i == 0 || whole && (!all || len(list) < len(best)) {
			best, all = list, whole
		}
	}
	slices.SortFunc(best, func(a, b candidate) int { return strings.Compare(a.at+string(a.handoff), b.at+string(b.handoff)) })
	return slices.CompactFunc(best, func(a, b candidate) bool { return a.handoff == b.handoff }), all
}

// beginning lists the rows of the words that begin so.
func beginning(tx store.Tx, word string) (list []candidate, whole bool) {
	for key, row := range tx.Each(searchRows+segment(word), "") {
		if len(list) == searchWork {
			return list, false
		}
		parts := strings.Split(key[len(searchRows):], "/")
		if row.Err == nil && len(parts) == 3 {
			list = append(list, candidate{at: parts[1], handoff: ID(parts[2]), conversation: ID(row.Value)})
		}
	}
	return list, true
}
