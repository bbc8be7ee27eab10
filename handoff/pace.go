package handoff

import (
	"sync"
	"time"
)

// Window is a limit of a platform's: so many posts in any span of that length.
type Window struct {
	Posts int
	Span  time.Duration
}

// Paced is a Platform whose service limits how fast it may be written to. The desk keeps below both: it waits before it
// begins a post, so that nobody has to be refused. A restart forgets what was posted before it; a refusal that follows from
// that is waited out like any other.
type Paced interface {
	// Pace returns the windows of one channel and those of all channels of one tenant together.
	Pace() (channel, tenant []Window)
}

// pace remembers when something was posted, as far back as its windows look.
type pace struct {
	windows []Window
	posts   []time.Time // oldest first
	resting time.Time   // the service has asked to be left alone until then
}

// next is the earliest moment at which one more post fits into every window.
func (p *pace) next(now time.Time) time.Time {
	earliest := later(now, p.resting)
	for _, w := range p.windows {
		if n := len(p.posts); n >= w.Posts {
			earliest = later(earliest, p.posts[n-w.Posts].Add(w.Span))
		}
	}
	return earliest
}

// take counts a post.
func (p *pace) take(now time.Time) {
	most := 0
	for _, w := range p.windows {
		most = max(most, w.Posts)
	}
	p.posts = append(p.posts, now)
	if len(p.posts) > most {
		p.posts = append(p.posts[:0], p.posts[len(p.posts)-most:]...)
	}
}

// paces are those of all channels and tenants. Lanes that end leave their pace behind: it belongs to the channel.
type paces struct {
	mu      sync.Mutex
	channel map[ID]*pace
	tenant  map[string]*pace
}

// turn gives a channel its turn now, or says when to ask again.
func (all *paces) turn(c Channel, platform Platform, now time.Time) (at time.Time, given bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	mine, ours := all.of(c, platform)
	if at := later(mine.next(now), ours.next(now)); at.After(now) {
		return at, false
	}
	mine.take(now)
	ours.take(now)
	return now, true
}

// rest leaves a channel alone until the moment that its service has asked for.
func (all *paces) rest(c Channel, platform Platform, until time.Time) {
	all.mu.Lock()
	defer all.mu.Unlock()
	mine, _ := all.of(c, platform)
	mine.resting = later(mine.resting, until)
}

func (all *paces) of(c Channel, platform Platform) (mine, ours *pace) {
	if all.channel == nil {
		all.channel, all.tenant = map[ID]*pace{}, map[string]*pace{}
	}
	tenant := c.Platform + "/" + c.Tenant
	if all.channel[c.ID] == nil || all.tenant[tenant] == nil {
		var perChannel, perTenant []Window
		if paced, limited := platform.(Paced); limited {
			perChannel, perTenant = paced.Pace()
		}
		if all.channel[c.ID] == nil {
			all.channel[c.ID] = &pace{windows: perChannel}
		}
		if all.tenant[tenant] == nil {
			all.tenant[tenant] = &pace{windows: perTenant}
		}
	}
	return all.channel[c.ID], all.tenant[tenant]
}
