package handoff

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPaceKeepsEveryWindow posts as fast as the pace allows, with idle moments between, and counts every window.
func TestPaceKeepsEveryWindow(t *testing.T) {
	windows := []Window{{5, time.Second}, {6, 2 * time.Second}, {48, 30 * time.Second}}
	rapid.Check(t, func(t *rapid.T) {
		p := &pace{windows: windows}
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		var posts []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "posts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "idle")) * time.Millisecond / 4)
			now = later(now, p.next(now))
			p.take(now)
			posts = append(posts, now)
		}
		for i := range posts {
			for _, w := range windows {
				if j := i + w.Posts; j < len(posts) && posts[j].Sub(posts[i]) < w.Span {
					t.Fatalf("posts %d to %d fall into %v", i, j, posts[j].Sub(posts[i]))
				}
			}
		}
	})
}

func TestPaceDoesNotWaitWithoutNeed(t *testing.T) {
	p := &pace{windows: []Window{{2, time.Second}}}
	now := time.Now()
	for range 2 {
		if at := p.next(now); !at.Equal(now) {
			t.Fatalf("it waits %v though there is room", at.Sub(now))
		}
		p.take(now)
	}
	if at := p.next(now); !at.Equal(now.Add(time.Second)) {
		t.Errorf("it waits %v, want a second", at.Sub(now))
	}
	if at := p.next(now.Add(time.Second)); !at.Equal(now.Add(time.Second)) {
		t.Error("it waits after the window has passed")
	}
}

type pacedPlatform struct{ Platform }

func (pacedPlatform) Pace() (channel, tenant []Window) {
	return []Window{{2, time.Second}}, []Window{{3, time.Second}}
}

func TestChannelsOfATenantShareAPace(t *testing.T) {
	var all paces
	now := time.Now()
	give := func(channel ID, tenant string) bool {
		_, given := all.turn(Channel{ID: channel, Tenant: tenant}, pacedPlatform{}, now)
		return given
	}
	for i, row := range []struct {
		channel ID
		tenant  string
		want    bool
	}{{"a", "t", true}, {"a", "t", true}, {"a", "t", false}, {"b", "t", true}, {"b", "t", false}, {"c", "other", true}} {
		if got := give(row.channel, row.tenant); got != row.want {
			t.Errorf("turn %d for channel %s: %v, want %v", i, row.channel, got, row.want)
		}
	}
}
