package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace is one limit: so many in the window, refilled evenly.
type pace struct {
	count  int
	window time.Duration
}

func perMinute(n int) pace { return pace{n, time.Minute} }
func perHour(n int) pace   { return pace{n, time.Hour} }

// limiter counts what each caller does. It keeps two generations of callers: one that was not seen for a whole longest
// window has its full allowance again and is forgotten, and however many come, at most 2×maxCallers are remembered.
type limiter struct {
	paces  []pace
	now    func() time.Time
	period time.Duration

	mu       sync.Mutex
	recent   map[string][]*rate.Limiter
	previous map[string][]*rate.Limiter
	turned   time.Time
}

const maxCallers = 50_000

func newLimiter(now func() time.Time, paces ...pace) *limiter {
	l := &limiter{paces: paces, now: now, recent: map[string][]*rate.Limiter{}, turned: now()}
	for _, p := range paces {
		l.period = max(l.period, p.window)
	}
	return l
}

// take asks for one more. Zero says yes; anything else is how long to wait, and nothing was taken.
func (l *limiter) take(caller string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	var taken []*rate.Reservation
	for _, one := range l.of(caller, now) {
		r := one.ReserveN(now, 1)
		taken = append(taken, r)
		if wait := r.DelayFrom(now); wait > 0 {
			for _, r := range taken {
				r.CancelAt(now)
			}
			return wait
		}
	}
	return 0
}

// of finds the caller's limiters, or makes full ones.
func (l *limiter) of(caller string, now time.Time) []*rate.Limiter {
	if now.Sub(l.turned) >= l.period || len(l.recent) >= maxCallers {
		l.previous, l.recent, l.turned = l.recent, map[string][]*rate.Limiter{}, now
	}
	own := l.recent[caller]
	if own == nil {
		own = l.previous[caller]
	}
	if own == nil {
		for _, p := range l.paces {
			own = append(own, rate.NewLimiter(rate.Every(p.window/time.Duration(p.count)), p.count))
		}
	}
	l.recent[caller] = own
	return own
}

// network is the part of an address that one caller has to itself: all of IPv4, the first 64 bits of IPv6.
func network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return addr.String()
}
