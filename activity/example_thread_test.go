package activity_test

import (
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// A thread's conversation id holds the channel and the thread's first message.
func ExampleParseThread() {
	t := activity.ParseThread("19:sales@thread.tacv2;messageid=1795342500000")
	fmt.Println(t.Channel)
	fmt.Println(t.Root)
	fmt.Println(activity.ParseThread("19:sales@thread.tacv2").Root == "")
	// Output:
	// 19:sales@thread.tacv2
	// 1795342500000
	// true
}

// From a channel and the id of a post to the conversation that answers go to.
func ExampleNewThread() {
	t, err := activity.NewThread("19:sales@thread.tacv2", "1795342500000")
	fmt.Println(t, err)
	_, err = activity.NewThread("19:sales@thread.tacv2", "latest")
	fmt.Println(err)
	// Output:
	// 19:sales@thread.tacv2;messageid=1795342500000 <nil>
	// activity: a thread needs a channel and the decimal id of its first message
}
