package bench

import (
	_ "embed"

	"github.com/docket-handoff/docket/activity"
)

// message is what Teams sends for a reply in a thread, with invented ids.
//
//go:embed testdata/message.json
var message []byte

// Message answers the body of one delivery: text, said in the conversation, by a
// service at serviceURL. The service URL ends with a slash.
func Message(serviceURL, conversation, text string) ([]byte, error) {
	said, err := activity.Decode(message)
	if err != nil {
		return nil, err
	}
	said.ServiceURL, said.Conversation.ID, said.Text = serviceURL, conversation, text
	return activity.Encode(said)
}
