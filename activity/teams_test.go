package activity_test

import (
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func TestTeams(t *testing.T) {
	a := golden(t, "bot_added")
	data, err := a.Teams()
	if err != nil {
		t.Fatal(err)
	}
	if data.EventType != activity.EventTeamMemberAdded || data.Team.Name != "Growth" || data.Channel != nil ||
		data.Settings.SelectedChannel.ID != "19:sales@thread.tacv2" {
		t.Errorf("got %+v", data)
	}
	if data.Team.MemberCount != 12 || data.MembershipSource == nil || data.MembershipSource.SourceType != "team" {
		t.Errorf("counts or sources are lost: %+v", data)
	}
	if a.MembersAdded[0].ID != a.Recipient.ID || a.MembersRemoved == nil {
		t.Errorf("members: %+v %+v", a.MembersAdded, a.MembersRemoved)
	}
}

func TestTeamsWithoutChannelData(t *testing.T) {
	for _, text := range []string{`{}`, `{"channelData":null}`, `{"channelData":{}}`} {
		data, err := decode(t, text).Teams()
		if err != nil || data.Tenant != nil || data.Team != nil {
			t.Errorf("%s: %+v, %v", text, data, err)
		}
	}
	if _, err := decode(t, `{"channelData":[1]}`).Teams(); err == nil {
		t.Error("an array is no channelData")
	}
}

func TestTenant(t *testing.T) {
	for _, row := range []struct {
		name, text, want string
		agree            bool
	}{
		{"both", `{"conversation":{"tenantId":"T1"},"channelData":{"tenant":{"id":"t1"}}}`, "t1", true},
		{"the conversation's alone", `{"conversation":{"tenantId":"t1"}}`, "t1", true},
		{"channelData's alone", `{"channelData":{"tenant":{"id":"t1"}}}`, "t1", true},
		{"no tenant in a tenant", `{"conversation":{"tenantId":"t1"},"channelData":{"tenant":{}}}`, "t1", true},
		{"neither", `{}`, "", true},
		{"they differ", `{"conversation":{"tenantId":"t1"},"channelData":{"tenant":{"id":"t2"}}}`, "", false},
		{"channelData cannot be read", `{"conversation":{"tenantId":"t1"},"channelData":"t1"}`, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			id, agree := decode(t, row.text).Tenant()
			if id != row.want || agree != row.agree {
				t.Errorf("got %q, %v", id, agree)
			}
		})
	}
}

func TestInstallAndEdit(t *testing.T) {
	a := golden(t, "installed")
	data, err := a.Teams()
	if err != nil || a.Action != activity.InstallAddUpgrade || data.Source.Name != "message" || data.Channel.ID != "19:sales@thread.tacv2" {
		t.Errorf("%s %+v %v", a.Action, data, err)
	}
	edit := golden(t, "edited")
	data, err = edit.Teams()
	if err != nil || data.EventType != activity.EventEditMessage || activity.ThreadOf(edit).Root != "1795342500000" {
		t.Errorf("%+v %v", data, err)
	}
	if r := golden(t, "reaction").ReactionsAdded; len(r) != 1 || r[0].Type != "1f440_eyes" {
		t.Errorf("reactions: %+v", r)
	}
}
