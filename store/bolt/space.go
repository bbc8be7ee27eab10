package bolt

import (
	"fmt"

	"github.com/docket-handoff/docket/store"
)

// limits are where a store begins to refuse.
type limits struct {
	verifyAtOnce int64  // bytes; a store up to this size is looked through by Open
	minFree      uint64 // bytes that must be free on the disk for a write
	minPercent   uint64 // of the disk that must be free for a write
	space        func(path string) (space, error)
}

var defaults = limits{verifyAtOnce: 64 << 20, minFree: 64 << 20, minPercent: 3, space: spaceAt}

// space is what the disk under a store has, in bytes.
type space struct {
	free, total uint64
	network     string // the file system's name when it is shared over a network
}

// room refuses a write before the disk is full: then the machine still works, and so does erasing and copying by hand. A
// disk that cannot be asked is not held to be full.
func (e *Engine) room() error {
	s, err := e.limits.space(e.path)
	if err != nil || s.free >= e.limits.minFree && s.free >= s.total/100*e.limits.minPercent {
		return nil
	}
	const mega = 1 << 20
	return fmt.Errorf("%w: the disk is nearly full, %d MiB of %d MiB are free; at least %d MiB and %d %% must be", store.ErrUnavailable,
		s.free/mega, s.total/mega, e.limits.minFree/mega, e.limits.minPercent)
}

// warnOfNetwork: a lock and a sync over a network do not mean what they mean on a disk.
func (e *Engine) warnOfNetwork() {
	if s, err := e.limits.space(e.path); err == nil && s.network != "" {
		e.warnings = append(e.warnings, fmt.Sprintf("the store lies on %s, where locks and syncs cannot be relied on; move it to a local disk", s.network))
	}
}
