package activity_test

import (
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// An event of Teams, with the team and channel that it is about. The tenant is
// named in two places, and both must agree.
func ExampleActivity_Teams() {
	a, err := activity.Decode([]byte(`{
		"type": "conversationUpdate",
		"conversation": {"id": "19:general@thread.tacv2", "tenantId": "1e5f8a3c-0000-4000-8000-000000000001"},
		"channelData": {
			"eventType": "channelRenamed",
			"team": {"id": "19:general@thread.tacv2", "name": "Northwind"},
			"channel": {"id": "19:sales@thread.tacv2", "name": "Sales & Success"},
			"tenant": {"id": "1e5f8a3c-0000-4000-8000-000000000001"}
		}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := a.Teams()
	if err != nil {
		fmt.Println(err)
		return
	}
	tenant, agree := a.Tenant()
	fmt.Println(data.EventType == activity.EventChannelRenamed, data.Team.Name, ">", data.Channel.Name)
	fmt.Println(tenant, agree)
	// Output:
	// true Northwind > Sales & Success
	// 1e5f8a3c-0000-4000-8000-000000000001 true
}
