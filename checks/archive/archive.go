// Package archive fills a store with many handoffs, for tests and benchmarks of what must stay quick in large stores. All of
// it goes through the desk's public methods, so that lists, index and reports are what a server would have written.
package archive

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

// Days is over how many days the handoffs of an archive are spread, from Begin on.
const Days = 90

// Begin is when the first handoff of an archive was asked for.
var Begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const atOnce = 500 // handoffs in one transaction

var (
	firstNames = strings.Fields("Dana Lee Noor Ines Tom Mika Ada Juan Priya Olga")
	outcomes   = []handoff.Verb{handoff.VerbEnd, handoff.VerbEnd, handoff.VerbBack, "", handoff.VerbEnd}
)

// Fill adds n ended handoffs of two agents, agent-0 and agent-1, in three channels, chat-0 to chat-2. Visitor i is called by
// one of ten first names and "Nr<i>". Nothing of it waits to be posted.
func Fill(ctx context.Context, engine store.Engine, n int) error {
	for from := 0; from == 0 || from < n; from += atOnce {
		err := engine.Update(ctx, func(tx store.Tx) error {
			now := Begin
			desk := handoff.NewDesk(within{tx}, handoff.Config{Clock: func() time.Time { return now }})
			if from == 0 {
				if err := open(ctx, desk); err != nil {
					return err
				}
			}
			for i := from; i < min(n, from+atOnce); i++ {
				now = Begin.Add(time.Duration(i) * (Days * 24 * time.Hour / time.Duration(n)))
				if err := One(ctx, desk, i, &now); err != nil {
					return err
				}
				if err := settle(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// open sets the agents and the channels.
func open(ctx context.Context, desk *handoff.Desk) error {
	var channels []handoff.ID
	for i := range 3 {
		c := handoff.Channel{ID: handoff.ID(fmt.Sprintf("chat-%d", i)), Platform: "chat", Name: fmt.Sprintf("Channel %d", i), Team: handoff.Team{Name: "Sales"}}
		if err := desk.Connect(ctx, "archive "+string(c.ID), c, "t", "connected"); err != nil {
			return err
		}
		channels = append(channels, c.ID)
	}
	for i := range 2 {
		a := handoff.Agent{ID: handoff.ID(fmt.Sprintf("agent-%d", i)), Name: fmt.Sprintf("Agent %d", i), Handoff: handoff.Policy{Enabled: true, Channels: channels[i : i+2]}}
		if _, err := desk.PutAgent(ctx, audit.Actor{Kind: audit.System}, a); err != nil {
			return err
		}
	}
	return nil
}

// One plays the i-th handoff from the first line to the rating, and moves the desk's clock on meanwhile.
func One(ctx context.Context, desk *handoff.Desk, i int, now *time.Time) error {
	name := firstNames[i%len(firstNames)]
	started, err := desk.Start(ctx, handoff.NewConversation{
		Agent:   handoff.ID(fmt.Sprintf("agent-%d", i%2)),
		Visitor: handoff.Visitor{Name: fmt.Sprintf("%s Nr%d", name, i), Email: fmt.Sprintf("%s%d@mail.example", strings.ToLower(name), i)},
		Account: handoff.Account{Name: fmt.Sprintf("Company %d", i%5000), Domain: fmt.Sprintf("company%d.example", i%5000)},
	})
	if err != nil {
		return err
	}
	id := started.Conversation.ID
	answer, err := desk.Request(ctx, id, handoff.Request{By: handoff.FromVisitor, Reason: "asked for a person"})
	if err != nil {
		return err
	}
	*now = now.Add(time.Duration(20+i%300) * time.Second)
	verb := outcomes[i%len(outcomes)]
	if verb == "" {
		_, err := desk.End(ctx, id, handoff.FromVisitor)
		return err
	}
	act := handoff.Act{
		Verb: handoff.VerbJoin, Handoff: answer.Handoff, Card: "card", Person: handoff.Person{ID: "sam", Name: "Sam Ortiz"},
		Place: handoff.Place{Channel: handoff.ID(fmt.Sprintf("chat-%d", i%2)), Thread: "thread " + string(id)},
	}
	if acted, err := desk.Act(ctx, act); err != nil || acted.Outcome != handoff.OutcomeDone {
		return fmt.Errorf("join %d: %s, %w", i, acted.Outcome, err)
	}
	*now = now.Add(time.Duration(60+i%900) * time.Second)
	act.Verb = verb
	if acted, err := desk.Act(ctx, act); err != nil || acted.Outcome != handoff.OutcomeDone {
		return fmt.Errorf("end %d: %s, %w", i, acted.Outcome, err)
	}
	return desk.Rate(ctx, id, 1+i%5, "")
}

// settle forgets what was to be posted and timed: it was long ago.
func settle(tx store.Tx) error {
	for _, prefix := range []string{"outbox/", "queues/", "depths/", "timers/"} {
		for key := range tx.Scan(prefix, "") {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// within is an engine inside one transaction, so that many small ones become one commit.
type within struct{ tx store.Tx }

func (w within) View(_ context.Context, fn func(store.Tx) error) error   { return fn(w.tx) }
func (w within) Update(_ context.Context, fn func(store.Tx) error) error { return fn(w.tx) }
func (w within) Watch(context.Context, string) <-chan struct{}           { return nil }
func (w within) Close() error                                            { return nil }
