package teams_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// TestTyping: a typing activity of the specialist who joined is heard, and changes nothing.
func TestTyping(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "// a line, to learn how Ana's activities look")
	must(t, err)
	deliveries := w.service.Deliveries()
	before, err := w.desk.Conversation(t.Context(), id)
	must(t, err)

	heard := make(chan handoff.Typing, 1)
	go func() {
		defer close(heard)
		for typing := range w.desk.Typing(t.Context()) {
			heard <- typing
			return
		}
	}()
	for {
		var a activity.Activity
		must(t, json.Unmarshal(deliveries[len(deliveries)-1].Activity, &a))
		a.ID, a.Timestamp, a.Type, a.Text, a.TextFormat, a.Attachments = "", "", activity.TypeTyping, "", "", nil
		answer, err := w.service.Deliver(t.Context(), &a)
		must(t, err)
		if answer.Status != http.StatusOK {
			t.Fatalf("typing was answered %d %s", answer.Status, answer.Body)
		}
		select {
		case typing := <-heard:
			if typing.Conversation != id || typing.From.Name != w.ana.Name {
				t.Errorf("heard %+v", typing)
			}
			after, err := w.desk.Conversation(t.Context(), id)
			must(t, err)
			if after.LastSeq != before.LastSeq {
				t.Error("typing is in the log")
			}
			return
		default: // the reader is not there yet
		}
	}
}
