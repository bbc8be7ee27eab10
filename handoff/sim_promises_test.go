package handoff

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/store"
)

// eachRow reads rows beside the desk.
func eachRow[T any](w *simWorld, prefix string) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		_ = w.memory.View(noContext, func(tx store.Tx) error {
			for key, raw := range tx.Scan(prefix, "") {
				value, err := store.Decode[T](key, raw)
				if err != nil {
					w.broken("%v", err)
				}
				if !yield(key, value) {
					return nil
				}
			}
			return nil
		})
	}
}

func row[T any](w *simWorld, key string) (value T, found bool) {
	_ = w.memory.View(noContext, func(tx store.Tx) (err error) {
		value, found, err = store.Get[T](tx, key)
		return err
	})
	return value, found
}

func (w *simWorld) logOf(id ID) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, e := range eachRow[Event](w, logRows(id)) {
			if !yield(e) {
				return
			}
		}
	}
}

// settled says whether nothing is under way any more.
func (w *simWorld) settled() bool {
	for range eachRow[job](w, outboxRows) {
		return false
	}
	for range eachRow[turn](w, turnRows) {
		return false
	}
	for _, in := range w.inputs {
		if !in.done && in.tries < simTries {
			return false
		}
	}
	for _, v := range w.visitors {
		c, _ := row[Conversation](w, recordKey(v.conv))
		unsaid := slices.ContainsFunc(v.lines, func(l *simLine) bool { return l.said == nil })
		if v.conv == "" || unsaid || v.ask != "" || v.last != c.LastSeq {
			return false
		}
	}
	return true
}

// checkPromises compares everything with everything, when all is settled.
func (w *simWorld) checkPromises() {
	for _, v := range w.visitors {
		w.checkLog(v)
		w.checkLines(v)
	}
	w.checkTeams()
	w.checkCopies()
	w.checkBooks()
	w.count()
}

// count notes what the run was about, so that nobody mistakes runs in which nothing happened for runs in which nothing broke.
func (w *simWorld) count() {
	for _, v := range w.visitors {
		w.met["seen: visitor's lines acknowledged"] += len(v.lines)
		for e := range w.logOf(v.conv) {
			switch {
			case e.Name == EventMessage && e.Message.From.Kind == FromSpecialist:
				w.met["seen: specialist's lines with the visitor"]++
			case e.Name == EventHandoff:
				w.met["seen: handoffs "+string(e.Handoff.State)]++
			}
		}
	}
	for _, p := range w.teams.posts {
		w.met["seen: posts, "+string(p.Kind)]++
		if p.Ordinal > 1 {
			w.met["seen: posts that say that they may be there already"]++
		}
	}
	for range eachRow[job](w, heldRows) {
		w.met["seen: posts held at the end"]++
	}
	for range eachRow[job](w, deadRows) {
		w.met["seen: posts dead at the end"]++
	}
}

// checkLog sees that the log has no hole (I5), that the visitor saw all of it, and that states follow each other.
func (w *simWorld) checkLog(v *simVisitor) {
	var n Seq
	state, who := StateAgent, ""
	said := map[string]bool{}
	joined := map[string]bool{}
	for e := range w.logOf(v.conv) {
		if n++; e.Seq != n {
			w.broken("I5: event %d of %s has the seq %d", n, v.name, e.Seq)
		}
		switch {
		case e.Name == EventHandoff && e.Handoff.State == state:
			w.broken("the state of %s changes from %s to %s", v.name, state, state)
		case e.Name == EventHandoff && e.Handoff.State == StateJoined && state != StateWaiting:
			w.broken("somebody joins %s, which is with %s", v.name, state)
		case e.Name == EventHandoff:
			if state = e.Handoff.State; state == StateJoined {
				who = e.Handoff.Specialist.Name
				joined[who] = true
			}
		case e.Name == EventMessage && e.Message.From.Kind == FromSpecialist:
			if state != StateJoined || who != e.Message.From.Name {
				w.broken("%s hears %s, who has not joined", v.name, e.Message.From.Name)
			}
		case e.Name == EventMessage && (e.Message.From.Kind == FromVisitor || strings.HasPrefix(e.Message.Text, "re ")):
			if said[e.Message.Text] {
				w.broken("P1: %q stands twice in the log of %s", e.Message.Text, v.name)
			}
			said[e.Message.Text] = true
		}
	}
	if len(v.seen) != int(n) {
		w.broken("P3: %s saw %d of %d events", v.name, len(v.seen), n)
	}
	v.view()
}

