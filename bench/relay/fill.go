package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
)

const fillers = 256 // as many share a commit

// fill makes a store with n conversations of two lines, as the desk itself writes them.
func fill(ctx context.Context, path string, n int) error {
	engine, err := bolt.Open(path)
	if err != nil {
		return err
	}
	defer engine.Close()
	desk := handoff.NewDesk(engine, handoff.Config{})
	if err := putOldAgent(ctx, desk); err != nil {
		return err
	}
	var begun atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range fillers {
		group.Go(func() error {
			for i := begun.Add(1); i <= int64(n); i = begun.Add(1) {
				_, err := desk.Start(ctx, handoff.NewConversation{
					Agent: oldAgent, Verified: true, Visitor: handoff.Visitor{ID: handoff.ID(fmt.Sprintf("crm-%d", i)), Name: fmt.Sprintf("Visitor %d", i)},
					Transcript: []handoff.TranscriptLine{
						{From: handoff.FromVisitor, Text: "Do you have a HubSpot integration?"}, {From: handoff.FromAgent, Text: "Yes. It takes two clicks."},
					},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
