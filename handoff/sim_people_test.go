package handoff

import (
	"fmt"
	"time"
)

// simInput is what somebody did in Teams, on its way to the desk. It is delivered until it is acknowledged, and sometimes
// once more.
type simInput struct {
	what    string // the desk's deed
	id      string
	told    string
	do      func(w *simWorld) error
	done    bool // acknowledged
	taken   bool // something was committed because of it, whatever the answer was
	effects int  // commits that changed a log because of it
	tries   int

	// What a specialist's line is.
	line   *SpecialistLine
	heard  Heard
	change *Change
	of     *simInput // the line that a change is of

	removed bool // nobody can change the line any more
	unsure  bool // a change of the line came where nobody listened
}

var simPeople = []Person{{ID: "sam", Name: "Sam"}, {ID: "kim", Name: "Kim"}}

// teamsSends lets Teams deliver an input, after a while.
func (w *simWorld) teamsSends(in *simInput, after time.Duration) {
	w.inputs = append(w.inputs, in)
	in.id = fmt.Sprintf("a%d", w.number())
	w.later(after, func() { w.deliver(in) })
}

const simTries = 4 // after so many Teams gives up

func (w *simWorld) deliver(in *simInput) {
	life := w.life
	if in.of != nil && in.of.tries == 0 {
		w.meet(faultEditFirst)
	}
	in.tries++
	w.effect = in
	err, died := w.ask(in.what, func() error {
		w.tell("from Teams, %s: %s", in.id, in.told)
		return in.do(w)
	})
	w.effect = nil
	w.refused(err)
	again := func(after time.Duration) { w.later(after, func() { w.deliver(in) }) }
	switch {
	case err != nil || died || w.happens(faultUnanswered, w.answers):
		if in.tries < simTries || w.calm {
			again(15 * time.Second)
		}
		return
	}
	in.done = true
	for _, r := range []struct {
		fault string
		after time.Duration
	}{{faultAtOnce, 0}, {faultIn15, 15 * time.Second}, {faultIn30, 30 * time.Second}, {faultInHours, 3 * time.Hour}} {
		if in.tries < simTries && w.happens(r.fault, w.repeats/3) {
			w.later(r.after, func() {
				if r.fault == faultIn30 && in.what == "press" {
					in.id = fmt.Sprintf("a%d", w.number())
				}
				if w.life != life {
					w.meet(faultRestarted)
				}
				w.deliver(in)
			})
		}
	}
}

// delay is how long an input is on its way: two that are sent one after another can change places.
func (w *simWorld) delay() time.Duration {
	if w.calm {
		return 0
	}
	switch w.below(8) {
	case 7:
		w.meet(faultOrder)
		return 4 * time.Second
	case 6:
		return time.Second
	}
	return 0
}

// thread picks a thread that somebody sees, the newest first; nil: there is none.
func (w *simWorld) thread() *simPost {
	var roots []*simPost
	for i := len(w.teams.posts) - 1; i >= 0; i-- {
		if p := w.teams.posts[i]; p.Kind == PostThread {
			roots = append(roots, p)
		}
	}
	if len(roots) == 0 {
		return nil
	}
	if w.below(2) == 0 {
		return roots[0]
	}
	return roots[w.below(len(roots))]
}

// joined is the newest thread in which somebody has joined; nil: there is none.
func (w *simWorld) joined() *simPost {
	for i := len(w.teams.posts) - 1; i >= 0; i-- {
		if p := w.teams.posts[i]; p.holder != nil {
			return p
		}
	}
	return nil
}

func (p *simPost) place() Place { return Place{Channel: p.Channel.ID, Thread: p.thread} }

// press is a button on a card.
func (w *simWorld) press(verb Verb, who Person, root *simPost) *simInput {
	a := Act{Verb: verb, Person: who, Handoff: root.View.Handoff.ID, Card: root.id, Place: root.place()}
	in := &simInput{what: "press", told: fmt.Sprintf("%s presses %s in %s", who.Name, verb, root.thread)}
	in.do = func(w *simWorld) error {
		if a.Key == "" {
			a.Key = in.id // it stays the same press under every id
		}
		acted, err := w.desk.Act(noContext, a)
		w.tell("  %s", acted.Outcome)
		if err == nil && in.tries == 1 {
			w.checkActed(a, acted)
		}
		return err
	}
	return in
}

// checkActed compares the answer to a press with the store.
func (w *simWorld) checkActed(a Act, acted Acted) {
	if acted.View == nil {
		return
	}
	h := acted.View.Handoff
	joined := h.Stage == StageJoined && h.Specialist != nil
	switch acted.Outcome {
	case OutcomeAgain:
		if !joined || h.Specialist.ID != a.Person.ID {
			w.broken("%s was told that they had joined already", a.Person.Name)
		}
	case OutcomeDone:
		if a.Verb == VerbJoin && (!joined || h.Specialist.ID != a.Person.ID) {
			w.broken("%s was told that they had joined", a.Person.Name)
		}
	case OutcomeTaken:
		if !joined || h.Specialist.ID == a.Person.ID {
			w.broken("%s was told that somebody else had it", a.Person.Name)
		}
	}
}

