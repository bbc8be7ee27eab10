package activity_test

import (
	"encoding/json"
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// A reference is kept, as JSON, and later addresses a message that nobody asked
// for.
func ExampleActivity_Reference() {
	received := &activity.Activity{
		Type:         activity.TypeMessage,
		ID:           "1795342500000",
		ChannelID:    activity.ChannelTeams,
		ServiceURL:   "https://smba.trafficmanager.net/emea/",
		From:         &activity.ChannelAccount{ID: "29:ada", Name: "Ada"},
		Recipient:    &activity.ChannelAccount{ID: "28:bot", Name: "Docket"},
		Conversation: &activity.ConversationAccount{ID: "19:sales@thread.tacv2;messageid=1795342500000"},
	}
	kept, err := json.Marshal(received.Reference())
	if err != nil {
		fmt.Println(err)
		return
	}

	var reference activity.ConversationReference
	if err := json.Unmarshal(kept, &reference); err != nil {
		fmt.Println(err)
		return
	}
	message := &activity.Activity{Type: activity.TypeMessage, Text: "Your report is ready."}
	reference.Apply(message)
	fmt.Println(message.From.Name, "to", message.Recipient.Name)
	fmt.Println(message.Conversation.ID)
	fmt.Println(message.ServiceURL)
	// Output:
	// Docket to Ada
	// 19:sales@thread.tacv2;messageid=1795342500000
	// https://smba.trafficmanager.net/emea/
}
