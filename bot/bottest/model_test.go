package bottest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// listen makes a bot that takes everything and shows what it got.
func listen(t *testing.T, cfg bottest.Config) (*world, func() []*activity.Activity) {
	t.Helper()
	var got []*activity.Activity
	w := newWorld(t, cfg, func(_ context.Context, _ *world, turn *bot.Turn) (*activity.InvokeResponse, error) {
		got = append(got, turn.Activity)
		return nil, nil
	})
	return w, func() []*activity.Activity {
		taken := got
		got = nil
		return taken
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestAMessageHasTheShapeOfTeams(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "1 < 2 & more\nnext", bottest.MentionBot(), bottest.Mention("29:grace")))
	a := got()[0]
	if a.Type != activity.TypeMessage || a.ID != posted.Message || a.ChannelID != "msteams" || a.ServiceURL != w.ServiceURL() {
		t.Errorf("frame %+v", a)
	}
	if want := channelID + ";messageid=" + posted.Message; a.Conversation.ID != want || posted.Thread != want || a.Conversation.ConversationType != "channel" {
		t.Errorf("conversation %+v", a.Conversation)
	}
	if a.From.ID != "29:ada" || a.From.AADObjectID == "" || a.Recipient.ID != w.BotID() {
		t.Errorf("from %+v to %+v", a.From, a.Recipient)
	}
	if tenant, agree := a.Tenant(); tenant != bottest.DefaultTenant || !agree {
		t.Errorf("tenant %q %t", tenant, agree)
	}
	if a.Text != "<at>Docket</at>\u00a0<at>Grace Sample</at>\u00a01 < 2 & more\nnext" || a.TextFor(w.BotID()) != "Grace Sample 1 < 2 & more\nnext" {
		t.Errorf("text %q, for reading %q", a.Text, a.TextFor(w.BotID()))
	}
	if !a.MentionsRecipient() || len(a.Mentions()) != 2 || a.Entities[2].Type != activity.EntityClientInfo {
		t.Errorf("entities %+v", a.Entities)
	}
	var html string
	if len(a.Attachments) != 1 || a.Attachments[0].ContentType != activity.ContentHTML || json.Unmarshal(a.Attachments[0].Content, &html) != nil {
		t.Fatalf("attachments %+v", a.Attachments)
	}
	if !strings.Contains(html, `http://schema.skype.com/Mention" itemid="1">Grace Sample</span>`) || !strings.Contains(html, "1 &lt; 2 &amp; more<br>next") {
		t.Errorf("html %s", html)
	}
	if data, err := a.Teams(); err != nil || data.Channel.ID != channelID || data.Team.ID != w.Channels()[0].ID || data.TeamsChannelID != channelID {
		t.Errorf("channel data %+v, %v", data, err)
	}
	if a.Timestamp == "" || a.LocalTimezone == "" || a.Locale == "" {
		t.Errorf("times %q %q %q", a.Timestamp, a.LocalTimezone, a.Locale)
	}
}

func TestRepliesStayInTheirThread(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	say := must[bottest.Posted](t)
	first := say(w.Say(t.Context(), "29:ada", channelID, "one"))
	other := say(w.Say(t.Context(), "29:ada", channelID, "elsewhere"))
	reply := say(w.Say(t.Context(), "29:grace", first.Thread, "two", bottest.HTML("<b>two</b>")))
	if reply.Thread != first.Thread || other.Thread == first.Thread || reply.Message <= other.Message {
		t.Errorf("%+v %+v %+v", first, other, reply)
	}
	if a := got()[2]; a.Conversation.ID != first.Thread || a.ReplyToID != "" {
		t.Errorf("conversation %q, replyToId %q", a.Conversation.ID, a.ReplyToID)
	}
	threads := w.Threads(channelID)
	if len(threads) != 2 || len(threads[0].Messages) != 2 || threads[0].ID != first.Thread || threads[0].Messages[1].HTML != "<b>two</b>" {
		t.Errorf("threads %+v", threads)
	}
	if m := w.Message(first.Thread, reply.Message); m.From.Name != "Grace Sample" || m.Bot {
		t.Errorf("message %+v", m)
	}
}

