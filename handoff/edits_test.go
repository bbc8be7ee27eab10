package handoff_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/handoff"
)

func (h *house) edits(message, text string) {
	h.Helper()
	h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: h.key(), Channel: sales, Message: message, Text: text}))
}

func (h *house) deletes(message string) {
	h.Helper()
	h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: h.key(), Channel: sales, Message: message, Delete: true}))
}

func (h *house) restores(message, text string) {
	h.Helper()
	h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: h.key(), Channel: sales, Message: message, Text: text, Restore: true}))
}

// TestEdits: the visitor reads the last text, wherever they come back in, and no older one is left in the store.
func TestEdits(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(h *house)
		want []string // the log from the specialist's line on
	}{
		{"an edit", func(h *house) { h.edits("draft", "final") },
			[]string{"specialist: final", "message_edited: final"}},
		{"two edits", func(h *house) { h.edits("draft", "draft again"); h.edits("draft", "final") },
			[]string{"specialist: final", "message_edited: final", "message_edited: final"}},
		{"a removal", func(h *house) { h.deletes("draft") },
			[]string{"specialist: ", "message_deleted: "}},
		{"an edit and a removal", func(h *house) { h.edits("draft", "draft again"); h.deletes("draft") },
			[]string{"specialist: ", "message_edited: ", "message_deleted: "}},
		{"an edit after the removal", func(h *house) { h.deletes("draft"); h.edits("draft", "draft again") },
			[]string{"specialist: ", "message_deleted: "}},
		{"a restoration", func(h *house) { h.deletes("draft"); h.restores("draft", "final") },
			[]string{"specialist: final", "message_deleted: ", "message_edited: final"}},
		{"a restoration and an edit", func(h *house) { h.deletes("draft"); h.restores("draft", "a draft again"); h.edits("draft", "final") },
			[]string{"specialist: final", "message_deleted: ", "message_edited: final", "message_edited: final"}},
		{"a restoration and a removal", func(h *house) { h.deletes("draft"); h.restores("draft", "a draft again"); h.deletes("draft") },
			[]string{"specialist: ", "message_deleted: ", "message_edited: ", "message_deleted: "}},
		{"a restoration of what is internal", func(h *house) {
			h.edits("draft", "// not a draft for the visitor")
			h.deletes("draft")
			h.restores("draft", "// not a draft for the visitor")
		},
			[]string{"specialist: ", "message_deleted: "}},
		{"a restoration of a line that was never relayed", func(h *house) { h.deletes("// secret draft"); h.restores("// secret draft", "// secret draft") },
			[]string{"specialist: draft"}},
		{"an edit that makes it internal", func(h *house) { h.edits("draft", "// not a draft for the visitor") },
			[]string{"specialist: ", "message_deleted: "}},
		{"an edit that hides the mark", func(h *house) { h.edits("draft", "\u200b\u00a0// not a draft for the visitor") },
			[]string{"specialist: ", "message_deleted: "}},
		{"an edit that leaves nothing", func(h *house) { h.edits("draft", " \n") },
			[]string{"specialist: ", "message_deleted: "}},
		{"an edit of a line that was never relayed", func(h *house) { h.edits("// secret draft", "no secret any more") },
			[]string{"specialist: draft"}},
		{"an edit of the visitor's line", func(h *house) { h.edits("message-1", "I never said that") },
			[]string{"specialist: draft"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, _ := h.joined("Dana")
				h.says(dana, "Hello")
				h.writes(sam, sales, "draft")
				h.writes(sam, sales, "// secret draft")
				before := h.log(dana)
				row.do(h)
				log := h.log(dana)
				wantLines(t, "the log", log[len(before)-1:], row.want...)
				if row.want[0] != "specialist: draft" {
					for key, value := range h.rows() {
						if strings.HasPrefix(key, "conversations/") && strings.Contains(value, "draft") {
							t.Errorf("an old text is left in %s", key)
						}
					}
				}
				messages, err := h.desk.Messages(h.Context(), dana, 0, 100)
				h.must(err)
				last := messages[len(messages)-1]
				if deleted := row.want[len(row.want)-1] == "message_deleted: "; last.Deleted != deleted {
					t.Errorf("the message is %+v", last)
				}
			})
		})
	}
}

