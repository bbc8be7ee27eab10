package handoff

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/storetest"
)

var simBegin = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// simBases are stores with an agent and channels in them, one for each set of channels.
var simBases = sync.OnceValue(func() []*storetest.Memory {
	var bases []*storetest.Memory
	for _, policy := range []Policy{
		{Enabled: true, Channels: []ID{"sales"}, RemindSeconds: 120},
		{Enabled: true, Channels: []ID{"sales", "support"}},
		{Enabled: true, Channels: []ID{"sales"}, FallbackChannels: []ID{"support"}, WaitSeconds: 120},
	} {
		m := &storetest.Memory{}
		err := m.Update(noContext, func(tx store.Tx) error {
			for _, id := range []ID{"sales", "support"} {
				if err := store.Put(tx, channelKey(id), Channel{ID: id, Platform: "teams", State: ChannelConnected, ConnectedAt: simBegin}); err != nil {
					return err
				}
			}
			if err := remember(tx, "platform", "an old input", "", true, simBegin.Add(-2*keyTTL)); err != nil {
				return err
			}
			return store.Put(tx, agentKey("ava"), Agent{ID: "ava", Name: "Ava", Handoff: policy})
		})
		if err != nil {
			panic(err)
		}
		bases = append(bases, m)
	}
	return bases
})

// open begins a run: the first step of the schedule says what it is like.
func (w *simWorld) open(dice simDice) {
	w.simDice, w.began, w.now = dice, simBegin, simBegin
	w.teams = &simTeams{w: w, asked: map[ID][]time.Time{}, first: map[string]Seq{}, decided: map[string]bool{}}
	w.step()
	w.choose()
	w.memory = one(&w.simDice, simBases()...).Copy()
	w.memory.Before, w.memory.After = w.before, w.after
	w.start()
	for range 1 + w.below(3) {
		w.arrive()
	}
	if w.below(2) == 1 {
		w.visitors[0].wish()
	}
}

// reply is what the agent makes of a line.
func (w *simWorld) reply(t Turn) Reply {
	r := Reply{Text: fmt.Sprintf("re %d", t.Seq)}
	if n := len(t.Messages); n > 0 && strings.HasSuffix(t.Messages[n-1].Text, wantsPerson) {
		r.Handoff = &Request{By: FromAgent, Reason: "asked"}
	}
	return r
}

// simVerbs are what a step can be. The first is what nothing drawn means.
var simVerbs = []func(w *simWorld){
	(*simWorld).work, (*simWorld).work, (*simWorld).work, (*simWorld).work, (*simWorld).work,
	(*simWorld).workOff, (*simWorld).workOff, (*simWorld).workOff, (*simWorld).workOff,
	(*simWorld).wait, (*simWorld).wait, (*simWorld).wait,
	func(w *simWorld) { w.visitor().write() },
	func(w *simWorld) { w.visitor().write() },
	func(w *simWorld) { w.visitor().write() },
	func(w *simWorld) { w.visitor().write() },
	func(w *simWorld) {
		v := w.visitor()
		for range 2 + w.below(4) {
			v.write()
		}
	},
	func(w *simWorld) { w.visitor().wish() },
	func(w *simWorld) { w.visitor().wish() },
	func(w *simWorld) { w.visitor().wish() },
	func(w *simWorld) { w.visitor().leave() },
	func(w *simWorld) { w.visitor().leave() },
	(*simWorld).joins, (*simWorld).joins, (*simWorld).joins,
	(*simWorld).joinsBoth,
	(*simWorld).writes, (*simWorld).writes, (*simWorld).writes, (*simWorld).writes,
	(*simWorld).amends, (*simWorld).amends,
	(*simWorld).ends, (*simWorld).ends,
	(*simWorld).addresses,
	(*simWorld).decides,
	(*simWorld).loses,
	(*simWorld).stops,
	(*simWorld).disturbs,
}

// play runs the steps of the schedule, then lets everything come to rest and looks at the promises.
func (w *simWorld) play() {
	for w.step() {
		simVerbs[w.below(len(simVerbs))](w)
		w.mayDieIdle()
	}
	w.calm, w.full, w.skew = true, false, 0
	w.tell("nothing goes wrong any more")
	for range 100 {
		w.pass(w.now.Add(30*time.Minute), 20_000)
		if w.settled() {
			w.pass(w.now.Add(2*time.Minute), 20_000) // late posts
			w.checkPromises()
			w.end()
			return
		}
	}
	w.broken("I6: this does not come to rest:\n%s", w.stuck())
}

func (w *simWorld) mayDieIdle() {
	_, _ = w.ask("", func() error {
		w.mayDie(pointIdle, "")
		return nil
	})
}

// work lets a few things happen.
func (w *simWorld) work() {
	for range 1 + w.below(8) {
		if !w.goOn() {
			w.nap(5 * time.Second)
		}
	}
}

