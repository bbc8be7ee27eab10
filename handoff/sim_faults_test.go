package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// simFaults are how much goes wrong in a run, of a thousand times each, and what has.
type simFaults struct {
	dies    int // at a point at which the process can die
	commits int // a commit that fails, or seems to
	calls   int // a call to the service that goes wrong
	answers int // an answer or a request that gets lost on its way to us or from us
	repeats int // an input that comes once more although it was answered
	jumps   bool
	kinds   uint32 // which faults of calls there are, a bit each
	deaths  int    // how many are left

	met map[string]int
}

// The deeds of the desk, each with two points at which the process can die: before its commit and after it.
var simDeeds = []string{
	"visitor's line", "request", "visitor's end", "specialist's line", "edit", "press", "command", "connection", "reply",
	"conversation", "decision", "epoch", "agent's answer", "timer", "sweep", "list", "books", "heartbeat", "intent", "record",
}

// The points that are passed so seldom that the process would hardly ever die there.
var simSeldom = []string{
	"visitor's end", "specialist's line", "edit", "press", "command", "connection", "reply", "decision", pointRefused,
}

const (
	beforeCommit = "before the commit of: "
	afterCommit  = "after the commit of: "
)

// The points around a call and a stream at which the process can die.
const (
	pointUnwritten = "call: before the request was written"
	pointRefused   = "call: after the service refused"
	pointAccepted  = "call: after the service accepted"
	pointAnswered  = "call: when the answer has arrived"
	pointEvent     = "stream: while an event is written"
	pointIdle      = "while nothing is under way"
)

var simPoints = func() []string {
	points := []string{pointUnwritten, pointRefused, pointAccepted, pointAnswered, pointEvent, pointIdle}
	for _, deed := range simDeeds {
		points = append(points, beforeCommit+deed, afterCommit+deed)
	}
	return points
}()

// The faults beside those of calls.
const (
	faultRefused    = "store: a commit is refused"
	faultAmbiguous  = "store: a commit took effect and was reported as failed"
	faultDisk       = "store: the disk is full"
	faultRehearsed  = "store: a transaction runs twice"
	faultStopped    = "process: stopped in good order"
	faultAway       = "process: away for a while"
	faultRequest    = "visitor: the request was lost"
	faultAnswer     = "visitor: the answer was lost"
	faultTwice      = "visitor: the request arrived twice"
	faultCut        = "stream: cut"
	faultLostEvent  = "stream: cut with an event on its way"
	faultAtOnce     = "inbound: twice at once"
	faultIn15       = "inbound: again after 15 s"
	faultIn30       = "inbound: again after 30 s, a press with a new id"
	faultInHours    = "inbound: again after hours"
	faultRestarted  = "inbound: again after a restart"
	faultUnanswered = "inbound: the answer was lost"
	faultOrder      = "inbound: out of order"
	faultEditFirst  = "inbound: an edit before its message"
	faultTwoPresses = "inbound: two presses at once"
	faultJump       = "clock: jumped"
	faultDecided    = "admin: decides about what could not be delivered"
)

var simOtherFaults = []string{
	faultRefused, faultAmbiguous, faultDisk, faultRehearsed, faultStopped, faultAway, faultRequest, faultAnswer, faultTwice, faultCut, faultLostEvent,
	faultAtOnce, faultIn15, faultIn30, faultInHours, faultRestarted, faultUnanswered, faultOrder, faultEditFirst, faultTwoPresses, faultJump, faultDecided,
}

// simFault is what a call to the service can meet, as the Teams platform reports it.
type simFault struct {
	name  string
	posts bool          // the post is there, whatever the answer says
	late  bool          // it is there later, up to a minute
	slow  time.Duration // until the answer
	err   error
}

func slowDown(after time.Duration) error {
	return &DeliveryError{Certain: true, Retry: true, Throttled: true, RetryAfter: after, Cause: "429"}
}

func perhaps(cause string) error { return &DeliveryError{Cause: cause} }

var simCallFaults = []simFault{
	{name: "call: 429, half a second", err: slowDown(time.Second / 2)},
	{name: "call: 429, half a minute", err: slowDown(30 * time.Second)},
	{name: "call: 429, an hour", err: slowDown(time.Hour)},
	{name: "call: connection refused", err: &DeliveryError{Certain: true, Retry: true, Channel: true, Cause: "refused"}},
	{name: "call: 412", err: &DeliveryError{Certain: true, Retry: true, Tries: 5, Cause: "412"}},
	{name: "call: 401", err: &DeliveryError{Certain: true, Retry: true, Channel: true, Cause: "401"}},
	{name: "call: 403, removed from the team", err: &DeliveryError{Certain: true, Channel: true, Lost: LostRemoved, Cause: "403"}},
	{name: "call: 404", err: &DeliveryError{Certain: true, Cause: "404"}},
	{name: "call: 413", err: &DeliveryError{Certain: true, TooLarge: true, Cause: "413"}},
	{name: "call: 502, not posted", err: perhaps("502")},
	{name: "call: 504, posted", posts: true, err: perhaps("504")},
	{name: "call: reset, not posted", err: perhaps("reset")},
	{name: "call: reset, posted", posts: true, err: perhaps("reset")},
	{name: "call: time-out, not posted", slow: deliverTime, err: context.DeadlineExceeded},
	{name: "call: time-out, posted", posts: true, slow: deliverTime, err: context.DeadlineExceeded},
	{name: "call: 504, posted later", late: true, err: perhaps("504")},
	{name: "call: time-out, posted later", late: true, slow: deliverTime, err: context.DeadlineExceeded},
	{name: "call: a slow answer", posts: true, slow: 14 * time.Second},
}

