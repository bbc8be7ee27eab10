package main

import (
	"errors"
	"fmt"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
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
	done, err := bolt.Restore(env.ctx, c.File, path, c.Force, newLife)
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
	return nil
}

// newLife makes those who hold a place in the old store begin anew. The desk names the life of a store in this row and makes
// a new name when there is none; a stream that comes back with a place in another life begins with a reset.
func newLife(tx store.Tx) error { return tx.Delete("meta/epoch") }
