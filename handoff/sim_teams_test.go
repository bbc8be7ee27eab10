package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// simTeams is the service and its channels: it keeps what was posted, in order, and refuses what the real one would.
type simTeams struct {
	w     *simWorld
	posts []*simPost
	calls []*simCall
	asked map[ID][]time.Time // when each channel was written to
	first map[string]Seq     // by channel and conversation: the last line that has appeared for the first time

	decided map[string]bool // what a person has decided about, so that it may come once more and behind others
}

// simPost is a message that stands in a channel.
type simPost struct {
	Post
	id     string
	thread string
	what   []string // what it shows, a name for each: lines, a thread, a closing

	holder *Person // of a thread: who has joined there, as its card shows it
}

// simCall is one call of the desk's.
type simCall struct {
	what      []string
	channel   ID
	ordinal   int
	plain     bool // answered with a certain outcome
	terminal  bool // one that no other try can change
	recorded  bool // the desk has written the outcome down
	posted    bool // at once or later
	began     time.Time
	throttled bool      // the answer asks for the channel's silence
	notBefore time.Time // what the answer asks for
}

// doubtful says whether the desk cannot know what became of the call.
func (c *simCall) doubtful() bool { return !c.plain || !c.recorded }

func (t *simTeams) Name() string { return "teams" }

// Pace is what the Teams platform keeps below.
func (t *simTeams) Pace() (channel, tenant []Window) {
	return []Window{{5, time.Second}, {6, 2 * time.Second}, {48, 30 * time.Second}, {1440, time.Hour}}, []Window{{40, time.Second}}
}

// What Teams publishes for one bot in one channel.
var simLimits = []Window{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}

