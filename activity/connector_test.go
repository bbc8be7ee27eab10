package activity_test

import (
	"encoding/json"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/google/go-cmp/cmp"
)

func TestConversationParameters(t *testing.T) {
	group := true
	got := encode(t, activity.ConversationParameters{
		IsGroup:  &group,
		Bot:      &activity.ChannelAccount{ID: "28:b"},
		TenantID: "t1",
		Activity: &activity.Activity{Type: activity.TypeMessage, Summary: "Dana needs a person", Attachments: []activity.Attachment{
			{ContentType: activity.ContentAdaptiveCard, Content: json.RawMessage(`{"type":"AdaptiveCard"}`)},
		}},
		ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: "19:c"}, Tenant: &activity.TenantInfo{ID: "t1"}},
	})
	want := `{"isGroup":true,"bot":{"id":"28:b"},"tenantId":"t1","activity":{"type":"message","summary":"Dana needs a person",` +
		`"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard"}}]},` +
		`"channelData":{"tenant":{"id":"t1"},"channel":{"id":"19:c"}}}`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestRosterSpellings(t *testing.T) {
	for _, row := range []struct{ name, text, id string }{
		{"roster", `{"id":"29:a","objectId":"o1","userPrincipalName":"ada@example.com","userRole":"guest"}`, "o1"},
		{"activity", `{"id":"29:a","aadObjectId":"o2"}`, "o2"},
		{"both", `{"id":"29:a","objectId":"o1","aadObjectId":"o2"}`, "o2"},
		{"neither", `{"id":"29:a"}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var member activity.ChannelAccount
			if err := json.Unmarshal([]byte(row.text), &member); err != nil || member.AADObjectID != row.id {
				t.Errorf("%+v %v", member, err)
			}
		})
	}
}

func TestConnectorAnswers(t *testing.T) {
	var page activity.PagedMembers
	if err := json.Unmarshal([]byte(`{"continuationToken":"next","members":[{"id":"29:a","objectId":"o"}]}`), &page); err != nil {
		t.Fatal(err)
	}
	if page.ContinuationToken != "next" || len(page.Members) != 1 || page.Members[0].AADObjectID != "o" {
		t.Errorf("page: %+v", page)
	}
	var team activity.TeamDetails
	if err := json.Unmarshal([]byte(`{"id":"19:t","name":"Growth","channelCount":3,"memberCount":0,"type":"standard"}`), &team); err != nil {
		t.Fatal(err)
	}
	if team.ChannelCount != 3 || team.MemberCount != 0 || team.Type != "standard" {
		t.Errorf("team: %+v", team)
	}
	var channels activity.TeamChannels
	if err := json.Unmarshal([]byte(`{"conversations":[{"id":"19:t","name":null},{"id":"19:c","name":"Sales","type":"shared"}]}`), &channels); err != nil {
		t.Fatal(err)
	}
	want := []string{" 19:t", "Sales 19:c"}
	var got []string
	for _, c := range channels.Conversations {
		got = append(got, c.Name+" "+c.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	var body activity.ErrorBody
	if err := json.Unmarshal([]byte(`{"error":{"code":"Throttled","message":"slow down","innerHttpError":{"statusCode":429}}}`), &body); err != nil || body.Error.Code != "Throttled" {
		t.Errorf("error: %+v %v", body, err)
	}
	if err := json.Unmarshal([]byte(`{"message":"denied"}`), &body); err != nil || string(body.Extra["message"]) != `"denied"` {
		t.Errorf("error of another shape: %+v %v", body, err)
	}
}
