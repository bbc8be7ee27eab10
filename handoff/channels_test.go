package handoff_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// chat plays a platform with channels: it keeps what was posted, and fails as it is told to.
type chat struct {
	mu    sync.Mutex
	n     int
	posts []posted
	calls int
	fail  func(p handoff.Post) fault // what happens to a post; nil: nothing bad
	files map[string]string
}

// posted is a message that stands in a channel, or what was done to one.
type posted struct {
	handoff.Post
	ID   string
	At   time.Time
	Gone bool
}

// fault is what happens to one call.
type fault struct {
	err   error
	taken bool          // the post is there although err says that it failed
	slow  time.Duration // before anything happens
	until <-chan struct{}

	panics bool
}

var errHung = errors.New("no answer")

func refusal(cause string) fault {
	return fault{err: &handoff.DeliveryError{Certain: true, Cause: cause}}
}

func outOfReach(cause string) fault {
	return fault{err: &handoff.DeliveryError{Certain: true, Channel: true, Cause: cause}}
}

func later(after time.Duration) fault {
	return fault{err: &handoff.DeliveryError{Certain: true, Retry: true, RetryAfter: after, Cause: "too many posts"}}
}

// doubtLost and doubtTaken look the same from outside.
func doubtLost() fault {
	return fault{err: &handoff.DeliveryError{Cause: "the channel did not answer", Err: errHung}}
}

func doubtTaken() fault {
	f := doubtLost()
	f.taken = true
	return f
}

func (c *chat) Name() string { return "chat" }

// Deliver is handoff.Platform's.
func (c *chat) Deliver(ctx context.Context, p handoff.Post) (handoff.Receipt, error) {
	f := c.begin(p)
	if err := f.wait(ctx); err != nil {
		return handoff.Receipt{}, err
	}
	if f.panics {
		panic("the platform is broken")
	}
	if f.err != nil && !f.taken {
		return handoff.Receipt{}, f.err
	}
	receipt := c.take(p)
	if f.err != nil {
		return handoff.Receipt{}, f.err
	}
	return receipt, nil
}

func (c *chat) begin(p handoff.Post) fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if c.fail == nil {
		return fault{}
	}
	return c.fail(p)
}

func (f fault) wait(ctx context.Context) error {
	if f.until == nil && f.slow == 0 {
		return nil
	}
	var late <-chan time.Time
	if f.slow > 0 {
		late = time.After(f.slow)
	}
	select {
	case <-late:
	case <-f.until:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (c *chat) take(p handoff.Post) handoff.Receipt {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	id := fmt.Sprintf("message-%d", c.n)
	receipt := handoff.Receipt{Message: id}
	switch p.Kind {
	case handoff.PostThread:
		receipt.Thread = fmt.Sprintf("thread-%d", c.n)
		p.Thread = receipt.Thread
	case handoff.PostCard:
		receipt.Message, id = p.Message, p.Message
	case handoff.PostErase:
		for i := range c.posts {
			c.posts[i].Gone = c.posts[i].Gone || c.posts[i].ID == p.Message && c.posts[i].Channel.ID == p.Channel.ID
		}
	}
	c.posts = append(c.posts, posted{Post: p, ID: id, At: time.Now()})
	return receipt
}

// Open is handoff.Opener's.
func (c *chat) Open(_ context.Context, _ handoff.Channel, ref string) (io.ReadCloser, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	content, found := c.files[ref]
	if !found {
		return nil, "", errors.New("no such file")
	}
	return io.NopCloser(strings.NewReader(content)), "text/plain", nil
}

// fails sets what happens to the posts that come; nil ends it.
func (c *chat) fails(fail func(p handoff.Post) fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = fail
}

// failsOnce plays the faults one after another, for posts of one kind, and then behaves.
func (c *chat) failsOnce(kind handoff.PostKind, faults ...fault) {
	c.fails(func(p handoff.Post) fault {
		if p.Kind != kind || len(faults) == 0 {
			return fault{}
		}
		next := faults[0]
		faults = faults[1:]
		return next
	})
}

// in returns what was posted in a channel.
func (c *chat) in(channel handoff.ID) []posted {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.posts), func(p posted) bool { return p.Channel.ID != channel })
}

// said is what was posted in a channel, a line of text each.
func (c *chat) said(channel handoff.ID) []string {
	out := []string{}
	for _, p := range c.in(channel) {
		out = append(out, p.String())
	}
	return out
}

// thread is the address of the newest thread in a channel, and the message that holds its card.
func (c *chat) thread(channel handoff.ID) (address, card string) {
	for _, p := range c.in(channel) {
		if p.Kind == handoff.PostThread {
			address, card = p.Thread, p.ID
		}
	}
	return address, card
}

func (c *chat) called() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

func (c *chat) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts = nil
}

// String tells a post in a few words.
func (p posted) String() string {
	again := ""
	if p.Ordinal > 1 {
		again = fmt.Sprintf(" (%d)", p.Ordinal)
	}
	switch p.Kind {
	case handoff.PostThread:
		return "thread for " + p.View.Label + again
	case handoff.PostCard:
		return "card: " + string(p.View.Handoff.Stage)
	case handoff.PostLine:
		return p.lines() + again
	case handoff.PostClosing:
		return "closing: " + string(p.View.Handoff.Ended)
	case handoff.PostErase:
		return "erase " + p.Message
	}
	return "notice: " + p.Text + again
}

// lines are the visitor's lines of a post, one after another.
func (p posted) lines() string {
	var out []string
	for _, line := range p.Lines {
		text := line.Speaker + ": " + line.Text
		if line.Shortened {
			text += " [...]"
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}