// checkLines sees what became of each line that a visitor wrote: it stands in the log where it was acknowledged (I1), and it
// is in the channel or the visitor was told that it may not be (I2).
func (w *simWorld) checkLines(v *simVisitor) {
	events := slices.Collect(w.logOf(v.conv))
	for _, l := range v.lines {
		if l.said.Seq > Seq(len(events)) || events[l.said.Seq-1].Message == nil || events[l.said.Seq-1].Message.Text != l.text {
			w.broken("I1: %q was acknowledged and is not in the log", l.text)
		}
		if h := handoffAt(events[:l.said.Seq]); h != "" {
			w.checkDelivery(v, l, h, events)
		}
	}
}

// handoffAt is the handoff that is under way at the end of a log.
func handoffAt(events []Event) (id ID) {
	for _, e := range events {
		if e.Name == EventHandoff {
			if id = e.Handoff.Handoff; e.Handoff.State == StateAgent {
				id = ""
			}
		}
	}
	return id
}

func (w *simWorld) checkDelivery(v *simVisitor, l *simLine, handoff ID, events []Event) {
	state, found := row[DeliveryState](w, deliveryKey(v.conv, l.said.ID))
	if !found {
		w.broken("I2: nobody knows what became of %q", l.text)
	}
	var shown DeliveryState
	for _, e := range events {
		if e.Name == EventDelivery && e.Delivery.Message == l.said.ID {
			shown = e.Delivery.State
		}
	}
	if shown != state {
		w.broken("P6: %q is %s, and the visitor was told that it is %q", l.text, state, shown)
	}
	stands := slices.ContainsFunc(w.teams.posts, func(p *simPost) bool { return slices.Contains(p.what, l.text) })
	switch state {
	case DeliverySent:
		if !stands && !w.teams.decided[l.text] {
			w.broken("I2: %q is called sent and is nowhere", l.text)
		}
	case DeliveryUncertain:
		for _, j := range eachRow[job](w, heldRows) {
			if j.Message == l.said.ID {
				return
			}
		}
		w.broken("I2: %q is in doubt, and nobody can decide about it", l.text)
	case DeliveryFailed:
		h, _ := row[Handoff](w, handoffKey(handoff))
		refused := slices.ContainsFunc(w.teams.calls, func(c *simCall) bool {
			return c.plain && !c.posted && slices.Contains(c.what, l.text)
		})
		if !refused && len(h.Threads) == len(h.Channels) && !w.doubted("thread "+string(handoff)) {
			w.broken("I2: %q has failed without a reason", l.text)
		}
	}
}

func (w *simWorld) doubted(what string) bool {
	return slices.ContainsFunc(w.teams.calls, func(c *simCall) bool { return c.doubtful() && slices.Contains(c.what, what) })
}

// checkBooks sees that what is known of the queues without looking is so.
func (w *simWorld) checkBooks() {
	for key := range eachRow[json.RawMessage](w, backlogs) {
		w.broken("the books know of jobs that are not there: %s", key)
	}
	kept := map[ID]depth{}
	for _, j := range eachRow[job](w, heldRows) {
		kept[j.Channel] = kept[j.Channel].plus(depth{Held: 1})
	}
	for _, j := range eachRow[job](w, deadRows) {
		kept[j.Channel] = kept[j.Channel].plus(depth{Dead: 1})
	}
	for key, d := range eachRow[depth](w, depths) {
		if channel := ID(key[len(depths):]); d != kept[channel] {
			w.broken("the books of %s say %+v, and it is %+v", channel, d, kept[channel])
		}
	}
}

// checkTeams sees that what was acknowledged to Teams is with the visitor, once and in order (P2, P3).
func (w *simWorld) checkTeams() {
	for _, in := range w.inputs {
		if in.effects > 1 {
			w.broken("P2: an input took effect %d times: %s", in.effects, in.told)
		}
	}
	for _, v := range w.visitors {
		var want, got []string
		for _, in := range w.arrived {
			if in.line != nil && in.relayedTo(w) == v.conv {
				want = append(want, in.line.Text)
			}
		}
		for e := range w.logOf(v.conv) {
			if e.Name == EventMessage && e.Message.From.Kind == FromSpecialist {
				line := w.lineOf(e.Message.ID, v.conv, e.Seq).line
				if line.Person.Name != e.Message.From.Name || internal(line.Text) {
					w.broken("P3: %s hears %q as %s's", v.name, line.Text, e.Message.From.Name)
				}
				got = append(got, line.Text)
			}
		}
		if !slices.Equal(got, want) {
			w.broken("P3: %s hears %q, want %q", v.name, got, want)
		}
		w.checkTexts(v)
	}
	for _, in := range w.inputs {
		if in.line != nil && in.done && (in.heard == HeardRelayed) != (in.effects == 1) {
			w.broken("P2: %s was %s and took effect %d times", in.told, in.heard, in.effects)
		}
	}
}

