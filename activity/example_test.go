package activity_test

import (
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// A message from a channel of Teams: which thread, whether the bot is meant, and
// what was said to it.
func ExampleDecode() {
	a, err := activity.Decode([]byte(`{
		"type": "message",
		"id": "1795342500000",
		"conversation": {"id": "19:sales@thread.tacv2;messageid=1795342500000"},
		"recipient": {"id": "28:bot", "name": "Docket"},
		"text": "<at>Docket</at>&nbsp;hand back\n",
		"entities": [{"type": "mention", "text": "<at>Docket</at>", "mentioned": {"id": "28:bot"}}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(activity.ThreadOf(a).Root, a.MentionsRecipient(), a.TextFor(a.Recipient.ID))
	// Output: 1795342500000 true hand back
}

// A reply into the same thread, with a mention.
func ExampleNewMention() {
	entity, words := activity.NewMention(activity.ChannelAccount{ID: "29:ada", Name: "Ada"})
	reply := activity.Activity{
		Type:       activity.TypeMessage,
		TextFormat: activity.TextXML,
		Text:       "Thank you, " + words,
		Entities:   []activity.Entity{entity},
	}
	data, err := activity.Encode(reply)
	fmt.Println(string(data), err)
	// Output: {"type":"message","text":"Thank you, <at>Ada</at>","textFormat":"xml","entities":[{"type":"mention","mentioned":{"id":"29:ada","name":"Ada"},"text":"<at>Ada</at>"}]} <nil>
}