func TestWithoutRSCOnlyMentionsArrive(t *testing.T) {
	w, got := listen(t, bottest.Config{WithoutRSC: true})
	say := must[bottest.Posted](t)
	first := say(w.Say(t.Context(), "29:ada", channelID, "one", bottest.MentionBot()))
	plain := say(w.Say(t.Context(), "29:ada", first.Thread, "two"))
	if !first.Delivered || plain.Delivered || len(got()) != 1 {
		t.Errorf("%+v %+v", first, plain)
	}
	if len(w.Messages(first.Thread)) != 2 {
		t.Error("the message is not in the thread")
	}
	edited := say(w.Edit(t.Context(), "29:ada", first.Thread, plain.Message, "two", bottest.MentionBot()))
	if a := got(); !edited.Delivered || len(a) != 1 || a[0].Type != activity.TypeMessageUpdate {
		t.Errorf("an edit that adds the mention: %+v", edited)
	}
}

func TestEditsAndDeletions(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	say := must[bottest.Posted](t)
	posted := say(w.Say(t.Context(), "29:ada", channelID, "one"))
	say(w.Edit(t.Context(), "29:ada", posted.Thread, posted.Message, "uno"))
	say(w.Delete(t.Context(), "29:ada", posted.Thread, posted.Message))
	if m := w.Message(posted.Thread, posted.Message); !m.Edited || !m.Deleted {
		t.Errorf("message %+v", m)
	}
	say(w.Undelete(t.Context(), "29:ada", posted.Thread, posted.Message))
	want := []struct{ kind, event, text string }{
		{"message", "", "one"}, {"messageUpdate", "editMessage", "uno"}, {"messageDelete", "softDeleteMessage", ""}, {"messageUpdate", "undeleteMessage", "uno"},
	}
	for i, a := range got() {
		data, err := a.Teams()
		if err != nil || a.Type != want[i].kind || data.EventType != want[i].event || a.Text != want[i].text || a.ID != posted.Message || a.Conversation.ID != posted.Thread {
			t.Errorf("%d: %s %s %q %s in %s, %v", i, a.Type, data.EventType, a.Text, a.ID, a.Conversation.ID, err)
		}
	}
	for name, try := range map[string]func() error{
		"another's message": func() error {
			_, err := w.Edit(t.Context(), "29:grace", posted.Thread, posted.Message, "x")
			return err
		},
		"no message": func() error { _, err := w.Delete(t.Context(), "29:ada", posted.Thread, "1"); return err },
		"nobody":     func() error { _, err := w.Say(t.Context(), "29:nobody", channelID, "x"); return err },
		"nowhere":    func() error { _, err := w.Say(t.Context(), "29:ada", "19:none", "x"); return err },
		"no thread":  func() error { _, err := w.Say(t.Context(), "29:ada", channelID+";messageid=1", "x"); return err },
	} {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestReactionsToTheBotArrive(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "one"))
	id, err := w.client.Send(t.Context(), w.ServiceURL(), posted.Thread, &activity.Activity{Type: "message", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	got()
	react := must[bottest.Posted](t)
	if react(w.React(t.Context(), "29:ada", posted.Thread, posted.Message, "like")).Delivered {
		t.Error("a reaction to a person was delivered")
	}
	react(w.React(t.Context(), "29:ada", posted.Thread, id, "heart"))
	if m := w.Message(posted.Thread, id); !slices.Equal(m.Reactions["heart"], []string{"29:ada"}) {
		t.Errorf("reactions %v", m.Reactions)
	}
	react(w.Unreact(t.Context(), "29:ada", posted.Thread, id, "heart"))
	a := got()
	if len(a) != 2 || a[0].ReplyToID != id || a[0].ReactionsAdded[0].Type != "heart" || a[1].ReactionsRemoved[0].Type != "heart" {
		t.Errorf("reactions %+v", a)
	}
	if m := w.Message(posted.Thread, id); len(m.Reactions["heart"]) != 0 {
		t.Errorf("reactions %v", m.Reactions)
	}
}

func TestInstallation(t *testing.T) {
	w, got := listen(t, bottest.Config{NotInstalled: true})
	if posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "x", bottest.MentionBot())); posted.Delivered {
		t.Error("delivered to a bot that is not there")
	}
	must[[]bottest.Answer](t)(w.Install(t.Context(), "29:ada", channelID))
	a := got()
	if len(a) != 2 || a[0].Type != activity.TypeConversationUpdate || a[0].MembersAdded[0].ID != w.BotID() || a[1].Action != activity.InstallAdd {
		t.Fatalf("events %+v", a)
	}
	if data, err := a[1].Teams(); err != nil || data.Settings.SelectedChannel.ID != channelID || data.Team.Name != "Northwind" {
		t.Errorf("channel data %+v, %v", data, err)
	}
	if posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "x", bottest.MentionBot())); !posted.Delivered {
		t.Error("not delivered to a bot that is there")
	}
	got()
	must[[]bottest.Answer](t)(w.RemoveBot(t.Context(), "29:ada", channelID))
	if a := got(); len(a) != 2 || a[0].MembersRemoved[0].ID != w.BotID() || a[1].Action != activity.InstallRemove {
		t.Errorf("events %+v", a)
	}
	if w.Channels()[1].Installed {
		t.Error("still installed")
	}
}

