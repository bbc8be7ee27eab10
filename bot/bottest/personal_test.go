package bottest_test

import (
	"encoding/json"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// chatWith is what a bot asks for to write to one person first, as the documentation prints it.
func chatWith(w *world, userID string, first *activity.Activity) activity.ConversationParameters {
	group := false
	return activity.ConversationParameters{
		IsGroup: &group, Bot: &activity.ChannelAccount{ID: w.BotID()}, Members: []activity.ChannelAccount{{ID: userID}},
		TenantID: bottest.DefaultTenant, ChannelData: &activity.ChannelData{Tenant: &activity.TenantInfo{ID: bottest.DefaultTenant}}, Activity: first,
	}
}

func TestAPersonalChatIsOpenedOnce(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	open := func(userID string, first *activity.Activity) activity.ConversationResource {
		created, err := w.client.CreateConversation(t.Context(), w.ServiceURL(), chatWith(w, userID, first))
		if err != nil {
			t.Fatal(err)
		}
		return created
	}
	silent := open("29:ada", nil)
	if silent.ID != w.Chat("29:ada") || silent.ActivityID != "" || len(w.Messages(silent.ID)) != 0 {
		t.Errorf("opened %+v", silent)
	}
	greeted := open("33333333-3333-4333-8333-333333333333", &activity.Activity{Type: activity.TypeMessage, Text: "hello"})
	if greeted.ID != silent.ID || w.Message(silent.ID, greeted.ActivityID).Text != "hello" {
		t.Errorf("by the directory's id: %+v", greeted)
	}
	if other := open("29:grace", nil); other.ID == silent.ID {
		t.Error("two people share a chat")
	}
	if w.Chat("29:nobody") != "" {
		t.Error("a chat with nobody")
	}
	if n := len(w.Channels()); n != 3 {
		t.Errorf("%d channels", n)
	}
}

func TestAPersonalChatGoesBothWays(t *testing.T) {
	w, got := listen(t, bottest.Config{WithoutRSC: true})
	chat := w.Chat("29:ada")
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", chat, "hello"))
	a := got()[0]
	if posted.Thread != chat || !posted.Delivered || a.Conversation.ID != chat || a.Conversation.ConversationType != activity.ConversationPersonal || a.Conversation.IsGroup != nil {
		t.Errorf("%+v, %+v", posted, a.Conversation)
	}
	if data, err := a.Teams(); err != nil || data.Channel != nil || data.Team != nil || data.TeamsChannelID != "" || data.Tenant.ID != bottest.DefaultTenant {
		t.Errorf("channel data %s, %v", a.ChannelData, err)
	}

	id, err := w.client.Reply(t.Context(), a.ServiceURL, chat, a.ID, &activity.Activity{Type: activity.TypeMessage, Text: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.client.Update(t.Context(), a.ServiceURL, chat, id, &activity.Activity{Type: activity.TypeMessage, Text: "two"}); err != nil {
		t.Fatal(err)
	}
	if messages := w.Messages(chat); len(messages) != 2 || messages[1].Text != "two" || messages[1].ID != id {
		t.Errorf("the chat says %+v", messages)
	}
	must[bottest.Posted](t)(w.React(t.Context(), "29:ada", chat, id, "like"))
	must[bottest.Posted](t)(w.Edit(t.Context(), "29:ada", chat, posted.Message, "hello again"))
	if events := got(); len(events) != 2 || events[0].Conversation.ID != chat || events[1].Text != "hello again" {
		t.Errorf("events %+v", events)
	}
	if err := w.client.Delete(t.Context(), a.ServiceURL, chat, id); err != nil || !w.Message(chat, id).Deleted {
		t.Errorf("deleted: %v", err)
	}
	if _, err := w.Say(t.Context(), "29:grace", chat, "may I?"); err == nil {
		t.Error("somebody else wrote into the chat")
	}
	if _, err := w.RenameChannel(t.Context(), "29:ada", chat, "x"); err == nil {
		t.Error("the chat was renamed")
	}
}

func TestAButtonInAPersonalChat(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	created, err := w.client.CreateConversation(t.Context(), w.ServiceURL(), chatWith(w, "29:ada", &activity.Activity{
		Type: activity.TypeMessage, Attachments: []activity.Attachment{{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(joinCard)}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.PressFallback(t.Context(), "29:ada", created.ID, created.ActivityID, "Join conversation"); err != nil {
		t.Fatal(err)
	}
	if a := got(); len(a) != 1 || a[0].ReplyToID != created.ActivityID || a[0].Conversation.ID != created.ID || !a[0].HasSubmit() {
		t.Errorf("pressed %+v", a)
	}
}

func TestWhoIsInAPersonalChat(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	chat, ctx, service := w.Chat("29:ada"), t.Context(), w.ServiceURL()
	all, err := w.client.Members(ctx, service, chat)
	if err != nil || len(all) != 1 || all[0].ID != "29:ada" {
		t.Errorf("members %+v, %v", all, err)
	}
	page, err := w.client.PagedMembers(ctx, service, chat, 0, "")
	if err != nil || len(page.Members) != 1 || page.ContinuationToken != "" {
		t.Errorf("page %+v, %v", page, err)
	}
	if _, err := w.client.Member(ctx, service, chat, "29:ada"); err != nil {
		t.Error(err)
	}
	if _, err := w.client.Member(ctx, service, chat, "29:grace"); refused(t, err).Code != "MemberNotFoundInConversation" {
		t.Error(err)
	}
}

// TestWhatAPersonalChatIsNot has a row for each call that works in channels alone.
func TestWhatAPersonalChatIsNot(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	w.ExpectViolation("")
	chat, ctx, service := w.Chat("29:ada"), t.Context(), w.ServiceURL()
	group := true
	for name, row := range map[string]struct {
		status int
		ask    func() error
	}{
		"a team's details":  {404, func() error { _, err := w.client.TeamDetails(ctx, service, chat); return err }},
		"a team's channels": {404, func() error { _, err := w.client.TeamChannels(ctx, service, chat); return err }},
		"a targeted message": {400, func() error {
			_, err := w.client.SendTargeted(ctx, service, chat, to("29:ada", activity.Activity{Text: "x"}))
			return err
		}},
		"a thread": {400, func() error {
			_, err := w.client.CreateConversation(ctx, service, activity.ConversationParameters{
				IsGroup: &group, ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: chat}}, Activity: &activity.Activity{Type: activity.TypeMessage, Text: "x"},
			})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.Violations())
			if failed := refused(t, row.ask()); failed.Status != row.status || len(w.Violations()) != before+1 {
				t.Errorf("%v, violations %v", failed, w.Violations())
			}
		})
	}
	if n := len(w.Messages(chat)); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// TestABotThatIsNotInstalledWritesToNobody: that the app is not there, or the person, is no mistake of the bot's.
func TestABotThatIsNotInstalledWritesToNobody(t *testing.T) {
	w, _ := listen(t, bottest.Config{NotInstalled: true})
	create := func(userID string) *bot.Error {
		_, err := w.client.CreateConversation(t.Context(), w.ServiceURL(), chatWith(w, userID, nil))
		return refused(t, err)
	}
	if failed := create("29:ada"); failed.Status != 403 || failed.Code != bot.CodeForbiddenOperation {
		t.Error(failed)
	}
	if posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", w.Chat("29:ada"), "anybody?")); posted.Delivered {
		t.Error("a bot that is not there was told")
	}
	must[[]bottest.Answer](t)(w.Install(t.Context(), "29:ada", channelID))
	if _, err := w.client.Send(t.Context(), w.ServiceURL(), w.Chat("29:ada"), &activity.Activity{Type: activity.TypeMessage, Text: "here"}); err != nil {
		t.Error(err)
	}
	if failed := create("29:stranger"); failed.Status != 403 || !failed.Removed() {
		t.Error(failed)
	}
	w.BlockBot(true)
	if failed := create("29:ada"); failed.Code != bot.CodeBotDisabled {
		t.Error(failed)
	}
	if v := w.Violations(); len(v) != 0 {
		t.Errorf("violations %v", v)
	}
}
