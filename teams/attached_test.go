package teams_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// TestWhatCannotBeRelayedIsTold: a file in a line for the visitor is told once in the thread. The copy of the text that
// comes with every message is no file.
func TestWhatCannotBeRelayedIsTold(t *testing.T) {
	const place = `<attachment id="9f2c5b"></attachment>`
	html := func(content string) activity.Attachment {
		raw, err := json.Marshal(content)
		must(t, err)
		return activity.Attachment{ContentType: activity.ContentHTML, Content: raw}
	}
	quote := activity.Attachment{ContentType: activity.ContentMessageReference, Content: json.RawMessage(`{"messageId":"1"}`)}
	for _, row := range []struct {
		name     string
		text     string
		attached []activity.Attachment
		told     bool
	}{
		{"a text and its copy", "Hello", []activity.Attachment{html("<p>Hello</p>")}, false},
		{"a text that names the tag", "Write <attachment id>", []activity.Attachment{html("<p>Write &lt;attachment id&gt;</p>")}, false},
		{"an answer to another message", "Yes", []activity.Attachment{quote, html(place + "<p>Yes</p>")}, false},
		{"a file in its copy alone", "Here is our offer", []activity.Attachment{html("<p>Here is our offer</p>" + place)}, true},
		{"a file beside a quote", "Here is our offer", []activity.Attachment{quote, html(place + "<p>Here is our offer</p>" + place)}, true},
		{"a file that is listed", "Here is our offer", []activity.Attachment{html("<p>Here is our offer</p>"), {ContentType: activity.ContentFileDownload, ContentURL: "https://northwind.sharepoint.example/offer.pdf", Name: "offer.pdf"}}, true},
		{"a card", "Look", []activity.Attachment{{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(`{}`)}, html("<p>Look</p>")}, true},
		{"a file that Teams does not mention", "", []activity.Attachment{html("")}, true},
		{"no attachments at all", "Hello", nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			id, thread := joined(t, w)
			_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "One moment")
			must(t, err)
			delivered := w.service.Deliveries()
			var a activity.Activity
			must(t, json.Unmarshal(delivered[len(delivered)-1].Activity, &a))
			a.ID, a.Text, a.Attachments = "1901", row.text, row.attached
			body, err := json.Marshal(&a)
			must(t, err)
			for range 2 {
				answer, err := w.service.SendRaw(t.Context(), body, bottest.TokenOptions{})
				must(t, err)
				if answer.Status != http.StatusOK {
					t.Fatalf("the line was answered %d", answer.Status)
				}
			}
			if row.text != "" {
				w.waitText(id, handoff.FromSpecialist, row.text)
			}
			w.wantTold(id, thread.ID, row.told)
		})
	}
}

// TestAFileInAMention: whoever has joined is not told that only whoever has joined is heard.
func TestAFileInAMention(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "", bottest.MentionBot(), bottest.HTML(`<attachment id="9f2c5b"></attachment>`))
	must(t, err)
	w.wantTold(id, thread.ID, true)
	for _, m := range w.service.Messages(thread.ID) {
		if strings.Contains(m.Text, "only the person who has joined") {
			t.Errorf("the thread reads %q", m.Text)
		}
	}
}

// wantTold counts what the thread reads of a file, once a later line of the visitor's stands in it.
func (w *world) wantTold(id handoff.ID, thread string, told bool) {
	w.t.Helper()
	w.say(id, "That is all")
	w.waitLine(thread, "That is all")
	want, times := 0, 0
	if told {
		want = 1
	}
	for _, m := range w.service.Messages(thread) {
		times += strings.Count(m.Text, "did not get the file")
	}
	if times != want {
		w.t.Errorf("the thread is told %d times, want %d", times, want)
	}
}
