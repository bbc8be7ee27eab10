package activity_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/activity"
)

// TestTheVocabularyOfTeams reads every member that Teams writes into channelData, and finds none of them among the unknown.
func TestTheVocabularyOfTeams(t *testing.T) {
	const text = `{"eventType":"channelShared","tenant":{"id":"t"},
		"team":{"id":"19:t","name":"Growth","aadGroupId":"g","teamType":"standard","memberCount":12,"channelCount":3,"tenantId":"t"},
		"channel":{"id":"19:c","name":"Sales","type":"shared"},"notification":{"alert":true,"alertInMeeting":false,"externalResourceUrl":"https://a.example"},
		"meeting":{"id":"m"},"settings":{"selectedChannel":{"id":"19:c","name":"Sales"}},
		"onBehalfOf":[{"itemid":1,"mentionType":"person","mri":"29:a","displayName":"Ada"}],"source":{"name":"message"},"app":{"id":"a","version":"1.0.0"},
		"feedbackLoopEnabled":true,"feedbackLoop":{"type":"custom"},"streamId":"s","streamType":"streaming","streamSequence":2,
		"teamsTeamId":"19:t","teamsChannelId":"19:c",
		"membershipSource":{"sourceType":"team","id":"19:o","membershipType":"transitive","teamGroupId":"g","tenantId":"t"},
		"sharedWithTeams":[{"id":"19:o"}],"unsharedFromTeams":[{"id":"19:p"}],"legacy":{"replyToId":"1:abc"}}`
	data, err := decode(t, `{"channelData":`+text+`}`).Teams()
	if err != nil {
		t.Fatal(err)
	}
	for name, extra := range map[string]map[string]json.RawMessage{
		"channelData": data.Extra, "team": data.Team.Extra, "channel": data.Channel.Extra, "notification": data.Notification.Extra, "app": data.App.Extra,
		"onBehalfOf": data.OnBehalfOf[0].Extra, "feedbackLoop": data.FeedbackLoop.Extra, "membershipSource": data.MembershipSource.Extra, "legacy": data.Legacy.Extra,
	} {
		if extra != nil {
			t.Errorf("%s has members that nobody knows: %v", name, extra)
		}
	}
	if diff := cmp.Diff(plain(t, text), plain(t, encode(t, data))); diff != "" {
		t.Errorf("changed on the way (-in +out):\n%s", diff)
	}
}

func TestEntitiesAreReadByType(t *testing.T) {
	a := decode(t, `{"entities":[
		{"type":"clientInfo","locale":"en-GB","country":"GB","platform":"Mac","timezone":"Europe/London","x":1},
		{"type":"streaminfo","streamId":"s","streamType":"final","streamSequence":3},
		{"type":"quotedReply","quotedReply":{"messageId":"1","senderId":"29:a","senderName":"Ada","preview":"hi","time":"2026-01-05T09:25:00Z","isReplyDeleted":false,"validatedMessageReference":true}},
		{"type":"quotedReply"},
		{"type":"somethingNew","locale":"xx"}]}`)
	client, ok := a.Entities[0].ClientInfo()
	if !ok || client.Platform != "Mac" || client.Country != "GB" || string(client.Extra["x"]) != "1" {
		t.Errorf("the client: %+v, %t", client, ok)
	}
	stream, ok := a.Entities[1].StreamInfo()
	if !ok || stream.StreamID != "s" || stream.StreamSequence != 3 {
		t.Errorf("the stream: %+v, %t", stream, ok)
	}
	quoted, ok := a.Entities[2].QuotedReply()
	if !ok || quoted.SenderName != "Ada" || *quoted.IsReplyDeleted || !*quoted.ValidatedMessageReference || quoted.Extra != nil {
		t.Errorf("the quotation: %+v, %t", quoted, ok)
	}
	if _, ok := a.Entities[3].QuotedReply(); ok {
		t.Error("a quotation of nothing")
	}
	if _, ok := a.Entities[4].ClientInfo(); ok {
		t.Error("an unknown entity is a client")
	}
}

// TestInvokesHaveNames holds the constants to the wire's spelling.
func TestInvokesHaveNames(t *testing.T) {
	want := map[string]string{
		activity.InvokeAdaptiveCard: "adaptiveCard/action", activity.InvokeSearch: "application/search",
		activity.InvokeTaskFetch: "task/fetch", activity.InvokeTaskSubmit: "task/submit",
		activity.InvokeQuery: "composeExtension/query", activity.InvokeQueryLink: "composeExtension/queryLink",
		activity.InvokeAnonymousQueryLink: "composeExtension/anonymousQueryLink", activity.InvokeSelectItem: "composeExtension/selectItem",
		activity.InvokeSubmitAction: "composeExtension/submitAction", activity.InvokeFetchTask: "composeExtension/fetchTask",
		activity.InvokeQuerySettingURL: "composeExtension/querySettingUrl", activity.InvokeSetting: "composeExtension/setting",
		activity.InvokeCardButton: "composeExtension/onCardButtonClicked", activity.InvokeSignInVerify: "signin/verifyState",
		activity.InvokeSignInExchange: "signin/tokenExchange", activity.InvokeSignInFailure: "signin/failure",
		activity.InvokeFileConsent: "fileConsent/invoke", activity.InvokeMessageSubmit: "message/submitAction",
		activity.InvokeMessageFetchTask: "message/fetchTask", activity.InvokeConfigFetch: "config/fetch", activity.InvokeConfigSubmit: "config/submit",
		activity.InvokeTabFetch: "tab/fetch", activity.InvokeTabSubmit: "tab/submit", activity.InvokeConnectorCard: "actionableMessage/executeAction",
		activity.InvokeHandoff: "handoff/action", activity.InvokeSuggestedSubmit: "suggestedActions/submit",
	}
	if len(want) != 26 {
		t.Errorf("two constants are the same: %d names", len(want))
	}
	for have, name := range want {
		if have != name {
			t.Errorf("%q, want %q", have, name)
		}
	}
}

func TestAReferenceBeginsATurn(t *testing.T) {
	in := golden(t, "reply_in_thread")
	turn := in.Reference().Continue()
	if !turn.IsType(activity.TypeEvent) || turn.Name != "ContinueConversation" || turn.ID != in.ID ||
		turn.From.ID != in.From.ID || turn.Recipient.ID != in.Recipient.ID || turn.Conversation.ID != in.Conversation.ID || turn.ServiceURL != in.ServiceURL {
		t.Errorf("%+v", turn)
	}
	for channel, want := range map[string]string{"directline": "", "webchat": "", "msteams": "7"} {
		update := &activity.Activity{Type: activity.TypeConversationUpdate, ID: "7", ChannelID: channel}
		if got := update.Reference().ActivityID; got != want {
			t.Errorf("on %s the reference names the activity %q, want %q", channel, got, want)
		}
	}
}