// TestChangesInAnotherOrder: what a platform delivers in another order than it was done in ends as it was done.
func TestChangesInAnotherOrder(t *testing.T) {
	at := func(minutes int) time.Time { return time.Date(2026, 11, 23, 9, minutes, 0, 0, time.UTC) }
	const line = 0 // among the steps: the line itself
	steps := map[int]handoff.Change{
		1: {Key: "first", Text: "first edit", At: at(1)},
		2: {Key: "second", Text: "second edit", At: at(2)},
		3: {Key: "internal", Text: "// not for the visitor", At: at(3)},
		4: {Key: "gone", Delete: true, At: at(4)},
		5: {Key: "back", Text: "restored", Restore: true, At: at(5)},
		6: {Key: "third", Text: "after all", At: at(6)},
		7: {Key: "gone again", Delete: true, At: at(7)},
	}
	for _, row := range []struct {
		name  string
		order []int
		want  []string
	}{
		{"two edits", []int{line, 2, 1}, []string{"specialist: second edit", "message_edited: second edit"}},
		{"an edit before its line", []int{1, line}, []string{"specialist: first edit"}},
		{"an edit before its line, and once more", []int{1, line, 1}, []string{"specialist: first edit"}},
		{"two edits before their line", []int{2, 1, line}, []string{"specialist: second edit"}},
		{"the later one before it, the earlier one after", []int{2, line, 1}, []string{"specialist: second edit"}},
		{"the earlier one before it, the later one after", []int{1, line, 2}, []string{"specialist: second edit", "message_edited: second edit"}},
		{"made internal before it", []int{3, line}, nil},
		{"removed before it", []int{4, line}, nil},
		{"removed and edited before it", []int{4, 2, line}, nil},
		{"edited and removed before it", []int{2, 4, line}, nil},
		{"restored", []int{line, 4, 5}, []string{"specialist: restored", "message_deleted: ", "message_edited: restored"}},
		{"restored, and the removal once more", []int{line, 4, 5, 4}, []string{"specialist: restored", "message_deleted: ", "message_edited: restored"}},
		{"the restoration before the removal", []int{line, 5, 4}, []string{"specialist: restored", "message_edited: restored"}},
		{"the edit that followed before the restoration", []int{line, 4, 6, 5}, []string{"specialist: after all", "message_deleted: ", "message_edited: after all"}},
		{"the edit that followed before all", []int{line, 6, 4, 5}, []string{"specialist: after all", "message_edited: after all", "message_deleted: ", "message_edited: after all"}},
		{"the last removal before the restoration", []int{line, 4, 7, 5}, []string{"specialist: ", "message_deleted: "}},
		{"removed and restored before it", []int{4, 5, line}, []string{"specialist: restored"}},
		{"restored and removed before it", []int{5, 4, line}, []string{"specialist: restored"}},
		{"all of that before it", []int{6, 4, 5, 2, line}, []string{"specialist: after all"}},
		{"removed again before it", []int{7, 5, 4, line}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, _ := h.joined("Dana")
				thread, _ := h.chat.thread(sales)
				before := len(h.log(dana))
				for _, step := range row.order {
					if step == line {
						h.writes(sam, sales, "draft")
						continue
					}
					c := steps[step]
					c.Channel, c.Thread, c.Message = sales, thread, "draft"
					h.must(h.desk.FromEdit(h.Context(), c))
				}
				wantLines(t, "the log", h.log(dana)[before:], row.want...)
			})
		})
	}
}

// TestEarlyChangesElsewhere: what is changed outside of the handoffs under way is nobody's business.
func TestEarlyChangesElsewhere(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		thread, _ := h.chat.thread(sales)
		change := func(thread string) {
			h.Helper()
			h.must(h.desk.FromEdit(h.Context(), handoff.Change{Key: h.key(), Channel: sales, Thread: thread, Message: "lunch", Text: "pizza today"}))
		}
		change("some other thread")
		h.place = &handoff.Place{Channel: sales, Thread: thread}
		h.does(handoff.VerbEnd, sam, sales, id)
		change(thread)
		for key, value := range h.rows() {
			if strings.Contains(value, "pizza") {
				t.Errorf("it is kept in %s", key)
			}
		}
		if got := h.conversation(dana).State; got != handoff.StateAgent {
			t.Errorf("the conversation is with %s", got)
		}
	})
}

