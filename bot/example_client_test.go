package bot_test

import (
	"context"
	"fmt"
	"log"

	"github.com/docket-handoff/docket/activity"
)

// A thread is begun in a channel, answered in, and its first message changed.
func ExampleClient() {
	svc := standIn()
	defer svc.Close()
	client := connect(svc)
	defer client.Close()

	ctx, channel, group := context.Background(), svc.Channels()[1], true
	say := func(text string) *activity.Activity {
		return &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: text}
	}
	thread, err := client.CreateConversation(ctx, svc.ServiceURL(), activity.ConversationParameters{
		IsGroup:     &group,
		ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: channel.ID}},
		Activity:    say("A visitor asks for a person."),
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Send(ctx, svc.ServiceURL(), thread.ID, say("Is anybody there?")); err != nil {
		log.Fatal(err)
	}
	if err := client.Update(ctx, svc.ServiceURL(), thread.ID, thread.ActivityID, say("A visitor asked for a person. Ada joined.")); err != nil {
		log.Fatal(err)
	}
	for _, message := range svc.Messages(thread.ID) {
		fmt.Println(channel.Name+":", message.Text)
	}
	// Output:
	// Sales: A visitor asked for a person. Ada joined.
	// Sales: Is anybody there?
}
