package activity_test

import (
	"errors"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func TestParseThread(t *testing.T) {
	for _, row := range []struct{ name, id, channel, root, text string }{
		{"a thread", "19:c@thread.tacv2;messageid=1795342500000", "19:c@thread.tacv2", "1795342500000", ""},
		{"a channel", "19:c@thread.tacv2", "19:c@thread.tacv2", "", ""},
		{"a chat", "a:1dana", "a:1dana", "", ""},
		{"a stand-in's own id", "19:c;messageid=msg-7f", "19:c", "msg-7f", ""},
		{"no root after the mark", "19:c;messageid=", "19:c", "", "19:c"},
		{"another parameter first", "19:c;x=1;messageid=5", "19:c", "5", "19:c;messageid=5"},
		{"another parameter last", "19:c;messageid=5;x=1", "19:c", "5", "19:c;messageid=5"},
		{"empty", "", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			thread := activity.ParseThread(row.id)
			if thread.Channel != row.channel || thread.Root != row.root {
				t.Errorf("got %+v", thread)
			}
			want := row.text
			if want == "" {
				want = row.id
			}
			if thread.String() != want {
				t.Errorf("written as %q", thread)
			}
		})
	}
}

func TestNewThread(t *testing.T) {
	for _, row := range []struct {
		name, channel, root, want string
	}{
		{"plain", "19:c@thread.tacv2", "1795342500000", "19:c@thread.tacv2;messageid=1795342500000"},
		{"replaces a suffix", "19:c;messageid=1", "2", "19:c;messageid=2"},
		{"other forms of channel", "a:chat", "7", "a:chat;messageid=7"},
		{"no channel", "", "1", ""},
		{"nothing but a suffix", ";messageid=1", "1", ""},
		{"no root", "19:c", "", ""},
		{"zero", "19:c", "0", ""},
		{"zeros", "19:c", "000", ""},
		{"letters", "19:c", "12a", ""},
		{"negative", "19:c", "-5", ""},
		{"a point", "19:c", "1.5", ""},
		{"blank", "19:c", " 5", ""},
		{"other digits", "19:c", "١٢", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			thread, err := activity.NewThread(row.channel, row.root)
			if row.want == "" {
				if !errors.Is(err, activity.ErrThread) {
					t.Errorf("got %v, %v", thread, err)
				}
				return
			}
			if err != nil || thread.String() != row.want {
				t.Errorf("got %v, %v", thread, err)
			}
		})
	}
}

func TestThreadOf(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a reply", `{"type":"message","id":"9","conversation":{"id":"19:c@thread.tacv2;messageid=5","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a new post", `{"type":"message","id":"5","conversation":{"id":"19:c@thread.tacv2;messageid=5","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a new post without a suffix", `{"type":"message","id":"5","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"an edit without a suffix", `{"type":"messageUpdate","id":"5","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a deletion without a suffix", `{"type":"messageDelete","id":"5","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a channel that does not say so", `{"type":"message","id":"5","conversation":{"id":"19:c@thread.tacv2"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a channel of an older form", `{"type":"message","id":"5","conversation":{"id":"19:c@thread.skype"}}`, "19:c@thread.skype;messageid=5"},
		{"a channel with an id of its own form", `{"type":"message","id":"5","conversation":{"id":"c","conversationType":"channel"}}`, "c;messageid=5"},
		{"a press in a thread", `{"type":"invoke","id":"f:1","conversation":{"id":"19:c@thread.tacv2;messageid=5","conversationType":"channel"}}`, "19:c@thread.tacv2;messageid=5"},
		{"a press outside of threads", `{"type":"invoke","id":"f:1","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2"},
		{"a member who comes", `{"type":"conversationUpdate","id":"f:1","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2"},
		{"an installation", `{"type":"installationUpdate","id":"f:1","conversation":{"id":"19:c@thread.tacv2","conversationType":"channel"}}`, "19:c@thread.tacv2"},
		{"a personal chat", `{"type":"message","id":"5","conversation":{"id":"a:1abc","conversationType":"personal"}}`, "a:1abc"},
		{"a group chat", `{"type":"message","id":"5","conversation":{"id":"19:x@thread.v2","conversationType":"groupChat"}}`, "19:x@thread.v2"},
		{"a meeting's chat", `{"type":"message","id":"5","conversation":{"id":"19:meeting_x@thread.v2","conversationType":"groupChat"}}`, "19:meeting_x@thread.v2"},
		{"a personal chat that does not say so", `{"type":"message","id":"5","conversation":{"id":"a:1abc"}}`, "a:1abc"},
		{"a group chat that does not say so", `{"type":"message","id":"5","conversation":{"id":"19:x@thread.v2"}}`, "19:x@thread.v2"},
		{"no conversation", `{"type":"message","id":"5"}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := activity.ThreadOf(decode(t, row.text)).String(); got != row.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
