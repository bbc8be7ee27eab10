package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web/admin"
)

type restoreCommand struct {
	File  string `arg:"" help:"The backup."`
	Store string `env:"DOCKET_STORE" default:"bolt:data/docket.db" placeholder:"STORE" help:"The store: bolt: and a file."`
	Force bool   `help:"Move a store that is there aside."`
}

// Run makes a store of a backup, where none is or, with --force, in the place of another one.
func (c *restoreCommand) Run(env environment) error {
	path, err := (&settings{Store: c.Store}).storePath()
	if err != nil {
		return err
	}
	keys := 0
	done, err := bolt.Restore(env.ctx, c.File, path, c.Force, func(tx store.Tx) error {
		keys = admin.CountKeys(tx)
		now := time.Now()
		return errors.Join(
			handoff.BeginAnew(tx, now),
			audit.Append(tx, now, audit.Entry{By: audit.Actor{Kind: audit.System}, Act: audit.Restored}),
		)
	})
	switch {
	case errors.Is(err, bolt.ErrExists):
		return fmt.Errorf("nothing was restored: there is a store at %s; --force moves it aside", path)
	case errors.Is(err, store.ErrLocked):
		return fmt.Errorf("nothing was restored: a docket has %s open; stop it first", path)
	case err != nil:
		return fmt.Errorf("nothing was restored: %w", err)
	}
	fmt.Fprintf(env.stdout, "Restored %s from %s: %d rows, looked through.\n", path, c.File, done.Rows)
	if done.Aside != "" {
		fmt.Fprintf(env.stdout, "The store that was there is now %s.\n", done.Aside)
	}
	if keys > 0 {
		fmt.Fprintf(env.stdout, "API keys in it: %d. One that was revoked since the backup is good again: see Settings > API keys in the admin pages.\n", keys)
	}
	return nil
}
