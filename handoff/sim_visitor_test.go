package handoff

import (
	"fmt"
	"strings"
	"time"
)

// simVisitor is a person on the website with the widget: it repeats a line until it is acknowledged, follows the stream
// from where it was, and ignores what it has seen.
type simVisitor struct {
	w     *simWorld
	name  string
	conv  ID
	lines []*simLine
	ask   string        // the key of a wish that is not answered yet
	asked map[string]ID // what wishes were answered
	tries int           // requests in a row that came to nothing
	last  Seq
	seen  []Event
	link  int // the stream that is open; 0: none
}

const wantsPerson = ": a person please" // in a line, lets the agent ask for one

// simLine is something the visitor has written.
type simLine struct {
	client, text string
	said         *Said // the first acknowledgement
}

// patience is how long the widget waits before it tries again: longer each time, up to a minute.
func (v *simVisitor) patience() time.Duration {
	v.tries++
	return min(time.Second<<min(v.tries, 6), time.Minute)
}

// arrive lets a visitor begin to write.
func (w *simWorld) arrive() {
	v := &simVisitor{w: w, name: fmt.Sprintf("v%d", len(w.visitors)+1), asked: map[string]ID{}}
	w.visitors = append(w.visitors, v)
	v.begin()
}

func (v *simVisitor) begin() {
	var started Started
	err, died := v.w.ask("conversation", func() (err error) {
		started, err = v.w.desk.Start(noContext, NewConversation{Agent: "ava", Visitor: Visitor{Name: v.name}})
		return err
	})
	if err != nil || died || v.w.happens(faultAnswer, v.w.answers) {
		v.w.refused(err)
		v.w.later(v.patience(), v.begin)
		return
	}
	v.conv = started.Conversation.ID
	v.tries = 0
	v.connect()
}

// write is a line on its way.
func (v *simVisitor) write() {
	n := len(v.lines) + 1
	l := &simLine{client: fmt.Sprint("c", n), text: fmt.Sprintf("%s says %d", v.name, n)}
	if v.w.below(6) == 5 {
		l.text += wantsPerson
	}
	v.lines = append(v.lines, l)
	v.send(l)
}

func (v *simVisitor) send(l *simLine) {
	w := v.w
	again := func() { w.later(v.patience(), func() { v.send(l) }) }
	if v.conv == "" || w.happens(faultRequest, w.answers) {
		again()
		return
	}
	var said Said
	err, died := w.ask("visitor's line", func() (err error) {
		w.tell("%s: %q", v.name, l.text)
		said, err = w.desk.FromVisitor(noContext, v.conv, Say{ClientID: l.client, Text: l.text})
		return err
	})
	switch {
	case err != nil || died:
		w.refused(err)
		again()
		return
	case l.said != nil && (said.ID != l.said.ID || said.Seq != l.said.Seq || !said.Repeated):
		w.broken("%q was acknowledged as %+v and again as %+v", l.text, *l.said, said)
	case w.happens(faultAnswer, w.answers):
		again()
		return
	}
	l.said, v.tries = &said, 0
	if w.happens(faultTwice, w.repeats) {
		again()
	}
}

// refused says that an input that failed must say that it may come again.
func (w *simWorld) refused(err error) {
	if err != nil && CodeOf(err) != CodeStore {
		w.broken("an input was refused: %v", err)
	}
}

// wish asks for a person, until there is an answer.
func (v *simVisitor) wish() {
	if v.ask == "" {
		v.ask = fmt.Sprint("wish ", v.w.number())
		v.request(v.ask)
	}
}