// relayedTo is the conversation whose log a line stands in.
func (in *simInput) relayedTo(w *simWorld) ID {
	owner, _ := row[messageOwner](w, ownerKey(in.line.Place.Channel, in.id))
	return owner.Conversation
}

// lineOf finds what somebody wrote by the event that it became.
func (w *simWorld) lineOf(message string, conversation ID, seq Seq) *simInput {
	for _, in := range w.inputs {
		if in.line == nil {
			continue
		}
		if owner, found := row[messageOwner](w, ownerKey(in.line.Place.Channel, in.id)); found && owner.Conversation == conversation && owner.Seq == seq {
			return in
		}
	}
	w.broken("nobody wrote the message %s", message)
	return nil
}

// checkTexts compares the last text of each relayed line with what Teams has told.
func (w *simWorld) checkTexts(v *simVisitor) {
	for _, m := range v.view() {
		if m.From.Kind != FromSpecialist {
			continue
		}
		in := w.lineOf(m.ID, v.conv, m.Seq)
		text, deleted := in.lastText(w)
		if !in.unsure && (m.Deleted != deleted || !deleted && m.Text != text) {
			w.broken("F22: %s reads %q (removed: %v), and in Teams it is %q (removed: %v)", v.name, m.Text, m.Deleted, text, deleted)
		}
	}
}

// lastText is what a line says after those changes that the desk has acknowledged, or has taken although its answer was lost.
func (in *simInput) lastText(w *simWorld) (text string, deleted bool) {
	text = in.line.Text
	for _, other := range w.inputs { // in the order in which they were made
		if other.of == in && (other.done || other.taken) {
			text, deleted = other.change.Text, (deleted || other.change.Delete) && !other.change.Restore
		}
	}
	return text, deleted
}

// checkCopies is I3: not more copies than doubts, at most two, and only one that does not say that it may be a copy. Besides,
// whoever was promised a person has one asked.
func (w *simWorld) checkCopies() {
	stands, plain, doubts := map[string]int{}, map[string]int{}, map[string]int{}
	for _, p := range w.teams.posts {
		for _, what := range p.what {
			if w.teams.decided[what] {
				continue
			}
			key := string(p.Channel.ID) + ": " + what
			if stands[key]++; p.Ordinal < 2 {
				plain[key]++
			}
		}
	}
	for _, c := range w.teams.calls {
		for _, what := range c.what {
			if c.doubtful() {
				doubts[string(c.channel)+": "+what]++
			}
		}
	}
	for key, n := range stands {
		if n > 1+doubts[key] || n > 2 || plain[key] > 1 {
			w.broken("I3: %s stands there %d times, %d without a mark, after %d doubts", key, n, plain[key], doubts[key])
		}
	}
	for _, v := range w.visitors {
		for e := range w.logOf(v.conv) {
			if e.Name == EventMessage && e.Message.Text == DefaultTexts[TextAsking] && !w.anybodyAsked(v) {
				w.broken("%s was promised a person, and nobody was asked", v.name)
			}
		}
	}
}

func (w *simWorld) anybodyAsked(v *simVisitor) bool {
	return slices.ContainsFunc(w.teams.posts, func(p *simPost) bool { return p.Kind == PostThread && p.View.Conversation.ID == v.conv })
}

// stuck tells what is still under way.
func (w *simWorld) stuck() string {
	var b strings.Builder
	for key, j := range eachRow[job](w, outboxRows) {
		fmt.Fprintf(&b, "%s: %s %s, not before %v\n", key, j.Kind, j.Phase, j.NotBefore)
	}
	for key := range eachRow[turn](w, turnRows) {
		fmt.Fprintln(&b, key)
	}
	for _, in := range w.inputs {
		if !in.done && in.tries < simTries {
			fmt.Fprintln(&b, "not acknowledged:", in.told)
		}
	}
	for _, v := range w.visitors {
		fmt.Fprintf(&b, "%s has seen %d\n", v.name, v.last)
	}
	return b.String()
}
