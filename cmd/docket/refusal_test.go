package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// TestARefusedDeliveryChangesNothing plays every delivery that is to be refused against a server in the middle of a handoff, in the
// thread where a specialist has joined: each would be relayed if it were taken. Beside the answer it compares all rows of the store
// before and after, and what the server asked of the world. Nothing is left out of the comparison: a server that is left alone writes
// nothing by itself while a specialist has the conversation. Of the world it may ask for signing keys, once for an unknown one.
func TestARefusedDeliveryChangesNothing(t *testing.T) {
	c := newCompany(t, bottest.Config{})
	_, err := c.service.Refusals(c.ana.ID, c.channel.ID) // publishes the keys
	must(t, err)
	visitor, thread := c.joined()
	refusals, err := c.service.Refusals(c.ana.ID, thread.ID)
	if err != nil || len(refusals) < 60 {
		t.Fatalf("%d refusals, want 60 and more; %v", len(refusals), err)
	}
	first, heard := c.settled(), len(visitor.said())
	for _, r := range refusals {
		t.Run(r.Name, func(t *testing.T) {
			before, calls, keys := c.rows(t), c.calls(), c.service.Count(bottest.OpKeys)
			answer, err := r.Send(t.Context(), c.service)
			must(t, err)
			if answer.Status != r.Status {
				t.Errorf("it was answered %d, want %d", answer.Status, r.Status)
			}
			for _, difference := range differences(before, c.rows(t)) {
				t.Error(difference)
			}
			if more := c.calls() - calls; more != 0 {
				t.Errorf("the server called the world %d times", more)
			}
			if fetched := c.service.Count(bottest.OpKeys) - keys; fetched > 1 {
				t.Errorf("the server fetched keys %d times", fetched)
			}
		})
	}
	last := c.settled() // whoever was slow has had the time
	for _, difference := range differences(first, last) {
		t.Error(difference)
	}
	if now := len(visitor.said()); now != heard {
		t.Errorf("the visitor heard %d things of the refused", now-heard)
	}

	// The comparison can fail.
	c.say(c.ana, thread.ID, "This line is good.")
	visitor.waitSaid("specialist", "This line is good.")
	if len(differences(last, c.rows(t))) == 0 {
		t.Error("a line that was taken changed nothing")
	}
}

// calls counts what the server asked of the world, but for signing keys.
func (c *company) calls() int {
	return c.service.Count() - c.service.Count(bottest.OpMetadata, bottest.OpKeys)
}

// settled waits until the server has nothing left to do, and answers the rows.
func (c *company) settled() (last map[string]string) {
	c.t.Helper()
	eventually(c.t, "a store that rests", func() bool {
		now := c.rows(c.t)
		rests := last != nil && len(differences(last, now)) == 0
		last = now
		return rests
	})
	return last
}

// rows are all that is in the store now, by a copy that the server makes.
func (c *company) rows(t *testing.T) map[string]string {
	t.Helper()
	var copied bytes.Buffer
	must(t, copyStore(t.Context(), c.store, &copied))
	file := filepath.Join(t.TempDir(), "copy.db")
	must(t, os.WriteFile(file, copied.Bytes(), 0o600))
	engine, err := bolt.OpenReadOnly(file)
	must(t, err)
	defer engine.Close()
	rows := map[string]string{}
	must(t, engine.View(context.Background(), func(tx store.Tx) error {
		for key, value := range tx.Scan("", "") {
			rows[key] = string(value)
		}
		return nil
	}))
	return rows
}

// differences names the rows that two states of a store do not share.
func differences(before, after map[string]string) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if value, is := after[key]; !is {
			found = append(found, "the row "+key+" is gone")
		} else if value != before[key] {
			found = append(found, "the row "+key+" was "+before[key]+" and is "+value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if _, was := before[key]; !was {
			found = append(found, "the row "+key+" is new: "+after[key])
		}
	}
	return found
}
