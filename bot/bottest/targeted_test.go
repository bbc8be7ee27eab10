package bottest_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// to addresses an activity to one person.
func to(userID string, a activity.Activity) *activity.Activity {
	a.Type, a.Recipient = activity.TypeMessage, &activity.ChannelAccount{ID: userID}
	return &a
}

// refused answers the client's error; none fails the test.
func refused(t *testing.T, err error) *bot.Error {
	t.Helper()
	failed, ok := errors.AsType[*bot.Error](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	return failed
}

// whispered is a thread in which the bot has told Ada something alone.
func whispered(t *testing.T, cfg bottest.Config, a activity.Activity) (w *world, thread, id string) {
	t.Helper()
	w, _ = listen(t, cfg)
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "hello"))
	id, err := w.client.SendTargeted(t.Context(), w.ServiceURL(), posted.Thread, to("29:ada", a))
	if err != nil {
		t.Fatal(err)
	}
	return w, posted.Thread, id
}

func TestATargetedMessageIsSeenByOnePerson(t *testing.T) {
	w, thread, id := whispered(t, bottest.Config{}, activity.Activity{Text: "for you alone"})
	for viewer, want := range map[string]int{"29:ada": 2, "33333333-3333-4333-8333-333333333333": 2, "29:grace": 1, "": 1, "29:nobody": 1} {
		if got := w.MessagesFor(viewer, thread); len(got) != want {
			t.Errorf("%q sees %d messages, want %d", viewer, len(got), want)
		}
		if got := w.ThreadsFor(viewer, channelID); len(got) != 1 || len(got[0].Messages) != want {
			t.Errorf("%q sees threads %+v", viewer, got)
		}
	}
	if got := w.Messages(thread); len(got) != 1 || len(w.Threads(channelID)[0].Messages) != 1 {
		t.Errorf("everybody sees %+v", got)
	}
	if m := w.Message(thread, id); m.Text != "for you alone" || m.For != "29:ada" {
		t.Errorf("message %+v", m)
	}

	readers, err := w.client.ActivityMembers(t.Context(), w.ServiceURL(), thread, id)
	if err != nil || len(readers) != 1 || readers[0].ID != "29:ada" || readers[0].AADObjectID == "" {
		t.Errorf("it is for %+v, %v", readers, err)
	}
	if err := w.client.UpdateTargeted(t.Context(), w.ServiceURL(), thread, id, &activity.Activity{Type: activity.TypeMessage, Text: "still you"}); err != nil {
		t.Fatal(err)
	}
	if m := w.Message(thread, id); m.Text != "still you" || m.For != "29:ada" || !m.Edited {
		t.Errorf("changed: %+v", m)
	}
	if _, err := w.React(t.Context(), "29:ada", thread, id, "like"); err == nil {
		t.Error("somebody reacted to it")
	}
	if err := w.client.DeleteTargeted(t.Context(), w.ServiceURL(), thread, id); err != nil || !w.Message(thread, id).Deleted {
		t.Errorf("removed: %v", err)
	}
}

