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

// A text that two readers could understand differently is no activity.
func ExampleDecode_refused() {
	for _, text := range []string{
		`{"type": "message", "text": "yes", "text": "no"}`,
		`{"type": "message"} {"type": "message"}`,
		`["message"]`,
	} {
		_, err := activity.Decode([]byte(text))
		fmt.Println(err)
	}
	// Output:
	// activity: a member name occurs twice in one object: "text" (at byte 33)
	// activity: data after the JSON object (at byte 20)
	// activity: not a JSON object (at byte 0)
}

// What a type does not know survives, digit for digit.
func ExampleEncode() {
	a, err := activity.Decode([]byte(`{"type":"message","text":"a < b","timestamp":"2026-11-22T09:20:00.1230000Z","newMember":{"n":1.50}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := activity.Encode(a)
	fmt.Println(string(data), err)
	// Output: {"type":"message","timestamp":"2026-11-22T09:20:00.1230000Z","text":"a < b","newMember":{"n":1.50}} <nil>
}

// A reply that mentions somebody: entity and words belong together.
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

// Words that look like a mention are none: the entity's id decides.
func ExampleActivity_TextFor() {
	ada, words := activity.NewMention(activity.ChannelAccount{ID: "29:ada", Name: "Docket"})
	a := &activity.Activity{
		Type:      activity.TypeMessage,
		Recipient: &activity.ChannelAccount{ID: "28:bot", Name: "Docket"},
		Text:      words + " can you help?",
		Entities:  []activity.Entity{ada},
	}
	fmt.Printf("%t %q\n", a.MentionsRecipient(), a.TextFor(a.Recipient.ID))
	// Output: false "Docket can you help?"
}
