package bot_test

import (
	"context"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
)

func TestRouter(t *testing.T) {
	var picked string
	to := func(name string) bot.HandlerFunc {
		return func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
			picked = name
			return &activity.InvokeResponse{Status: 200}, nil
		}
	}
	router := &bot.Router{
		Message: to("message"), Edit: to("edit"), Delete: to("delete"), Reaction: to("reaction"), Installation: to("installation"),
		Conversation: map[string]bot.HandlerFunc{activity.EventChannelDeleted: to("channel deleted"), "": to("other event")},
		Invoke:       map[string]bot.HandlerFunc{activity.InvokeAdaptiveCard: to("card")},
		Other:        to("other"),
	}
	for _, row := range []struct{ name, activity, want string }{
		{"a message", `{"type":"message"}`, "message"},
		{"a kind of message", `{"type":"message/special"}`, "message"},
		{"a type in capitals", `{"type":"Message"}`, "other"},
		{"an edit", `{"type":"messageUpdate"}`, "edit"},
		{"a deletion", `{"type":"messageDelete"}`, "delete"},
		{"a reaction", `{"type":"messageReaction"}`, "reaction"},
		{"an installation", `{"type":"installationUpdate","action":"add-upgrade"}`, "installation"},
		{"an event with a function", `{"type":"conversationUpdate","channelData":{"eventType":"channelDeleted"}}`, "channel deleted"},
		{"another event", `{"type":"conversationUpdate","channelData":{"eventType":"teamRenamed"}}`, "other event"},
		{"no channel data", `{"type":"conversationUpdate"}`, "other event"},
		{"channel data that is no object", `{"type":"conversationUpdate","channelData":"x"}`, "other event"},
		{"a known invoke", `{"type":"invoke","name":"adaptiveCard/action"}`, "card"},
		{"an unknown invoke", `{"type":"invoke","name":"task/fetch"}`, ""},
		{"an invoke without a name", `{"type":"invoke"}`, ""},
		{"typing", `{"type":"typing"}`, "other"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := activity.Decode([]byte(row.activity))
			if err != nil {
				t.Fatal(err)
			}
			picked = ""
			response, err := router.HandleTurn(t.Context(), &bot.Turn{Activity: a})
			if err != nil || picked != row.want || (response != nil) != (row.want != "") {
				t.Errorf("picked %q, want %q (%v, %v)", picked, row.want, response, err)
			}
			if response, err := (&bot.Router{}).HandleTurn(t.Context(), &bot.Turn{Activity: a}); response != nil || err != nil {
				t.Errorf("an empty router answered %v, %v", response, err)
			}
		})
	}
}