func TestATargetedCardIsPressedByItsReader(t *testing.T) {
	card := activity.Activity{Attachments: []activity.Attachment{{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(joinCard)}}}
	w, thread, id := whispered(t, bottest.Config{}, card)
	if _, err := w.Press(t.Context(), "29:grace", thread, id, "Join conversation"); err == nil {
		t.Error("somebody else pressed it")
	}
	if got, err := w.PressFallback(t.Context(), "29:ada", thread, id, "Join conversation"); err != nil || got.Status != 200 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestATargetedMessageFades(t *testing.T) {
	now := time.Now()
	w, thread, id := whispered(t, bottest.Config{TokenLifetime: 48 * time.Hour, Clock: func() time.Time { return now }}, activity.Activity{Text: "for a day"})
	now = now.Add(24*time.Hour - time.Second)
	if n := len(w.MessagesFor("29:ada", thread)); n != 2 {
		t.Errorf("%d messages before the day is over", n)
	}
	now = now.Add(time.Second)
	if n := len(w.MessagesFor("29:ada", thread)); n != 1 {
		t.Errorf("%d messages after a day", n)
	}
	err := w.client.UpdateTargeted(t.Context(), w.ServiceURL(), thread, id, &activity.Activity{Type: activity.TypeMessage, Text: "late"})
	if failed := refused(t, err); failed.Status != 404 || failed.Code != "ActivityNotFoundInConversation" {
		t.Error(err)
	}
}

// TestATargetedMessageMayBeginAThread: in a bare channel nobody else sees even the thread, and nobody answers it.
func TestATargetedMessageMayBeginAThread(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	id, err := w.client.SendTargeted(t.Context(), w.ServiceURL(), channelID, to("29:grace", activity.Activity{Text: "psst"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Threads(channelID)) != 0 || len(w.ThreadsFor("29:ada", channelID)) != 0 {
		t.Error("others see the thread")
	}
	threads := w.ThreadsFor("29:grace", channelID)
	if len(threads) != 1 || threads[0].Root != id {
		t.Fatalf("threads %+v", threads)
	}
	if _, err := w.Say(t.Context(), "29:grace", threads[0].ID, "what?"); err == nil {
		t.Error("somebody answered it")
	}
}

func TestATargetedMessageNeedsAMember(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	_, err := newWorldClient(t, svc).SendTargeted(t.Context(), svc.ServiceURL(), channelID, to("29:stranger", activity.Activity{Text: "psst"}))
	if failed := refused(t, err); failed.Status != 404 || failed.Code != "MemberNotFoundInConversation" {
		t.Error(err)
	}
	if len(svc.Violations()) != 0 {
		t.Errorf("that somebody left is no mistake: %v", svc.Violations())
	}
}

// TestTargetedRequests has a row for each request about targeted messages that is not one of the good ones.
func TestTargetedRequests(t *testing.T) {
	const ask, marked = "?isTargetedActivity=true", `,"recipient":{"id":"29:ada","isTargeted":true}`
	for _, row := range []struct {
		name, method, of, query, more string
		status                        int
		unknown                       bool
	}{
		{"no recipient", "POST", "new", ask, "", 400, false},
		{"a recipient in the update", "PUT", "targeted", ask, `,"recipient":{"id":"29:ada"}`, 400, false},
		{"the query alone", "POST", "new", ask, `,"recipient":{"id":"29:ada"}`, 501, true},
		{"the mark alone", "POST", "new", "", marked, 501, true},
		{"the query alone in an update", "PUT", "ordinary", ask, "", 501, true},
		{"the mark alone in an update", "PUT", "ordinary", "", marked, 501, true},
		{"an update as if it were for everybody", "PUT", "targeted", "", "", 501, true},
		{"a removal as if it were for everybody", "DELETE", "targeted", "", "", 501, true},
		{"a removal as if it were for one", "DELETE", "ordinary", ask, "", 501, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, thread, targeted := whispered(t, bottest.Config{}, activity.Activity{Text: "before"})
			ordinary, err := w.client.Send(t.Context(), w.ServiceURL(), thread, &activity.Activity{Type: activity.TypeMessage, Text: "before"})
			if err != nil {
				t.Fatal(err)
			}
			w.ExpectViolation("")
			at := map[string]string{"new": "", "targeted": "/" + targeted, "ordinary": "/" + ordinary}[row.of] + row.query
			path := "/v3/conversations/" + url.PathEscape(thread) + "/activities" + at
			status, _, body := newCaller(t, w.Service).do(t, row.method, path, `{"type":"message","text":"after"`+row.more+`}`, nil)
			if status != row.status {
				t.Errorf("%d %s", status, body)
			}
			if v := w.Violations(); len(v) != 1 || v[0].NotModelled != row.unknown {
				t.Errorf("violations %+v", v)
			}
			for _, m := range w.MessagesFor("29:ada", thread)[1:] {
				if m.Text != "before" || m.Deleted {
					t.Errorf("it did something: %+v", m)
				}
			}
		})
	}
}
