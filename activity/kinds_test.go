package activity_test

import (
	"encoding/json"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

// TestEveryTypeIsTold asks for each type of the specification under its own name, and under the others.
func TestEveryTypeIsTold(t *testing.T) {
	types := []string{
		"message", "messageUpdate", "messageDelete", "messageReaction", "conversationUpdate", "installationUpdate", "invoke", "event", "typing",
		"endOfConversation", "contactRelationUpdate", "deleteUserData", "suggestion", "trace", "handoff", "command", "commandResult",
	}
	for _, name := range types {
		t.Run(name, func(t *testing.T) {
			a := decode(t, `{"type":"`+name+`"}`)
			for _, other := range types {
				if a.IsType(other) != (other == name) {
					t.Errorf("a %s says that it is a %s: %t", name, other, a.IsType(other))
				}
			}
		})
	}
	for _, odd := range []string{`{}`, `{"type":null}`, `{"type":5}`, `{"type":""}`} {
		if decode(t, odd).IsType(activity.TypeMessage) {
			t.Errorf("%s is a message", odd)
		}
	}
}

// TestWhatArrivesIsRead has a row for each shape that other SDKs of the protocol once stumbled over. What was read is written
// again as it was.
func TestWhatArrivesIsRead(t *testing.T) {
	for _, row := range []struct {
		name, text string
		reads      func(a *activity.Activity) bool
	}{
		{"no members at all", `{}`, func(a *activity.Activity) bool { return a.Type == "" && a.From == nil && a.Mentions() == nil }},
		{"an edit without a text", `{"type":"messageUpdate","id":"1","channelData":{"eventType":"editMessage"}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return a.Text == "" && a.TextFor("28:b") == "" && err == nil && data.EventType == activity.EventEditMessage
		}},
		{"an edit with two attachments", `{"type":"messageUpdate","attachmentLayout":"carousel","attachments":[{"contentType":"text/html","content":"one"},{"contentType":"application/json","content":{"a":1}}]}`, func(a *activity.Activity) bool {
			return len(a.Attachments) == 2 && string(a.Attachments[0].Content) == `"one"` && string(a.Attachments[1].Content) == `{"a":1}` && a.AttachmentLayout == activity.LayoutCarousel
		}},
		{"an edit with a voice and an end", `{"type":"messageUpdate","text":"a","speak":"b","summary":"c","expiration":"2026-11-23T00:00:00.0000001Z","value":{"a":"b"}}`, func(a *activity.Activity) bool {
			return a.Speak == "b" && a.Summary == "c" && a.Expiration == "2026-11-23T00:00:00.0000001Z" && string(a.Value) == `{"a":"b"}`
		}},
		{"a restored message", `{"type":"messageUpdate","channelData":{"eventType":"undeleteMessage"}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.EventType == "undeleteMessage"
		}},
		{"a deletion", `{"type":"messageDelete","id":"1","channelData":{"eventType":"softDeleteMessage"}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.EventType == "softDeleteMessage" && a.ID == "1"
		}},
		{"a reaction that comes and goes", `{"type":"messageReaction","reactionsAdded":[{"type":"like"}],"reactionsRemoved":[{"type":"heart"}],"replyToId":"1"}`, func(a *activity.Activity) bool {
			return a.ReactionsAdded[0].Type == "like" && a.ReactionsRemoved[0].Type == "heart" && a.ReplyToID == "1"
		}},
		{"a reaction without reactions", `{"type":"messageReaction"}`, func(a *activity.Activity) bool {
			return a.ReactionsAdded == nil && a.ReactionsRemoved == nil
		}},
		{"extended markdown", `{"type":"message","text":"a","textFormat":"extendedmarkdown"}`, func(a *activity.Activity) bool {
			return a.TextFormat == activity.TextExtendedMarkdown
		}},
		{"an update without channel data", `{"type":"conversationUpdate","membersAdded":[{"id":"28:b"}]}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.EventType == "" && len(a.MembersAdded) == 1
		}},
		{"channel data with everything of Teams", `{"channelData":{"eventType":"x","team":{"id":"19:t","aadGroupId":"g"},"channel":{"id":"19:c"},"tenant":{"id":"t"},"settings":{"selectedChannel":{"id":"19:s"}},"notification":{"alert":true},"onBehalfOf":[{"itemId":0,"mri":"29:a"}]}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.Team.ID == "19:t" && data.Team.AADGroupID == "g" && data.Channel.ID == "19:c" && data.Tenant.ID == "t" && data.Settings.SelectedChannel.ID == "19:s"
		}},
		{"channel data without ids", `{"channelData":{"team":{},"channel":{},"settings":{}}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.Team.ID == "" && data.Channel.ID == "" && data.Settings.SelectedChannel == nil
		}},
		{"channel data of null", `{"channelData":{"team":null,"channel":null}}`, func(a *activity.Activity) bool {
			data, err := a.Teams()
			return err == nil && data.Team == nil && data.Channel == nil
		}},
		{"entities of unknown types", `{"entities":[{"type":"BotMessageMetadata","x":{"y":[1]}},{"type":"https://schema.org/Message","@id":""},{}]}`, func(a *activity.Activity) bool {
			return len(a.Entities) == 3 && a.Entities[0].Type == "BotMessageMetadata" && a.Mentions() == nil
		}},
		{"unknown primitives", `{"type":"message","text":"hello","aString":"s","aNumber":123,"aFraction":1.0,"aLong":9007199254740993,"yes":true,"nothing":null}`, func(a *activity.Activity) bool {
			return string(a.Extra["aLong"]) == "9007199254740993" && string(a.Extra["aFraction"]) == "1.0" && string(a.Extra["nothing"]) == "null"
		}},
		{"unknown members of a known object", `{"from":{"id":"1","name":"tester","agenticAppId":"a","x":{"y":null}},"conversation":{"id":"c","topic":"t"}}`, func(a *activity.Activity) bool {
			return a.From.AgenticAppID == "a" && string(a.From.Extra["x"]) == `{"y":null}` && string(a.Conversation.Extra["topic"]) == `"t"`
		}},
		{"null where members are known", `{"type":"message","text":null,"from":null,"entities":null,"timestamp":null}`, func(a *activity.Activity) bool {
			return a.Text == "" && a.From == nil && a.Entities == nil && a.Timestamp == ""
		}},
		{"a relation with a bot", `{"relatesTo":{"activityId":"1","bot":{"id":"28:b"},"conversation":{"id":"c"},"x":1}}`, func(a *activity.Activity) bool {
			return a.RelatesTo.Bot.ID == "28:b" && a.RelatesTo.Conversation.ID == "c"
		}},
		{"an empty relation", `{"relatesTo":{}}`, func(a *activity.Activity) bool { return a.RelatesTo != nil && a.RelatesTo.Bot == nil }},
		{"a relation with no bot in its place", `{"relatesTo":{"bot":true}}`, func(a *activity.Activity) bool { return a.RelatesTo.Bot == nil }},
		{"an empty bot", `{"relatesTo":{"bot":{}}}`, func(a *activity.Activity) bool { return a.RelatesTo.Bot != nil && a.RelatesTo.Bot.ID == "" }},
		{"a channel with a sub-channel", `{"channelId":"msteams:agents"}`, func(a *activity.Activity) bool { return a.ChannelID == "msteams:agents" }},
		{"times with all their digits", `{"timestamp":"2026-11-22T10:00:00.1234567Z","localTimestamp":"2026-11-22T11:00:00.1234567+01:00","expiration":"2026-11-22T12:00:00Z"}`, func(a *activity.Activity) bool {
			return a.Timestamp == "2026-11-22T10:00:00.1234567Z" && a.LocalTimestamp == "2026-11-22T11:00:00.1234567+01:00"
		}},
		{"no times", `{"type":"message"}`, func(a *activity.Activity) bool { return a.Timestamp+a.LocalTimestamp+a.Expiration == "" }},
		{"a sign-in that failed", `{"type":"invoke","name":"signin/failure","value":{"code":"resourcematchfailed","message":"no match"}}`, func(a *activity.Activity) bool {
			return a.Name == "signin/failure" && a.IsType(activity.TypeInvoke)
		}},
		{"a suggestion that was taken", `{"type":"invoke","name":"suggestedActions/submit","value":{"vote":"approve"}}`, func(a *activity.Activity) bool {
			return string(a.Value) == `{"vote":"approve"}`
		}},
		{"an invoke whose value is a text", `{"type":"invoke","name":"x","value":"text"}`, func(a *activity.Activity) bool { return string(a.Value) == `"text"` }},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := decode(t, row.text)
			if !row.reads(a) {
				t.Errorf("read as %+v", a)
			}
			var before, after any
			if err := json.Unmarshal([]byte(row.text), &before); err != nil {
				t.Fatal(err)
			}
			written := encode(t, a)
			if err := json.Unmarshal([]byte(written), &after); err != nil {
				t.Fatal(err)
			}
			if !sameJSON(t, before, after) {
				t.Errorf("written as %s", written)
			}
		})
	}
}

func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	one, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	other, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(one) == string(other)
}
