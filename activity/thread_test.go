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
		{"a reply", `{"id":"9","conversation":{"id":"19:c;messageid=5"}}`, "19:c;messageid=5"},
		{"a new post", `{"id":"5","conversation":{"id":"19:c;messageid=5"}}`, "19:c;messageid=5"},
		{"a new post without a suffix", `{"id":"5","conversation":{"id":"19:c"}}`, "19:c;messageid=5"},
		{"no conversation", `{"id":"5"}`, ";messageid=5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := activity.ThreadOf(decode(t, row.text)).String(); got != row.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