// Deliver is Platform's. It is where a lane can be interrupted most.
func (t *simTeams) Deliver(_ context.Context, post Post) (Receipt, error) {
	w, lane := t.w, t.w.current
	call := &simCall{what: whatOf(post), channel: post.Channel.ID, ordinal: post.Ordinal, began: w.now}
	lane.call = call
	t.begin(call)
	w.tell("call: %s", told(post))
	w.mayDie(pointUnwritten, "")
	receipt, slow, err := t.meet(call, post)
	point := pointAccepted
	if receipt.Message == "" {
		point = pointRefused
	}
	w.mayDie(point, "")
	if slow > 0 || !w.calm {
		w.pause(simRest{until: w.now.Add(slow)})
	}
	w.mayDie(pointAnswered, "")
	call.plain, call.terminal = certain(err), terminal(err)
	var failed *DeliveryError
	if errors.As(err, &failed) {
		call.throttled, call.notBefore = failed.Throttled, w.now.Add(failed.RetryAfter)
	}
	w.tell("answer: %s: %v", told(post), err)
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// meet lets the call meet its fault. The receipt tells what was posted at once, whatever the answer says.
func (t *simTeams) meet(call *simCall, post Post) (receipt Receipt, slow time.Duration, err error) {
	if t.limited(post.Channel.ID) {
		return Receipt{}, 0, slowDown(5 * time.Second)
	}
	f := t.w.callFault()
	if f == nil {
		return t.take(call, post), 0, nil
	}
	if f.posts {
		receipt = t.take(call, post)
	}
	if f.late {
		call.posted = true
		t.w.later(time.Duration(1+t.w.below(59))*time.Second, func() { t.take(call, post) })
	}
	return receipt, f.slow, f.err
}

// limited counts the call, as the service does. In one life of the process the desk must not meet the limit; a fresh life
// does not know what was posted before it.
func (t *simTeams) limited(channel ID) bool {
	w := t.w
	if w.skewed {
		return false
	}
	asked := append(t.asked[channel], w.now)
	t.asked[channel] = asked
	for _, window := range simLimits {
		if n := len(asked) - 1 - window.Posts; n >= 0 && w.now.Sub(asked[n]) < window.Span {
			if asked[n].After(w.started) {
				w.broken("I8: %d posts in %v in channel %s", window.Posts+1, window.Span, channel)
			}
			return true
		}
	}
	return false
}

// begin checks the call against those before it that showed the same.
func (t *simTeams) begin(call *simCall) {
	for _, before := range t.calls {
		if !t.w.skewed && before.throttled && before.channel == call.channel && before.began.After(t.w.started) && call.began.Before(before.notBefore) {
			t.w.broken("F10: %s is called though the service asked for silence until %v", call.channel, before.notBefore)
		}
		for _, what := range call.what {
			if before.channel != call.channel || !slices.Contains(before.what, what) {
				continue
			}
			switch {
			case !t.w.skewed && before.doubtful() && call.began.Sub(before.began) < settle:
				t.w.broken("P4: %s is sent again %v after a doubt", what, call.began.Sub(before.began))
			case !t.w.skewed && before.recorded && call.began.Before(before.notBefore):
				t.w.broken("F10: %s is sent again though the service asked to wait until %v", what, before.notBefore)
			case before.doubtful() && call.ordinal < 2:
				t.w.broken("I3: %s is sent again after a doubt, and does not say so", what)
			case t.decided[what]:
			case before.recorded && before.plain && before.posted:
				t.w.broken("I3: %s is sent again although it was acknowledged", what)
			case before.recorded && before.terminal:
				t.w.broken("%s is sent again after it was refused for good", what)
			}
		}
	}
	t.calls = append(t.calls, call)
}

// take posts.
func (t *simTeams) take(call *simCall, post Post) Receipt {
	w := t.w
	call.posted = true
	p := &simPost{Post: post, id: fmt.Sprintf("m%d", w.number()), thread: post.Thread, what: call.what}
	w.tell("posted: %s", told(post))
	switch post.Kind {
	case PostThread:
		p.thread = fmt.Sprintf("t%d", w.number())
	case PostCard:
		for _, root := range t.posts {
			if root.id == post.Message {
				root.holder = nil
				if h := post.View.Handoff; h.Stage == StageJoined && h.Home.Channel == post.Channel.ID {
					root.holder = h.Specialist
				}
			}
		}
		return Receipt{Message: post.Message}
	default:
		if post.View != nil && !slices.ContainsFunc(t.posts, func(root *simPost) bool { return root.Kind == PostThread && root.thread == post.Thread }) {
			w.broken("%s goes to a thread that is not there", told(post))
		}
	}
	t.posts = append(t.posts, p)
	if post.Kind == PostLine {
		t.inOrder(post)
	}
	return Receipt{Thread: p.thread, Message: p.id}
}

// inOrder checks I4: lines appear for the first time in the order in which they were said.
func (t *simTeams) inOrder(post Post) {
	for _, line := range post.Lines {
		seq, known := t.w.lineSeq(line.Text)
		if !known {
			t.w.broken("nobody said %q", line.Text)
		}
		key := string(post.Channel.ID) + "/" + string(post.View.Conversation.ID)
		if t.decided[line.Text] {
			continue
		}
		if seq < t.first[key] && !t.appeared(post.Channel.ID, line.Text) {
			t.w.broken("I4: %q appears behind a later line", line.Text)
		}
		t.first[key] = max(t.first[key], seq)
	}
}

// appeared says whether a line stands in a post before the newest.
func (t *simTeams) appeared(channel ID, what string) bool {
	for _, p := range t.posts[:len(t.posts)-1] {
		if p.Channel.ID == channel && slices.Contains(p.what, what) {
			return true
		}
	}
	return false
}

// whatOf names what a post shows that must not be shown twice without need.
func whatOf(p Post) []string {
	switch p.Kind {
	case PostLine:
		var lines []string
		for _, line := range p.Lines {
			lines = append(lines, line.Text)
		}
		return lines
	case PostThread, PostClosing:
		return []string{string(p.Kind) + " " + string(p.View.Handoff.ID)}
	}
	return nil
}

func told(p Post) string {
	what := string(p.Kind)
	switch p.Kind {
	case PostLine:
		what = fmt.Sprintf("line %q", whatOf(p))
	case PostThread, PostClosing:
		what = whatOf(p)[0]
	case PostNotice:
		what = fmt.Sprintf("notice %.30q", p.Text)
	case PostCard:
		what = fmt.Sprintf("card v%d", p.View.Handoff.Version)
	}
	if p.Ordinal > 1 {
		what += fmt.Sprintf(" (%d)", p.Ordinal)
	}
	return what + " in " + string(p.Channel.ID) + " " + p.Thread
}
