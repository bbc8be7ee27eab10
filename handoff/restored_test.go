package handoff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// TestRestoredWithoutItsText: the platform may keep to itself what a restored message says, and a message that was removed
// before it came never reached the visitor. Then the thread is told once.
func TestRestoredWithoutItsText(t *testing.T) {
	const told = "notice: Dana does not have the message that was restored here; please write it again."
	for _, row := range []struct {
		name string
		text string
		line func(*house, time.Time)
	}{
		{"no text", "", func(h *house, at time.Time) { h.hand("m", "49 euros", at); h.changes("m", "", at.Add(time.Second)) }},
		{"removed before it came", "49 euros", func(h *house, at time.Time) { h.changes("m", "", at.Add(time.Second)); h.hand("m", "49 euros", at) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, id := h.joined("Dana")
				at := time.Now()
				row.line(h, at)
				before := h.log(dana)
				h.chat.forget()
				for range 3 { // Teams delivers again
					h.must(h.desk.FromEdit(h.Context(), handoff.Change{
						Key: "restored", Channel: sales, Thread: h.handoff(id).Home.Address, Message: "m", Text: row.text, Restore: true, At: at.Add(time.Minute),
					}))
					h.pass(time.Second)
				}
				wantLines(t, "the channel", h.chat.said(sales), told)
				wantLines(t, "the log", h.log(dana)[len(before):])
			})
		})
	}
}

// TestRestoredPictures: they come back with their message.
func TestRestoredPictures(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		h.chat.files = map[string]string{"ref": "a picture"}
		picture := []handoff.ForeignFile{{Name: "plan.png", Type: "image/png", Ref: "ref"}}
		at := handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address}
		_, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: "k", Person: sam, Message: "m", Place: at, Files: picture})
		h.must(err)
		h.deletes("m")
		h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: "restored", Channel: sales, Thread: at.Thread, Message: "m", Restore: true, Files: picture}))
		messages, err := h.desk.Messages(h.Context(), dana, 0, 100)
		h.must(err)
		last := messages[len(messages)-1]
		if last.Deleted || len(last.Attachments) != 1 {
			t.Fatalf("the message is %+v", last)
		}
		url := last.Attachments[0].URL
		if got := h.reads(dana, url[strings.LastIndexByte(url, '/')+1:]); got != "a picture" {
			t.Errorf("the file holds %q", got)
		}
	})
}
