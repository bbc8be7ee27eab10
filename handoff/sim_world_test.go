package handoff

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/storetest"
)

// simWorld is everything in one run: the desk's real code over a store in memory, a Teams that fails, visitors and
// specialists, and a clock that goes on when nothing else does. It runs in one goroutine. What lives on in the desk (lanes,
// clock, agent, streams) is a worker that is resumed here and stops wherever it waits, calls or has read the store.
type simWorld struct {
	simDice
	simFaults
	began  time.Time
	now    time.Time     // the real one
	skew   time.Duration // how far the desk's clock is off
	skewed bool          // it was ever set
	memory *storetest.Memory
	teams  *simTeams

	// One life of the process.
	desk    *Desk
	life    context.Context
	end     context.CancelFunc
	started time.Time
	workers []*simWorker
	lanes   map[ID]*simWorker
	outbox  <-chan struct{}
	relook  bool // a lane has ended: look for others
	current *simWorker
	doing   string    // what the desk is asked to do, where no worker is at work
	effect  *simInput // the input from Teams that is under way
	dying   bool      // the process is gone, or a promise is broken
	promise string    // which
	full    bool      // the disk
	calm    bool      // nothing goes wrong any more

	agenda   []simMoment
	visitors []*simVisitor
	inputs   []*simInput
	arrived  []*simInput // in the order in which the desk took them
	epoch    string
	numbers  int
	told     *strings.Builder // nil: nobody listens
}

// simMoment is something that happens outside of the desk at its time.
type simMoment struct {
	at time.Time
	do func()
}

// simWorker is a part of the desk that lives on.
type simWorker struct {
	kind  string
	next  func() (simRest, bool)
	stop  func()
	yield func(simRest) bool
	rest  simRest
	call  *simCall // a lane's, from its beginning until its outcome is written down
}

// simRest is why a worker does not go on: neither its moment nor a wake has come.
type simRest struct {
	until time.Time
	wake  <-chan struct{}
}

// simDied unwinds what was under way when the process died; simBroken when a promise was broken.
type simDied struct{}
type simBroken struct{}

// broken ends the run. Like everything that panics here it also works where the desk catches panics: nothing of a dying
// process reaches the store.
func (w *simWorld) broken(format string, args ...any) {
	if w.promise == "" {
		w.promise = fmt.Sprintf(format, args...)
	}
	w.dying = true
	panic(simBroken{})
}

func (w *simWorld) tell(format string, args ...any) {
	if w.told != nil {
		fmt.Fprintf(w.told, "%s "+format+"\n", append([]any{w.now.Sub(w.began)}, args...)...)
	}
}

func (w *simWorld) number() int {
	w.numbers++
	return w.numbers
}

// start begins a life of the process on what the store holds.
func (w *simWorld) start() {
	w.desk = NewDesk(simEngine{w}, Config{Platforms: []Platform{w.teams}, Clock: func() time.Time { return w.now.Add(w.skew) }, Rand: w.spread, Heartbeat: simHeartbeat})
	w.desk.sleep = w.sleep
	w.desk.ticks = func() time.Duration { return w.now.Sub(w.started) }
	w.life, w.end = context.WithCancel(context.Background())
	w.started, w.dying, w.current = w.now, false, nil
	w.workers, w.lanes, w.relook = nil, map[ID]*simWorker{}, true
	w.outbox = w.memory.Watch(w.life, outboxRows)
	w.hire("catch-up", func() { w.desk.complain("list", w.desk.catchUp(w.life)) })
	w.hire("books", func() { w.desk.complain("open the books", w.desk.openBooks(w.life)) })
	w.hire("heart", func() { _ = w.desk.runHeart(w.life) })
	w.hire("clock", func() { _ = w.desk.runClock(w.life) })
	w.hire("agent", w.answerTurns)
	w.hire("agent", w.answerTurns) // of another replica
}

// spread is the desk's chance: as a fault it is drawn, otherwise it is the longest pause.
func (w *simWorld) spread() float64 {
	if w.calm {
		return 0.99
	}
	return float64(255-w.draw()) / 256
}

// die ends the life: what was not committed is forgotten, and what was under way comes back to nobody.
func (w *simWorld) die() {
	w.tell("the process dies")
	w.dismissAll()
	for _, v := range w.visitors {
		v.cut()
	}
	if w.happens(faultAway, 60) {
		w.now = w.now.Add(20 * time.Minute)
	}
	w.start()
}

// simHeartbeat is longer than a server's, so that hours cost less; three of them are missing when the process is away.
const simHeartbeat = 5 * time.Minute

func (w *simWorld) dismissAll() {
	w.dying = true
	w.end()
	for _, k := range w.workers {
		w.current = k
		k.stop()
	}
}

// hire lets a part of the desk live until work returns or the process dies.
func (w *simWorld) hire(kind string, work func()) *simWorker {
	k := &simWorker{kind: kind}
	k.next, k.stop = iter.Pull(func(yield func(simRest) bool) {
		defer func() {
			if r := recover(); r != nil && r != (simDied{}) {
				panic(r)
			}
		}()
		k.yield = yield
		work()
	})
	w.workers = append(w.workers, k)
	return k
}

