package bot_test

import (
	"context"
	"fmt"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
)

// Each kind of event has its function. What nobody asked for is taken and
// forgotten, so that new kinds of events do no harm.
func ExampleRouter() {
	saw := func(what string) bot.HandlerFunc {
		return func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
			fmt.Println(what)
			return nil, nil
		}
	}
	router := &bot.Router{
		Message:      saw("somebody said something"),
		Installation: saw("the app was added or removed"),
		Conversation: map[string]bot.HandlerFunc{
			activity.EventChannelRenamed: saw("a channel has a new name"),
			"":                           saw("something else about teams, channels or members"),
		},
	}
	for _, received := range []string{
		`{"type": "message", "text": "hello"}`,
		`{"type": "conversationUpdate", "channelData": {"eventType": "channelRenamed"}}`,
		`{"type": "conversationUpdate", "channelData": {"eventType": "teamArchived"}}`,
		`{"type": "messageReaction"}`,
	} {
		a, err := activity.Decode([]byte(received))
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := router.HandleTurn(context.Background(), &bot.Turn{Activity: a}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// somebody said something
	// a channel has a new name
	// something else about teams, channels or members
}