func (v *simVisitor) request(key string) {
	w := v.w
	again := func() { w.later(v.patience(), func() { v.request(key) }) }
	if v.conv == "" || w.happens(faultRequest, w.answers) {
		again()
		return
	}
	var answer Answer
	err, died := w.ask("request", func() (err error) {
		w.tell("%s asks for a person", v.name)
		answer, err = w.desk.Request(noContext, v.conv, Request{Key: key, By: FromVisitor, Reason: "asked"})
		return err
	})
	switch {
	case CodeOf(err) == CodeUnderWay:
		v.ask = ""
		return
	case err != nil || died || w.happens(faultAnswer, w.answers):
		w.refused(err)
		again()
		return
	}
	if before, known := v.asked[key]; known && before != answer.Handoff {
		w.broken("a wish was answered with %s and again with %s", before, answer.Handoff)
	}
	v.asked[key], v.ask, v.tries = answer.Handoff, "", 0
	if w.happens(faultTwice, w.repeats) {
		again()
	}
}

// leave ends the handoff, if there is one and the desk can.
func (v *simVisitor) leave() {
	if v.conv == "" {
		return
	}
	err, _ := v.w.ask("visitor's end", func() error {
		v.w.tell("%s ends the handoff", v.name)
		_, err := v.w.desk.End(noContext, v.conv, FromVisitor)
		return err
	})
	if CodeOf(err) != CodeNoHandoff {
		v.w.refused(err)
	}
}

// connect opens the stream behind what was seen last.
func (v *simVisitor) connect() {
	w := v.w
	if v.link != 0 {
		return
	}
	link := w.number()
	v.link = link
	w.hire("stream", func() {
		epoch, err := w.desk.Epoch(w.life)
		if err != nil {
			v.cut()
			return
		}
		if w.epoch == "" {
			w.epoch = epoch
		}
		if epoch != w.epoch {
			w.broken("the epoch was %s and is %s", w.epoch, epoch)
		}
		for e, err := range w.desk.Events(w.life, v.conv, v.last) {
			w.mayDie(pointEvent, "")
			if err != nil || v.link != link || w.happens(faultLostEvent, w.answers/4) {
				v.cut()
				return
			}
			v.read(e)
			w.breathe()
		}
	})
}

// cut ends the connection; the widget comes back.
func (v *simVisitor) cut() {
	if v.link != 0 {
		v.link = 0
		v.w.later(3*time.Second, v.connect)
	}
}

// read is an event that has arrived.
func (v *simVisitor) read(e Event) {
	if e.Seq != v.last+1 {
		v.w.broken("P3: %s saw event %d after event %d", v.name, e.Seq, v.last)
	}
	v.last = e.Seq
	v.seen = append(v.seen, e)
}

// view is what the visitor sees: each message with its last text, in order.
func (v *simVisitor) view() (messages []Message) {
	at := map[string]int{}
	for _, e := range v.seen {
		if e.Message == nil {
			continue
		}
		i, known := at[e.Message.ID]
		switch {
		case e.Name == EventMessage && known:
			v.w.broken("P3: %s saw the message %s twice", v.name, e.Message.ID)
		case e.Name == EventMessage:
			at[e.Message.ID] = len(messages)
			messages = append(messages, *e.Message)
		case known:
			messages[i] = *e.Message
		default:
			v.w.broken("P3: %s saw a change of a message that is not there", v.name)
		}
	}
	return messages
}

// lineSeq finds the place of a visitor's line in its log.
func (w *simWorld) lineSeq(text string) (Seq, bool) {
	for _, v := range w.visitors {
		if !strings.HasPrefix(text, v.name+" ") {
			continue
		}
		for _, l := range v.lines {
			if l.text == text {
				return w.placeOf(v, l)
			}
		}
	}
	return 0, false
}

// placeOf asks the store: the desk may carry a line whose acknowledgement was lost.
func (w *simWorld) placeOf(v *simVisitor, l *simLine) (Seq, bool) {
	if l.said != nil {
		return l.said.Seq, true
	}
	for e := range w.logOf(v.conv) {
		if e.Name == EventMessage && e.Message.Text == l.text {
			return e.Seq, true
		}
	}
	return 0, false
}
