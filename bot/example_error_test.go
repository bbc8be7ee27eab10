package bot_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// next decides what becomes of a message after the error of sending it.
func next(err error) string {
	failed, ok := errors.AsType[*bot.Error](err)
	switch {
	case err == nil:
		return "sent"
	case !ok:
		return "given up: " + err.Error()
	case failed.Gone():
		return "dropped: there is nothing to write to any more"
	case failed.Doubtful:
		return "held: it may have been posted, so a person decides"
	case failed.Temporary():
		return fmt.Sprint("again, not before ", failed.RetryAfter)
	}
	return "given up: the service will never take this"
}

// What an error says about the message: whether it may be there already, whether
// it is worth another try, and whether anything is left to write to.
func ExampleError() {
	svc := standIn()
	defer svc.Close()
	client := connect(svc)
	defer client.Close()

	channel := svc.Channels()[1].ID
	send := func(conversation string) string {
		_, err := client.Send(context.Background(), svc.ServiceURL(), conversation, &activity.Activity{Type: activity.TypeMessage, Text: "hello"})
		return next(err)
	}
	fmt.Println(send(channel))
	svc.Fail(bottest.OpSend, 1, bottest.Fault{Status: 429, RetryAfter: "30"})
	fmt.Println(send(channel))
	svc.Fail(bottest.OpSend, 1, bottest.Fault{Status: 502, AfterPosting: true})
	fmt.Println(send(channel))
	fmt.Println(send("19:gone@thread.tacv2"))
	svc.Fail(bottest.OpSend, 1, bottest.Fault{Status: 400, Code: "BadSyntax"})
	fmt.Println(send(channel))
	// Output:
	// sent
	// again, not before 30s
	// held: it may have been posted, so a person decides
	// dropped: there is nothing to write to any more
	// given up: the service will never take this
}
