package activity_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/google/go-cmp/cmp"
)

// golden reads one of the activities in testdata, which have the shapes that
// Teams sends, with invented ids.
func golden(t testing.TB, name string) *activity.Activity {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(data))
}

func decode(t testing.TB, text string) *activity.Activity {
	t.Helper()
	a, err := activity.Decode([]byte(text))
	if err != nil {
		t.Fatalf("decode %.200s: %v", text, err)
	}
	return a
}

func encode(t testing.TB, v json.Marshaler) string {
	t.Helper()
	data, err := activity.Encode(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return string(data)
}

// plain reads JSON with encoding/json alone, digits kept, as a second opinion.
func plain(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v: %.200s", err, text)
	}
	return v
}

func TestGoldenActivitiesSurvive(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 8 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			once := encode(t, decode(t, string(data)))
			if diff := cmp.Diff(plain(t, string(data)), plain(t, once)); diff != "" {
				t.Errorf("changed on the way (-in +out):\n%s", diff)
			}
			if twice := encode(t, decode(t, once)); twice != once {
				t.Errorf("not stable:\n%s\n%s", once, twice)
			}
		})
	}
}

func TestGoldenReplyInThread(t *testing.T) {
	a := golden(t, "reply_in_thread")
	group := true
	want := &activity.ConversationAccount{
		ID:      "19:sales@thread.tacv2;messageid=1795342500000",
		IsGroup: &group, ConversationType: activity.ConversationChannel,
		TenantID: "aaaaaaaa-0000-4000-8000-000000000001",
	}
	if diff := cmp.Diff(want, a.Conversation); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
	if a.Timestamp != "2026-11-22T10:20:00.1230000Z" {
		t.Errorf("timestamp lost digits: %s", a.Timestamp)
	}
	if got := string(a.Extra["priority"]); got != "9007199254740993" {
		t.Errorf("number lost digits: %s", got)
	}
	if a.From.AADObjectID != "bbbbbbbb-0000-4000-8000-000000000002" || a.FromBot() {
		t.Errorf("sender: %+v", a.From)
	}
	if got := a.TextFor(a.Recipient.ID); got != "Yes, the trial includes <b>HubSpot</b> & Salesforce.\nShall I switch it on?" {
		t.Errorf("text: %q", got)
	}
}

func TestIsType(t *testing.T) {
	for _, row := range []struct {
		name, has, asked string
		want             bool
	}{
		{"same", "message", activity.TypeMessage, true},
		{"suffix after a slash", "message/card", activity.TypeMessage, true},
		{"the suffixed type itself", "message/card", "message/card", true},
		{"another that begins alike", "messageUpdate", activity.TypeMessage, false},
		{"ordinal comparison", "Message", activity.TypeMessage, false},
		{"absent", "", activity.TypeMessage, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := activity.Activity{Type: row.has}
			if got := a.IsType(row.asked); got != row.want {
				t.Errorf("%q is %q: %v", row.has, row.asked, got)
			}
		})
	}
}

func TestFromBot(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       bool
	}{
		{"a person", `{"from":{"id":"29:a","role":"user"},"recipient":{"id":"28:b"}}`, false},
		{"itself", `{"from":{"id":"b"},"recipient":{"id":"b"}}`, true},
		{"role bot", `{"from":{"id":"29:x","role":"Bot"}}`, true},
		{"a bot's id", `{"from":{"id":"28:other"}}`, true},
		{"no sender", `{"recipient":{"id":"28:b"}}`, false},
		{"ids absent on both sides", `{"from":{},"recipient":{}}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := decode(t, row.text).FromBot(); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestHasSubmit(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       bool
	}{
		{"a press", `{"type":"message","value":{"verb":"x"}}`, true},
		{"a press with a primitive value", `{"type":"message","text":"  ","value":0}`, true},
		{"text and a value", `{"type":"message","text":"yes","value":{"verb":"x"}}`, false},
		{"null value", `{"type":"message","value":null}`, false},
		{"no value", `{"type":"message"}`, false},
		{"an invoke", `{"type":"invoke","value":{"action":{}}}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := decode(t, row.text).HasSubmit(); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if !golden(t, "join_submitted").HasSubmit() {
		t.Error("the fallback of a button is a submit")
	}
}

func TestReferenceRoundTrip(t *testing.T) {
	in := golden(t, "reply_in_thread")
	ref := in.Reference()
	stored, err := json.Marshal(ref)
	if err != nil {
		t.Fatal(err)
	}
	var back activity.ConversationReference
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ref, back); diff != "" {
		t.Errorf("stored reference (-want +got):\n%s", diff)
	}

	out := activity.Activity{Type: activity.TypeMessage, Text: "Hello"}
	back.Apply(&out)
	if out.From.ID != in.Recipient.ID || out.Recipient.ID != in.From.ID {
		t.Errorf("from %v to %v", out.From, out.Recipient)
	}
	if out.Conversation.ID != in.Conversation.ID || out.ServiceURL != in.ServiceURL || out.ChannelID != in.ChannelID {
		t.Errorf("addressed wrongly: %+v", out)
	}
	if out.ReplyToID != in.ID || out.ID != "" || out.Locale != "pt-PT" {
		t.Errorf("reply to %q, id %q, locale %q", out.ReplyToID, out.ID, out.Locale)
	}
}

func TestReferenceSharesNothing(t *testing.T) {
	in := golden(t, "reply_in_thread")
	ref := in.Reference()
	ref.Conversation.ID = "changed"
	out := activity.Activity{Locale: "de-DE"}
	ref.Apply(&out)
	out.Conversation.ID = "changed again"
	if in.Conversation.ID == "changed" || ref.Conversation.ID == "changed again" {
		t.Error("the reference and its activities share an account")
	}
	if out.Locale != "de-DE" {
		t.Errorf("locale overwritten: %s", out.Locale)
	}
}