// workOff lets everything happen that can happen now.
func (w *simWorld) workOff() { w.pass(w.now.Add(one(&w.simDice, 0, time.Second, 3*time.Second)), 200) }

// nap goes on to the next moment, if it is near.
func (w *simWorld) nap(most time.Duration) {
	if due := w.due(); !due.IsZero() && due.Sub(w.now) <= most {
		w.now = due
	}
}

// wait lets time go by.
func (w *simWorld) wait() {
	w.pass(w.now.Add(one(&w.simDice, 5*time.Second, 20*time.Second, 30*time.Second, time.Minute, time.Minute, 10*time.Minute, time.Hour)), 400)
}

func (w *simWorld) visitor() *simVisitor {
	if w.below(16) == 15 && len(w.visitors) < 4 {
		w.arrive()
	}
	return w.visitors[w.below(len(w.visitors))]
}

func (w *simWorld) person() Person { return simPeople[w.below(len(simPeople))] }

func (w *simWorld) joins() {
	if root := w.thread(); root != nil {
		w.teamsSends(w.press(VerbJoin, w.person(), root), w.delay())
	}
}

// joinsBoth is two people who press at once.
func (w *simWorld) joinsBoth() {
	if root := w.thread(); root != nil {
		w.meet(faultTwoPresses)
		for _, who := range simPeople {
			w.teamsSends(w.press(VerbJoin, who, root), 0)
		}
	}
}

func (w *simWorld) writes() {
	root, who := w.thread(), w.person()
	if joined := w.joined(); joined != nil && w.below(4) > 0 {
		root, who = joined, *joined.holder
	}
	if root != nil {
		w.teamsSends(w.say(who, root), w.delay())
	}
}

func (w *simWorld) amends() {
	if in := w.amend(); in != nil {
		w.teamsSends(in, w.delay())
		if in.change.Delete && w.below(2) == 1 {
			w.teamsSends(w.restore(in.of), w.delay())
		}
	}
}

// ends is the end of a handoff, by a press or by a word to the bot.
func (w *simWorld) ends() {
	root := w.thread()
	if root == nil {
		return
	}
	verb, who := one(&w.simDice, VerbEnd, VerbLeave, VerbBack), w.person()
	in := w.press(verb, who, root)
	if w.below(2) == 1 {
		in = w.command(verb, who, root)
	}
	w.teamsSends(in, w.delay())
}

// decides is an admin who looks at what could not be delivered.
func (w *simWorld) decides() {
	var kept []job
	for _, rows := range []string{heldRows, deadRows} {
		for _, j := range eachRow[job](w, rows) {
			kept = append(kept, j)
		}
	}
	if len(kept) == 0 {
		return
	}
	j := kept[w.below(len(kept))]
	id := strconv.FormatUint(j.N, 10)
	decision, do := "sent again", func() error { return w.desk.SendAgain(noContext, id, nil) }
	if j.Kind != PostThread && w.below(2) == 1 {
		decision, do = "marked as sent", func() error { return w.desk.MarkSent(noContext, id, Receipt{}, nil) }
	}
	w.meet(faultDecided)
	w.teams.decided[j.Text] = true
	w.teams.decided[string(j.Kind)+" "+string(j.Handoff)] = true
	err, _ := w.ask("decision", func() error {
		w.tell("the post %s, a %s, is %s", id, j.Kind, decision)
		return do()
	})
	w.refused(err)
}

// addresses is what is said to the bot outside of a handoff.
func (w *simWorld) addresses() {
	in := w.question()
	if w.below(2) == 1 {
		in = w.mention()
	}
	w.teamsSends(in, w.delay())
}

// loses is a stream that is cut.
func (w *simWorld) loses() {
	if v := w.visitor(); v.link != 0 {
		w.meet(faultCut)
		v.cut()
	}
}

// stops is an update: the process stops in good order, which is to finish the calls it has begun.
func (w *simWorld) stops() {
	w.meet(faultStopped)
	calls := func() bool {
		for _, k := range w.lanes {
			if k.call != nil {
				return true
			}
		}
		return false
	}
	w.end()
	life := w.life
	for n := 0; calls() && n < 200 && w.life == life; n++ {
		if !w.goOn() {
			w.nap(time.Minute)
		}
	}
	if w.life == life {
		w.die()
	}
}

// disturbs is the disk, which fills and is cleared after a while, and the clock, which somebody sets.
func (w *simWorld) disturbs() {
	switch {
	case w.jumps && w.below(2) == 1:
		w.meet(faultJump)
		w.skew = one(&w.simDice, 0, time.Hour, -time.Hour)
		w.skewed = true
	case w.commits > 0:
		w.full = true
		w.later(one(&w.simDice, 10*time.Second, 40*time.Second, 10*time.Minute), func() { w.full = false })
	}
}
