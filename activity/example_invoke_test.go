package activity_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// The press of a card's button is read, and answered with a line that the person
// who pressed sees at the card.
func ExampleActivity_CardAction() {
	a, err := activity.Decode([]byte(`{
		"type": "invoke",
		"name": "adaptiveCard/action",
		"value": {"action": {"type": "Action.Execute", "verb": "join", "data": {"handoff": "h-7"}}, "trigger": "manual"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	press, err := a.CardAction()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(press.Action.Verb, string(press.Action.Data))
	answer := activity.MessageResponse("Ada has this conversation.")
	body, err := json.Marshal(answer.Body)
	fmt.Println(answer.Status, string(body), err)
	// Output:
	// join {"handoff": "h-7"}
	// 200 {"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Ada has this conversation."} <nil>
}

// A press that cannot be read comes with the answer to give. Its status travels
// inside; the HTTP status stays 200.
func ExampleInvokeError() {
	a := &activity.Activity{Type: activity.TypeInvoke, Name: activity.InvokeAdaptiveCard, Value: json.RawMessage(`{"action": {"type": "Action.Submit"}}`)}
	_, err := a.CardAction()
	if refused, ok := errors.AsType[*activity.InvokeError](err); ok {
		answer := refused.Response()
		body, err := json.Marshal(answer.Body)
		fmt.Println(answer.Status, string(body), err)
	}
	// Output: 200 {"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"NotSupported","message":"This kind of action is not supported."}} <nil>
}
