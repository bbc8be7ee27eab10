package activity_test

import (
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/google/go-cmp/cmp"
)

func TestMentions(t *testing.T) {
	a := golden(t, "mention_top_level")
	var ids []string
	for _, m := range a.Mentions() {
		ids = append(ids, m.Mentioned.ID+" "+m.Text)
	}
	want := []string{"28:CCCCCCCC-0000-4000-8000-000000000003 <at>Docket</at>", "29:1ines <at>Ines</at>"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("mentions (-want +got):\n%s", diff)
	}
	if !a.MentionsRecipient() {
		t.Error("ids are compared in any letter case")
	}
}

func TestMentionsRecipient(t *testing.T) {
	const bot = `"recipient":{"id":"28:b"}`
	for _, row := range []struct {
		name, text string
		want       bool
	}{
		{"by id", `{` + bot + `,"text":"hi","entities":[{"type":"mention","mentioned":{"id":"28:B"}}]}`, true},
		{"second of two", `{` + bot + `,"entities":[{"type":"mention","mentioned":{"id":"29:x"}},{"type":"mention","mentioned":{"id":"28:b"}}]}`, true},
		{"only in the text", `{` + bot + `,"text":"<at>Docket</at> hi"}`, false},
		{"somebody else of that name", `{` + bot + `,"entities":[{"type":"mention","text":"<at>Docket</at>","mentioned":{"id":"29:x","name":"Docket"}}]}`, false},
		{"another type of entity", `{` + bot + `,"entities":[{"type":"clientInfo","mentioned":{"id":"28:b"}}]}`, false},
		{"nobody mentioned", `{` + bot + `,"entities":[{"type":"mention"},{"type":"mention","mentioned":null},{"type":"mention","mentioned":{}}]}`, false},
		{"no recipient", `{"entities":[{"type":"mention","mentioned":{"id":"28:b"}}]}`, false},
		{"no ids at all", `{"recipient":{},"entities":[{"type":"mention","mentioned":{}}]}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := decode(t, row.text).MentionsRecipient(); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestNewMentionIsReadBack(t *testing.T) {
	entity, text := activity.NewMention(activity.ChannelAccount{ID: "29:x", Name: `Ann "A" <at>Evil</at> & Co`, Email: "not for the wire"})
	if text != `<at>Ann "A" atEvil/at & Co</at>` {
		t.Errorf("text: %s", text)
	}
	a := activity.Activity{Type: activity.TypeMessage, Text: "Hello " + text, Entities: []activity.Entity{entity}}
	wire := encode(t, a)
	if !strings.Contains(wire, `"mentioned":{"id":"29:x","name":"Ann \"A\" atEvil/at & Co"}`) {
		t.Errorf("wire: %s", wire)
	}
	back := decode(t, wire).Mentions()
	if len(back) != 1 || back[0].Text != text || back[0].Mentioned.ID != "29:x" {
		t.Errorf("read back: %+v", back)
	}
}

func TestNewMentionWithoutAName(t *testing.T) {
	if _, text := activity.NewMention(activity.ChannelAccount{ID: "29:x"}); text != "<at>29:x</at>" {
		t.Errorf("text: %s", text)
	}
}

func TestMentionKeepsWhatItDoesNotKnow(t *testing.T) {
	a := decode(t, `{"entities":[{"type":"mention","text":5,"mentioned":{"id":"a","kind":"bot"},"order":1}]}`)
	m, ok := a.Entities[0].Mention()
	if !ok || m.Text != "" || string(m.Extra["order"]) != "1" || string(m.Mentioned.Extra["kind"]) != `"bot"` {
		t.Errorf("%v %+v", ok, m)
	}
}