// TestReactions: only the specialist who joined is shown.
func TestReactions(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		h.chat.forget()
		h.says(dana, "Hello")
		line := h.chat.in(sales)[0].ID
		react := func(p handoff.Person, message, kind string, removed bool) {
			h.Helper()
			h.must(h.desk.FromReaction(h.Context(), h.key(), sales, message, p, handoff.Reaction{Type: kind, Removed: removed}))
		}
		before := len(h.log(dana))
		react(kim, line, "angry", false)
		react(sam, "some other message", "sad", false)
		react(sam, line, "like", false)
		react(sam, line, "like", true)
		h.place = &handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address}
		h.does(handoff.VerbEnd, sam, sales, id)
		react(sam, line, "heart", false)
		wantLines(t, "the log", h.log(dana)[before:before+2], "reaction: like by Sam Ortiz", "reaction: like by Sam Ortiz")
		if n := countPrefix(h.log(dana), "reaction"); n != 2 {
			t.Errorf("%d reactions", n)
		}
	})
}

// TestForeignText: what arrives from a channel is text, valid and whole.
func TestForeignText(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		long := strings.Repeat("long ", 5000)
		for text, want := range map[string]string{
			"  blanks around  ": "specialist: blanks around",
			"broken \xff bytes": "specialist: broken \uFFFD bytes",
			long:                "specialist: " + strings.TrimSpace(long),
			"a // in between":   "specialist: a // in between",
		} {
			h.writes(sam, sales, text)
			log := h.log(dana)
			if got := log[len(log)-1]; got != want {
				t.Errorf("%.20q came as %.40q", text, got)
			}
		}
		for _, internal := range []string{"//", "// x", " //x", "\u200b// x", "\ufeff//"} {
			if got := h.writes(sam, sales, internal); got != handoff.HeardInternal {
				t.Errorf("%q is %s", internal, got)
			}
		}
	})
}

// TestFiles: what a specialist pastes is read through the server from its platform, and only with the conversation's name.
func TestFiles(t *testing.T) {
	play(t, func(h *house) {
		dana, id := h.joined("Dana")
		h.chat.files = map[string]string{"ref-1": "a picture"}
		heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{
			Key: "k", Person: sam, Message: "m", Place: handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address},
			Files: []handoff.ForeignFile{{Name: "plan.png", Type: "image/png", Ref: "ref-1"}, {Name: "gone.png", Type: "image/png", Ref: "ref-2"}},
		})
		if err != nil || heard != handoff.HeardRelayed {
			t.Fatalf("%s, %v", heard, err)
		}
		messages, err := h.desk.Messages(h.Context(), dana, 0, 100)
		h.must(err)
		files := messages[len(messages)-1].Attachments
		if len(files) != 2 || files[0].Name != "plan.png" {
			t.Fatalf("the attachments are %+v", files)
		}
		key := func(i int) string { return files[i].URL[strings.LastIndexByte(files[i].URL, '/')+1:] }
		if got := h.reads(dana, key(0)); got != "a picture" {
			t.Errorf("the file holds %q", got)
		}
		_, _, _, err = h.desk.OpenFile(h.Context(), dana, key(1))
		h.wantCode(err, handoff.CodeUnknownFile)
		for _, bad := range []string{"", "nothing", "../record", "1/../../record"} {
			_, _, _, err = h.desk.OpenFile(h.Context(), dana, bad)
			h.wantCode(err, handoff.CodeUnknownFile)
		}
		_, _, _, err = h.desk.OpenFile(h.Context(), h.visitor("Lee"), key(0))
		h.wantCode(err, handoff.CodeUnknownFile)
	})
}

func (h *house) reads(id handoff.ID, key string) string {
	h.Helper()
	content, _, _, err := h.desk.OpenFile(h.Context(), id, key)
	h.must(err)
	raw, err := io.ReadAll(content)
	h.must(err)
	h.must(content.Close())
	return string(raw)
}