func TestChannelsComeAndGo(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	answer := must[bottest.Answer](t)
	answer(w.AddChannel(t.Context(), "29:ada", w.Channels()[0].ID, bottest.Channel{ID: "19:new@thread.tacv2", Name: "New"}))
	answer(w.RenameChannel(t.Context(), "29:ada", "19:new@thread.tacv2", "Newer"))
	answer(w.DeleteChannel(t.Context(), "29:ada", "19:new@thread.tacv2"))
	var events []string
	for _, a := range got() {
		data, err := a.Teams()
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, data.EventType+" "+data.Channel.Name)
	}
	if want := []string{"channelCreated New", "channelRenamed Newer", "channelDeleted Newer"}; !slices.Equal(events, want) {
		t.Errorf("events %v", events)
	}
	_, err := w.client.Send(t.Context(), w.ServiceURL(), "19:new@thread.tacv2", &activity.Activity{Type: "message", Text: "x"})
	if err == nil || !strings.Contains(err.Error(), bot.CodeConversationNotFound) {
		t.Errorf("a post to a deleted channel: %v", err)
	}
}

func TestRedeliverRepeatsEveryByte(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	if _, err := w.Redeliver(t.Context()); err == nil {
		t.Error("redelivered nothing")
	}
	must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "one"))
	must[bottest.Answer](t)(w.Redeliver(t.Context()))
	a := got()
	deliveries := w.Deliveries()
	if len(a) != 2 || a[0].ID != a[1].ID || len(deliveries) != 2 || string(deliveries[0].Activity) != string(deliveries[1].Activity) {
		t.Errorf("deliveries %+v", deliveries)
	}
	if deliveries[1].Answer.Status != http.StatusOK {
		t.Errorf("answer %+v", deliveries[1].Answer)
	}
}

func TestABotThatIsNotThere(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	if _, err := svc.Say(t.Context(), "29:ada", channelID, "x"); err == nil {
		t.Error("no endpoint, no error")
	}
	svc.SetBotEndpoint("http://127.0.0.1:1/api/messages")
	if _, err := svc.Say(t.Context(), "29:ada", channelID, "x"); err == nil {
		t.Error("nobody listens, no error")
	}
	if d := svc.Deliveries(); len(d) != 2 || d[0].Err == nil || d[1].Err == nil {
		t.Errorf("deliveries %+v", d)
	}
}

func TestChangesWakeAndEnd(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	changes := w.Changes(ctx)
	before := w.Version()
	for i := range 5 {
		must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, fmt.Sprint(i)))
	}
	<-changes
	if w.Version() <= before {
		t.Error("the version did not grow")
	}
	w.WaitFor(t, "five threads", func() bool { return len(w.Threads(channelID)) == 5 })
	cancel()
	for range changes {
	}
}
