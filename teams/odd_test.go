package teams_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
)

// oddities calls try for each member of a value with something else in its place: nothing, null, a number, an object. The
// value is whole again afterwards.
func oddities(path string, value any, depth int, try func(what string)) {
	object, ok := value.(map[string]any)
	if !ok || depth == 0 {
		return
	}
	for name, member := range object {
		where := path + "." + name
		delete(object, name)
		try(where + " is missing")
		for _, odd := range []any{nil, 5, map[string]any{}} {
			object[name] = odd
			spelt, _ := json.Marshal(odd)
			try(where + " is " + string(spelt))
		}
		object[name] = member
		oddities(where, member, depth-1, try)
	}
}

// TestNothingThatArrivesIsTooOdd plays a story, and delivers each kind of activity again with one member at a time made odd.
// Whatever comes of it, no answer says that the bot failed.
func TestNothingThatArrivesIsTooOdd(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	_, thread := joined(t, w)
	posted, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "It costs 94 euros")
	must(t, err)
	_, err = w.service.Edit(t.Context(), w.ana.ID, thread.ID, posted.Message, "It costs 49 euros")
	must(t, err)
	_, err = w.service.React(t.Context(), w.ana.ID, thread.ID, thread.Root, "like")
	must(t, err)
	_, err = w.service.Delete(t.Context(), w.ana.ID, thread.ID, posted.Message)
	must(t, err)
	_, err = w.service.RenameChannel(t.Context(), w.ana.ID, w.channel.ID, "Care")
	must(t, err)
	_, err = w.service.RemoveBot(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)
	_, err = w.service.Install(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)

	kinds := map[string]bool{}
	for _, d := range w.service.Deliveries() {
		var a map[string]any
		must(t, json.Unmarshal(d.Activity, &a))
		kind, _ := a["type"].(string)
		if kinds[kind] {
			continue
		}
		kinds[kind] = true
		t.Run(kind, func(t *testing.T) {
			oddities("", a, 3, func(what string) {
				body, err := json.Marshal(a)
				must(t, err)
				answer, err := w.service.SendRaw(t.Context(), body, bottest.TokenOptions{})
				must(t, err)
				if answer.Status >= 500 && answer.Status != http.StatusNotImplemented {
					t.Errorf("%s: %d %s", what, answer.Status, answer.Body)
				}
			})
		})
	}
	for _, kind := range []string{activity.TypeMessage, activity.TypeInvoke, activity.TypeMessageUpdate, activity.TypeMessageDelete, activity.TypeMessageReaction, activity.TypeConversationUpdate, activity.TypeInstallationUpdate} {
		if !kinds[kind] {
			t.Errorf("no %s was delivered, only %v", kind, kinds)
		}
	}
}

// TestWhatIsWrittenElsewhereStaysThere: in a chat a thread's id has no meaning, and this bot has no business.
func TestWhatIsWrittenElsewhereStaysThere(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	w.service.WaitFor(t, "the answer to the mention", func() bool { return w.service.Count(bottest.OpSend) == 1 })
	delivered := w.service.Deliveries()
	mention := string(delivered[len(delivered)-1].Activity)
	for _, kind := range []string{activity.ConversationPersonal, activity.ConversationGroupChat} {
		elsewhere := strings.ReplaceAll(mention, `"conversationType":"channel"`, `"conversationType":"`+kind+`"`)
		elsewhere = strings.ReplaceAll(elsewhere, `"id":"17`, `"id":"18`)
		answer, err := w.service.SendRaw(t.Context(), []byte(elsewhere), bottest.TokenOptions{})
		must(t, err)
		if answer.Status != http.StatusOK {
			t.Errorf("%s: answered %d", kind, answer.Status)
		}
	}
	_, err := w.service.Say(t.Context(), w.ana.ID, w.channel.ID, "help", bottest.MentionBot())
	must(t, err)
	w.service.WaitFor(t, "the answer to what was written afterwards", func() bool { return w.service.Count(bottest.OpSend) >= 2 })
	channels, err := w.desk.Channels(t.Context())
	must(t, err)
	if n := w.service.Count(bottest.OpSend); len(channels) != 1 || n != 2 {
		t.Errorf("%d channels are connected, %d lines were sent", len(channels), n)
	}
}

// TestACardThatSomebodyDeletedIsPostedAgain: the service says so in either of its two ways.
func TestACardThatSomebodyDeletedIsPostedAgain(t *testing.T) {
	for name, fault := range map[string]bottest.Fault{
		"not found":   {Status: http.StatusNotFound, Code: "ActivityNotFoundInConversation"},
		"unexplained": {Status: http.StatusForbidden, Code: "ServiceError"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			w.connect()
			id := w.visit()
			w.say(id, "a human please")
			thread := w.handoffThread()
			w.service.Fail(bottest.OpUpdate, 1, fault)
			_, err := w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Join conversation")
			must(t, err)
			w.service.WaitFor(t, "the card in a new message", func() bool {
				for _, m := range w.service.Messages(thread.ID) {
					if m.ID != thread.Root && strings.Contains(string(m.Card), "End conversation") {
						return true
					}
				}
				return false
			})
		})
	}
}