func TestVisitorsFiles(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		_, err := h.desk.SaveFile(h.Context(), dana, "a.txt", "text/plain", []byte("content"))
		h.wantCode(err, handoff.CodeFilesOff)
		h.set(func(a *handoff.Agent) { a.Files = true })
		saved, err := h.desk.SaveFile(h.Context(), dana, "a.txt", "text/plain", []byte("content"))
		h.must(err)
		if want := (handoff.Attachment{Name: "a.txt", Type: "text/plain", Size: 7, URL: saved.URL}); !cmp.Equal(saved, want) {
			t.Errorf("saved as %+v", saved)
		}
		if got := h.reads(dana, saved.URL[strings.LastIndexByte(saved.URL, '/')+1:]); got != "content" {
			t.Errorf("the file holds %q", got)
		}
		_, err = h.desk.SaveFile(h.Context(), dana, "big", "x/y", make([]byte, handoff.MaxFile+1))
		h.wantCode(err, handoff.CodeFileTooLarge)
		for range 4 {
			_, err = h.desk.SaveFile(h.Context(), dana, "big", "x/y", make([]byte, handoff.MaxFile))
			h.must(err)
		}
		_, err = h.desk.SaveFile(h.Context(), dana, "big", "x/y", make([]byte, handoff.MaxFile))
		h.wantCode(err, handoff.CodeFileTooLarge)
		_, err = h.desk.SaveFile(h.Context(), "nobody", "a", "b", nil)
		h.wantCode(err, handoff.CodeUnknownConversation)
	})
}

// TestWhatStaysBehind: the thread is told once of each line for the visitor that holds something which they do not get.
func TestWhatStaysBehind(t *testing.T) {
	const told = "notice: The visitor did not get the file; only text and pasted pictures reach them from here. You can send a link that they may open."
	for _, row := range []struct {
		name   string
		by     handoff.Person
		line   handoff.SpecialistLine
		heard  handoff.Heard
		log    []string
		notice []string
	}{
		{"a file alone", sam, handoff.SpecialistLine{Unreadable: true}, handoff.HeardEmpty, nil, []string{told}},
		{"a file with a text", sam, handoff.SpecialistLine{Text: "Here is our offer", Unreadable: true}, handoff.HeardRelayed, []string{"specialist: Here is our offer"}, []string{told}},
		{"nothing that can be read", sam, handoff.SpecialistLine{Text: " \n"}, handoff.HeardEmpty, nil, []string{told}},
		{"a file beside a picture", sam, handoff.SpecialistLine{Unreadable: true, Files: []handoff.ForeignFile{{Name: "plan.png", Type: "image/png", Ref: "r"}}}, handoff.HeardRelayed, []string{"specialist: "}, []string{told}},
		{"a text", sam, handoff.SpecialistLine{Text: "Hello"}, handoff.HeardRelayed, []string{"specialist: Hello"}, nil},
		{"an internal file", sam, handoff.SpecialistLine{Text: "// our calculation", Unreadable: true}, handoff.HeardInternal, nil, nil},
		{"somebody else's file", kim, handoff.SpecialistLine{Unreadable: true}, handoff.HeardInternal, nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				dana, id := h.joined("Dana")
				before := h.log(dana)
				h.chat.forget()
				line := row.line
				line.Key, line.Message, line.Person, line.Place = "k", "m", row.by, handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address}
				for range 3 { // Teams delivers again
					heard, err := h.desk.FromSpecialist(h.Context(), line)
					h.must(err)
					if heard != row.heard {
						t.Errorf("the line is %s, want %s", heard, row.heard)
					}
					h.pass(time.Second)
				}
				wantLines(t, "the log", h.log(dana)[len(before):], row.log...)
				wantLines(t, "the channel", h.chat.said(sales), row.notice...)
			})
		})
	}
}

// TestRemovedBeforeItCame: nobody misses a file that was taken back before its line came.
func TestRemovedBeforeItCame(t *testing.T) {
	play(t, func(h *house) {
		_, id := h.joined("Dana")
		h.changes("m", "", time.Now())
		h.chat.forget()
		heard, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{
			Key: "k", Message: "m", Person: sam, Unreadable: true, Place: handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address},
		})
		h.must(err)
		h.pass(time.Second)
		if said := h.chat.said(sales); heard != handoff.HeardInternal || len(said) != 0 {
			t.Errorf("the line is %s, and the channel reads %q", heard, said)
		}
	})
}
