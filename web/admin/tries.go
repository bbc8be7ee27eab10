package admin

import (
	"net/netip"
	"sync"
	"time"
)

// How often somebody may be wrong.
const (
	maxTries   = 5
	tryWindow  = 15 * time.Minute
	maxTracked = 10_000 // addresses that are remembered; the one that was silent longest is forgotten first
)

// tries counts wrong sign-ins, for each address and for each account. Five within a quarter of an hour close the door until a
// quarter of an hour has passed since the last of them.
type tries struct {
	mu   sync.Mutex
	seen map[string]tried
}

type tried struct {
	n    int
	last time.Time
}

// begin takes one try of each name, before the password is looked at, so that many at once are no more than five. It answers how long
// to wait when there is none left.
func (t *tries) begin(now time.Time, names ...string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[string]tried{}
	}
	var wait time.Duration
	for _, name := range names {
		if was := t.seen[name]; was.n >= maxTries {
			wait = max(wait, was.last.Add(tryWindow).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, name := range names {
		was := t.seen[name]
		if now.Sub(was.last) >= tryWindow {
			was.n = 0
		}
		t.seen[name] = tried{n: was.n + 1, last: now}
	}
	t.shrink()
	return 0
}

// right forgets the tries of somebody who was right.
func (t *tries) right(names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		delete(t.seen, name)
	}
}

func (t *tries) shrink() {
	for len(t.seen) > maxTracked {
		oldest := ""
		for name, was := range t.seen {
			if oldest == "" || was.last.Before(t.seen[oldest].last) {
				oldest = name
			}
		}
		delete(t.seen, oldest)
	}
}

// addressOf is what counts as one caller: an IPv4 address, or the 64 bits of IPv6 that one customer has.
func addressOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, _ := addr.Prefix(64) // 64 bits fit
	return network.String()
}