// certain says whether the desk knows after this answer what became of the post.
func certain(err error) bool {
	var failed *DeliveryError
	return err == nil || errors.As(err, &failed) && failed.Certain
}

func terminal(err error) bool {
	var failed *DeliveryError
	return errors.As(err, &failed) && failed.Certain && !failed.Retry && !failed.TooLarge
}

// choose reads from the first step how much goes wrong in this run. The plain run is one without faults.
func (w *simWorld) choose() {
	w.met = map[string]int{}
	w.deaths = w.below(6)
	w.dies = one(&w.simDice, 0, 10, 40, 150)
	w.commits = one(&w.simDice, 0, 20, 100)
	w.calls = one(&w.simDice, 0, 100, 300, 600)
	w.answers = one(&w.simDice, 0, 100, 300)
	w.repeats = one(&w.simDice, 0, 150)
	w.jumps = w.below(4) == 3
	w.kinds = uint32(w.draw()) | uint32(w.draw())<<8 | uint32(w.draw())<<16
}

func (w *simWorld) meet(fault string) {
	w.met[fault]++
	w.tell("! %s", fault)
}

// happens says whether a fault happens now.
func (w *simWorld) happens(fault string, thousandth int) bool {
	if w.calm || !w.chance(thousandth) {
		return false
	}
	w.meet(fault)
	return true
}

// mayDie is a point at which the process can die.
func (w *simWorld) mayDie(point, what string) {
	often := w.dies
	if slices.Contains(simSeldom, what) || slices.Contains(simSeldom, point) {
		often = min(8*often, 500)
	}
	if w.calm || w.deaths == 0 || !w.chance(often) {
		return
	}
	w.deaths--
	w.dying = true
	w.meet(point + what)
	panic(simDied{})
}

// callFault picks what a call meets; nil: nothing bad.
func (w *simWorld) callFault() *simFault {
	if w.calm || !w.chance(w.calls) {
		return nil
	}
	at := w.below(len(simCallFaults))
	if w.kinds>>at&1 == 0 {
		return nil
	}
	w.meet(simCallFaults[at].name)
	return &simCallFaults[at]
}

// deed names what is about to be committed.
func (w *simWorld) deed(written []string) string {
	k := w.current
	switch {
	case k == nil:
		return w.doing
	case k.kind == "lane" && k.call != nil:
		return "record"
	case k.kind == "lane":
		return "intent"
	case k.kind == "clock" && len(written[0]) > len(timerRows) && written[0][:len(timerRows)] == timerRows:
		return "timer"
	case k.kind == "clock":
		return "sweep"
	case k.kind == "catch-up":
		return "list"
	case k.kind == "books":
		return "books"
	case k.kind == "heart":
		return "heartbeat"
	case k.kind == "agent":
		return "agent's answer"
	}
	return "epoch"
}

// before and after are the store's.
func (w *simWorld) before(written []string) error {
	deed := w.deed(written)
	w.mayDie(beforeCommit, deed)
	if w.full {
		w.meet(faultDisk)
		return fmt.Errorf("%w: no space left on device", store.ErrUnavailable)
	}
	if w.happens(faultRefused, w.commits) {
		return fmt.Errorf("%w: input/output error", store.ErrUnavailable)
	}
	return nil
}

func (w *simWorld) after(written []string) error {
	deed := w.deed(written)
	w.tell("  committed: %s", deed)
	w.committed(written)
	w.mayDie(afterCommit, deed)
	if w.happens(faultAmbiguous, w.commits/2) {
		return fmt.Errorf("%w: the connection was lost during the commit", store.ErrUnavailable)
	}
	if w.current != nil {
		w.current.call = nil
	}
	return nil
}

// committed keeps what the promises are compared with.
func (w *simWorld) committed(written []string) {
	if k := w.current; k != nil && k.call != nil {
		k.call.recorded = true
	}
	if w.effect != nil && len(written) > 0 {
		w.effect.taken = true
	}
	if w.effect != nil && slices.ContainsFunc(written, func(key string) bool { return strings.Contains(key, "/log/") }) {
		w.effect.effects++
		w.arrived = append(w.arrived, w.effect)
	}
}
