package teams

import (
	"testing"

	"github.com/docket-handoff/docket/activity"
)

// TestKeyOf: whatever tells two inputs apart tells their keys apart, and the same input again has the same key.
func TestKeyOf(t *testing.T) {
	input := func(change func(*activity.Activity)) *activity.Activity {
		a := &activity.Activity{
			Type: activity.TypeMessageUpdate, ID: "1767000300456", ChannelID: activity.ChannelTeams, Timestamp: "2026-01-05T09:25:00.4561234Z",
			Conversation: &activity.ConversationAccount{ID: "19:a@thread.tacv2;messageid=1", TenantID: "11111111-1111-4111-8111-111111111111"},
			ChannelData:  []byte(`{"eventType":"editMessage"}`),
		}
		change(a)
		return a
	}
	seen := map[string]string{}
	for _, row := range []struct {
		name   string
		change func(*activity.Activity)
	}{
		{"an edit", func(*activity.Activity) {}},
		{"a later edit", func(a *activity.Activity) { a.Timestamp = "2026-01-05T09:26:00.4561234Z" }},
		{"an undone removal", func(a *activity.Activity) { a.ChannelData = []byte(`{"eventType":"undeleteMessage"}`) }},
		{"a removal", func(a *activity.Activity) { a.Type = activity.TypeMessageDelete }},
		{"the message itself", func(a *activity.Activity) { a.Type, a.ChannelData = activity.TypeMessage, nil }},
		{"another message", func(a *activity.Activity) { a.ID = "1767000300457" }},
		{"another thread", func(a *activity.Activity) { a.Conversation.ID = "19:a@thread.tacv2;messageid=2" }},
		{"another channel", func(a *activity.Activity) { a.Conversation.ID = "19:b@thread.tacv2;messageid=1" }},
		{"another tenant", func(a *activity.Activity) { a.Conversation.TenantID = "22222222-2222-4222-8222-222222222222" }},
		{"another service", func(a *activity.Activity) { a.ChannelID = "webchat" }},
	} {
		key := keyOf(input(row.change))
		if other, taken := seen[key]; taken {
			t.Errorf("%s has the key of %s", row.name, other)
		}
		if seen[key] = row.name; keyOf(input(row.change)) != key {
			t.Errorf("%s has another key when it comes again", row.name)
		}
	}
}
