package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
)

// TestTextsAreStoredWhereTheyDiffer: a default that nobody changed follows the program, an emptied one is silence.
func TestTextsAreStoredWhereTheyDiffer(t *testing.T) {
	e := newEditor(t)
	plain := e.whole()
	plain.Texts = nil
	c := e.SignIn(admin.RoleAdmin)
	path := editorPath + "/texts"
	exact := strings.Repeat("ä", 1000)
	for _, row := range []struct {
		name  string
		typed map[string]string
		want  map[string]string
	}{
		{"nothing is changed", nil, nil},
		{"one's own", map[string]string{"asking": "One moment."}, map[string]string{"asking": "One moment."}},
		{"emptied", map[string]string{"asking": "", "thread_joined": " \n "}, map[string]string{"asking": "", "thread_joined": ""}},
		{"the default with blanks around it", map[string]string{"asking": "\n " + handoff.DefaultTexts["asking"] + " \r\n"}, nil},
		{"slots", map[string]string{"joined": "{specialist} for {agent}: {specialist}", "thread_waiting": "{since}", "unavailable_until": "Back {next_open}.", "ended_open": "{loops}"}, map[string]string{
			"joined": "{specialist} for {agent}: {specialist}", "thread_waiting": "{since}", "unavailable_until": "Back {next_open}.", "ended_open": "{loops}",
		}},
		{"braces that are no slots", map[string]string{"asking": "{ not a slot } {"}, map[string]string{"asking": "{ not a slot } {"}},
		{"two lines", map[string]string{"asking": "One moment.\r\nPlease."}, map[string]string{"asking": "One moment.\nPlease."}},
		{"as long as may be", map[string]string{"asking": exact}, map[string]string{"asking": exact}},
		{"a text that is none", map[string]string{"hello": "x"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			e.put(plain)
			got := c.Post(path, edits(settings(t, c.Get(path)), row.typed))
			if got.Status != http.StatusSeeOther {
				t.Fatalf("the answer is %d:\n%s", got.Status, got.Body)
			}
			want := plain
			want.Texts = row.want
			sameAgent(t, row.name, want, e.stored())
			if again := settings(t, c.Get(path)); row.want["asking"] != "" && again.Get("asking") != row.want["asking"] {
				t.Errorf("it is shown again as %q", again.Get("asking"))
			}
		})
	}
}

// TestEveryTextCanBeEdited: there is a field for each text that there is, it says its slots, and the sample fills all of them.
func TestEveryTextCanBeEdited(t *testing.T) {
	e := newEditor(t)
	page := e.SignIn(admin.RoleAdmin).Get(editorPath + "/texts")
	fields := settings(t, page)
	for name, standard := range handoff.DefaultTexts {
		if !fields.Has(name) {
			t.Errorf("nobody can edit %s", name)
			continue
		}
		reads := text(t, page, func(n *html.Node) bool { return attr(n, "data-preview") == name })
		if strings.ContainsAny(reads, "{}") || name != handoff.TextAsking && name != handoff.TextLeft && len(reads) < len(standard)/2 {
			t.Errorf("%s reads %q", name, reads)
		}
		hint := text(t, page, byID(name+"-hint"))
		for _, slot := range []string{"{specialist}", "{next_open}", "{loops}", "{since}"} {
			if strings.Contains(standard, slot) != strings.Contains(hint, slot) {
				t.Errorf("%s has %s in %q, and its hint says %q", name, slot, standard, hint)
			}
		}
	}
	if got := text(t, page, func(n *html.Node) bool { return attr(n, "data-preview") == handoff.TextLeft }); got != "(nothing is said)" {
		t.Errorf("an emptied text reads %q", got)
	}
}

// TestTextsAreLookedAtBeforeTheyAreSaved: the preview button shows what was typed and stores nothing.
func TestTextsAreLookedAtBeforeTheyAreSaved(t *testing.T) {
	e := newEditor(t)
	c := e.SignIn(admin.RoleAdmin)
	of := edits(settings(t, c.Get(editorPath+"/texts")), map[string]string{"joined": "{specialist} of {agent}\n<b>is here</b>"})
	before := e.Dump()
	page := c.Post(editorPath+"/texts/look", of)
	if got := text(t, page, func(n *html.Node) bool { return attr(n, "data-preview") == "joined" }); page.Status != http.StatusOK || got != "Ana Silva of Ava <b>is here</b>" {
		t.Errorf("%d, and it reads %q", page.Status, got)
	}
	if got := text(t, page, byID("joined-usual")); got != handoff.DefaultTexts["joined"] {
		t.Errorf("the usual text is said to be %q", got)
	}
	if again := settings(t, page); again.Encode() != of.Encode() {
		t.Errorf("what was typed is shown again as %v", again)
	}
	unchanged(t, "looking", before, e.Dump())
	if got := c.Post(editorPath+"/texts/look", url.Values{"joined": {"{company}"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a slot that nothing fills is answered %d", got.Status)
	}
}