// sleep is the desk's.
func (w *simWorld) sleep(ctx context.Context, wake <-chan struct{}, pause time.Duration) error {
	w.alive()
	r := simRest{wake: wake}
	if pause != untilWoken {
		r.until = w.now.Add(max(pause, 0))
	}
	w.pause(r)
	return ctx.Err()
}

// pause gives the turn away, until the worker is resumed.
func (w *simWorld) pause(r simRest) {
	if !w.current.yield(r) {
		panic(simDied{})
	}
}

// alive stops whatever a dying process still tries.
func (w *simWorld) alive() {
	if w.dying {
		panic(simDied{})
	}
}

// breathe lets others go between two steps of a worker's.
func (w *simWorld) breathe() {
	if w.current != nil && !w.calm && w.chance(400) {
		w.pause(simRest{until: w.now})
	}
}

// ready says whether a worker may go on.
func (w *simWorld) ready(k *simWorker) bool {
	return !k.rest.until.IsZero() && !k.rest.until.After(w.now) || len(k.rest.wake) > 0 || k.rest == simRest{}
}

// resume lets a worker go on until it rests again.
func (w *simWorld) resume(k *simWorker) {
	if len(k.rest.wake) > 0 {
		<-k.rest.wake
	}
	w.current = k
	rest, alive := k.next()
	w.current = nil
	if w.promise != "" {
		panic(simBroken{})
	}
	if k.rest = rest; !alive {
		w.dismiss(k)
	}
	if w.dying {
		w.die()
	}
}

func (w *simWorld) dismiss(k *simWorker) {
	w.workers = slices.DeleteFunc(w.workers, func(other *simWorker) bool { return other == k })
	for channel, lane := range w.lanes {
		if lane == k {
			delete(w.lanes, channel)
			w.relook = true
		}
	}
}

// staff keeps a worker for each lane that has jobs, as Desk.runLanes does.
func (w *simWorld) staff() {
	if len(w.outbox) == 0 && !w.relook || w.life.Err() != nil {
		return
	}
	if len(w.outbox) > 0 {
		<-w.outbox
	}
	w.relook = false
	lanes, err := w.desk.lanes(w.life)
	if err != nil {
		w.broken("lanes: %v", err)
	}
	for _, channel := range lanes {
		if w.lanes[channel] == nil {
			w.lanes[channel] = w.hire("lane", func() { w.desk.runLane(w.life, channel) })
		}
	}
}

// ask lets the desk do something for somebody outside. died says that the process was gone before it answered.
func (w *simWorld) ask(what string, fn func() error) (err error, died bool) {
	defer func() {
		if r := recover(); r != nil {
			if r != (simDied{}) {
				panic(r)
			}
			died = true
		}
		w.doing = ""
		if w.dying {
			w.die()
		}
	}()
	w.doing = what
	return fn(), false
}

// later does something after a while.
func (w *simWorld) later(after time.Duration, do func()) {
	w.agenda = append(w.agenda, simMoment{w.now.Add(after), do})
}

// go on: something that can happen now happens, whichever chance picks. False: nothing can.
func (w *simWorld) goOn() bool {
	w.staff()
	ready := make([]func(), 0, 8)
	for _, k := range w.workers {
		if w.ready(k) {
			ready = append(ready, func() { w.resume(k) })
		}
	}
	for i, m := range w.agenda {
		if !m.at.After(w.now) {
			ready = append(ready, func() {
				w.agenda = slices.Delete(w.agenda, i, i+1)
				m.do()
			})
		}
	}
	if len(ready) == 0 {
		return false
	}
	pick := 0
	if !w.calm {
		pick = w.below(len(ready))
	}
	ready[pick]()
	return true
}

// due is the next moment at which something can happen; zero: nothing is planned.
func (w *simWorld) due() (due time.Time) {
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	for _, k := range w.workers {
		if !k.rest.until.IsZero() {
			sooner(k.rest.until)
		}
	}
	for _, m := range w.agenda {
		sooner(m.at)
	}
	return due
}

// pass lets time go by, up to a moment, and everything happen that it brings. budget bounds the work.
func (w *simWorld) pass(until time.Time, budget int) {
	for ; budget > 0; budget-- {
		if w.goOn() {
			continue
		}
		due := w.due()
		if due.IsZero() || due.After(until) {
			w.now = later(w.now, until)
			return
		}
		w.now = later(w.now, due)
	}
}

// simEngine is the store as one life of the process sees it.
type simEngine struct{ w *simWorld }

func (e simEngine) View(ctx context.Context, fn func(store.Tx) error) error {
	e.w.alive()
	err := e.w.memory.View(ctx, fn)
	e.w.breathe()
	return err
}

var errRehearsed = errors.New("only to see that it may run more than once")

func (e simEngine) Update(ctx context.Context, fn func(store.Tx) error) error {
	w := e.w
	w.alive()
	if !w.calm && w.chance(20) {
		w.met[faultRehearsed]++
		_ = w.memory.Update(ctx, func(tx store.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return errRehearsed
		})
	}
	err := w.memory.Update(ctx, fn)
	if err == nil {
		w.breathe()
	}
	return err
}

func (e simEngine) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return e.w.memory.Watch(ctx, prefix)
}

func (e simEngine) Close() error { return nil }
