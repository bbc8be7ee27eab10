package bot_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

// TestEveryOperationAsksForTheRightThing holds method, escaped path, query and body of the calls that a channel other than
// Teams may answer, against a server that writes down what it is asked.
func TestEveryOperationAsksForTheRightThing(t *testing.T) {
	const conversation, id = "19:c/1@thread.tacv2;messageid=5", "1767000000123"
	const path = "/v3/conversations/19:c%2F1@thread.tacv2%3Bmessageid=5"
	for _, row := range []struct {
		name               string
		do                 func(context.Context, *bot.Client, string) error
		want, body, answer string
	}{
		{"members", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.Members(ctx, u, conversation)
			return expect(t, err, len(got) == 1 && got[0].AADObjectID == "a-1", got)
		}, "GET " + path + "/members", "", `[{"id":"29:1","objectId":"a-1"}]`},
		{"activity members", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.ActivityMembers(ctx, u, conversation, id)
			return expect(t, err, len(got) == 2, got)
		}, "GET " + path + "/activities/" + id + "/members", "", `[{"id":"29:1"},{"id":"29:2"}]`},
		{"remove a member", func(ctx context.Context, c *bot.Client, u string) error {
			return c.RemoveMember(ctx, u, conversation, "29:1/2")
		}, "DELETE " + path + "/members/29:1%2F2", "", ""},
		{"conversations", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.Conversations(ctx, u, "next&1")
			return expect(t, err, got.ContinuationToken == "more" && got.Conversations[0].Members[0].ID == "29:1", got)
		}, "GET /v3/conversations?continuationToken=next%261", "", `{"continuationToken":"more","conversations":[{"id":"a:1","members":[{"id":"29:1"}]}]}`},
		{"upload", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.UploadAttachment(ctx, u, conversation, bot.Upload{Type: "text/plain", Name: "a.txt", Original: []byte("hello")})
			return expect(t, err, got == "f-1", got)
		}, "POST " + path + "/attachments", `{"type":"text/plain","name":"a.txt","originalBase64":"aGVsbG8="}`, `{"id":"f-1"}`},
		{"history", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.UploadHistory(ctx, u, conversation, []*activity.Activity{{Type: activity.TypeMessage, Text: "before"}})
			return expect(t, err, got == "h-1", got)
		}, "POST " + path + "/activities/history", `{"activities":[{"type":"message","text":"before"}]}`, `{"id":"h-1"}`},
		{"attachment info", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.AttachmentInfo(ctx, u, "f/1")
			return expect(t, err, got.Name == "a.txt" && got.Views[0].ID == "original" && got.Views[0].Size == 5, got)
		}, "GET /v3/attachments/f%2F1", "", `{"name":"a.txt","type":"text/plain","views":[{"viewId":"original","size":5}]}`},
		{"attachment view", func(ctx context.Context, c *bot.Client, u string) error {
			body, _, err := c.OpenAttachmentView(ctx, u, "f1", "original")
			if err != nil {
				return err
			}
			defer body.Close()
			content, err := io.ReadAll(body)
			return expect(t, err, string(content) == "hello", content)
		}, "GET /v3/attachments/f1/views/original", "", "hello"},
		{"react", func(ctx context.Context, c *bot.Client, u string) error {
			return c.AddReaction(ctx, u, conversation, id, "1f440_eyes")
		}, "PUT " + path + "/activities/" + id + "/reactions/1f440_eyes", "", ""},
		{"take a reaction back", func(ctx context.Context, c *bot.Client, u string) error {
			return c.RemoveReaction(ctx, u, conversation, id, "like")
		}, "DELETE " + path + "/activities/" + id + "/reactions/like", "", ""},
		{"targeted", func(ctx context.Context, c *bot.Client, u string) error {
			got, err := c.SendTargeted(ctx, u, conversation, &activity.Activity{Type: activity.TypeMessage, ID: "mine", Text: "only you", Recipient: &activity.ChannelAccount{ID: "29:1"}})
			return expect(t, err, got == "t-1", got)
		}, "POST " + path + "/activities?isTargetedActivity=true", `{"type":"message","recipient":{"id":"29:1","isTargeted":true},"text":"only you"}`, `{"id":"t-1"}`},
		{"targeted, changed", func(ctx context.Context, c *bot.Client, u string) error {
			return c.UpdateTargeted(ctx, u, conversation, id, &activity.Activity{Type: activity.TypeMessage, Text: "still you"})
		}, "PUT " + path + "/activities/" + id + "?isTargetedActivity=true", `{"type":"message","text":"still you"}`, ""},
		{"targeted, removed", func(ctx context.Context, c *bot.Client, u string) error {
			return c.DeleteTargeted(ctx, u, conversation, id)
		}, "DELETE " + path + "/activities/" + id + "?isTargetedActivity=true", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var asked, body string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent, _ := io.ReadAll(r.Body)
				asked, body = r.Method+" "+r.RequestURI, string(sent)
				_, _ = io.WriteString(w, row.answer)
			}))
			defer srv.Close()
			hosts, err := auth.NewHosts(auth.Public, strings.TrimPrefix(srv.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			client, err := bot.NewClient(bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := row.do(t.Context(), client, srv.URL); err != nil {
				t.Fatal(err)
			}
			if asked != row.want {
				t.Errorf("asked for %s, want %s", asked, row.want)
			}
			if strings.TrimSpace(body) != row.body {
				t.Errorf("sent %s, want %s", body, row.body)
			}
		})
	}
}

func expect(t *testing.T, err error, ok bool, got any) error {
	t.Helper()
	if err == nil && !ok {
		t.Errorf("answered %+v", got)
	}
	return err
}

func TestATargetedMessageNeedsARecipient(t *testing.T) {
	client, err := bot.NewClient(bot.ClientConfig{Tokens: auth.NoToken{}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.SendTargeted(t.Context(), "https://smba.trafficmanager.net/", "19:x", text("hi")); err == nil {
		t.Error("it was sent")
	}
}
