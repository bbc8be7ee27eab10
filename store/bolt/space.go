package bolt

import (
	"fmt"

	"github.com/docket-handoff/docket/store"
)

// limits are where a store begins to refuse.
type limits struct {
	verifyAtOnce int64 // bytes; a store up to this size is looked through by Open
	space        func(path string) (space, error)
}

var defaults = limits{verifyAtOnce: 64 << 20, space: spaceAt}

const (
	mostReserve = 64 << 20 // bytes
	reservePart = 100      // one part in so many of the disk
	roomWithin  = 4 << 20  // bytes of pages no longer in use; more than a commit needs
)

// space is what the disk under a store has, in bytes.
type space struct {
	free, total uint64
	network     string // the file system's name when it is shared over a network
}

// Disk answers how much room the disk under the store has, in bytes.
func (e *Engine) Disk() (free, total uint64, err error) {
	s, err := e.limits.space(e.path)
	return s.free, s.total, err
}

// reserve is what no store takes: with it the machine still works, and so does copying by hand.
func (s space) reserve() uint64 { return min(mostReserve, s.total/reservePart) }

// room refuses a write before the disk is full. A disk that cannot be asked is not held to be full, and a store that has
// room within itself, since much was removed from it, needs none on the disk.
func (e *Engine) room() error {
	s, err := e.limits.space(e.path)
	if err != nil || s.free >= s.reserve() || e.db.Stats().FreeAlloc >= roomWithin {
		return nil
	}
	const mega = 1 << 20
	return fmt.Errorf("%w: the disk is full, %d MiB of %d MiB are free", store.ErrUnavailable, s.free/mega, s.total/mega)
}

// warnOfNetwork: a lock and a sync over a network do not mean what they mean on a disk.
func (e *Engine) warnOfNetwork() {
	if s, err := e.limits.space(e.path); err == nil && s.network != "" {
		e.warnings = append(e.warnings, fmt.Sprintf("the store lies on %s, where locks and syncs cannot be relied on; move it to a local disk", s.network))
	}
}