// command is a word to the bot in a thread.
func (w *simWorld) command(verb Verb, who Person, root *simPost) *simInput {
	in := &simInput{what: "command", told: fmt.Sprintf("%s writes @bot %s in %s", who.Name, verb, root.thread)}
	in.do = func(w *simWorld) error {
		acted, err := w.desk.Act(noContext, Act{Key: in.id, Verb: verb, Person: who, Place: root.place()})
		w.tell("  %s", acted.Outcome)
		return err
	}
	return in
}

// say is a line in a thread.
func (w *simWorld) say(who Person, root *simPost) *simInput {
	text := fmt.Sprintf("%s writes %d", who.Name, w.number())
	if w.below(8) == 7 {
		text = "// " + text
	}
	in := &simInput{what: "specialist's line", told: fmt.Sprintf("%q in %s", text, root.thread)}
	in.line = &SpecialistLine{Place: root.place(), Person: who, Text: text}
	in.do = func(w *simWorld) error {
		in.line.Key, in.line.Message = in.id, in.id
		heard, err := w.desk.FromSpecialist(noContext, *in.line)
		if err != nil {
			return err
		}
		w.tell("  %s", heard)
		if in.heard != "" && in.heard != HeardNowhere && in.heard != heard {
			w.broken("%q was %s and again %s", text, in.heard, heard)
		}
		in.heard = heard
		return nil
	}
	return in
}

// amend is an edit or a removal of a line; nil: there is no line.
func (w *simWorld) amend() *simInput {
	var lines []*simInput
	for i := len(w.inputs) - 1; i >= 0; i-- {
		if w.inputs[i].line != nil && !w.inputs[i].removed {
			lines = append(lines, w.inputs[i])
		}
	}
	if len(lines) == 0 {
		return nil
	}
	of := lines[w.below(len(lines))]
	c := &Change{Channel: of.line.Place.Channel, Thread: of.line.Place.Thread, At: w.now.Add(time.Duration(w.numbers)), Text: fmt.Sprintf("%s, edited %d", of.line.Text, w.number()), Delete: w.below(5) == 4}
	of.removed = c.Delete
	return w.changing(of, c, fmt.Sprintf("a change of %q to %q, removed: %v", of.line.Text, c.Text, c.Delete))
}

// restore brings a removed line back.
func (w *simWorld) restore(of *simInput) *simInput {
	c := &Change{Channel: of.line.Place.Channel, Thread: of.line.Place.Thread, At: w.now.Add(time.Duration(w.numbers)), Text: fmt.Sprintf("%s, restored %d", of.line.Text, w.number()), Restore: true}
	of.removed = false
	return w.changing(of, c, fmt.Sprintf("%q is restored as %q", of.line.Text, c.Text))
}

func (w *simWorld) changing(of *simInput, c *Change, told string) *simInput {
	in := &simInput{what: "edit", change: c, of: of, told: told}
	in.do = func(w *simWorld) error {
		c.Key, c.Message = in.id, of.id
		if _, known := row[threadOwner](w, threadKey(c.Channel, c.Thread)); !known {
			of.removed, of.unsure = true, true // in a thread that is not acknowledged yet nobody listens
		}
		return w.desk.FromEdit(noContext, *c)
	}
	return in
}

// mention connects a channel again, and is confirmed there.
func (w *simWorld) mention() *simInput {
	in := &simInput{what: "connection", told: "the bot is mentioned"}
	in.do = func(w *simWorld) error {
		return w.desk.Connect(noContext, in.id, Channel{ID: "sales", Platform: "teams", Name: "Sales"}, "t0", "connected")
	}
	return in
}

// question is answered by the bot in the thread.
func (w *simWorld) question() *simInput {
	in := &simInput{what: "reply", told: "the bot is asked for help"}
	in.do = func(w *simWorld) error {
		return w.desk.Reply(noContext, in.id, Place{Channel: "sales", Thread: "t0"}, "help "+in.id)
	}
	return in
}

// answerTurns is the agent: it answers what waits, and looks again a moment after something has failed.
func (w *simWorld) answerTurns() {
	for w.life.Err() == nil {
		failed := false
		for turn, err := range w.desk.Turns(w.life) {
			if err == nil {
				w.breathe()
				err = w.desk.Answer(w.life, turn, w.reply(turn))
			}
			if failed = err != nil; failed {
				break
			}
		}
		if failed {
			_ = w.sleep(w.life, nil, time.Second)
		}
	}
}
