package bottest_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestTheBotsReactions(t *testing.T) {
	now := time.Now()
	w, _ := listen(t, bottest.Config{Throttle: true, Clock: func() time.Time { return now }})
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "hello"))
	react := func(reaction string) error {
		return w.client.AddReaction(t.Context(), w.ServiceURL(), posted.Thread, posted.Message, reaction)
	}
	reactions := func() []string { return w.Message(posted.Thread, posted.Message).Reactions["1f440_eyes"] }
	for range 2 {
		if err := react("1f440_eyes"); err != nil {
			t.Fatal(err)
		}
	}
	must[bottest.Posted](t)(w.React(t.Context(), "29:ada", posted.Thread, posted.Message, "1f440_eyes"))
	if got := reactions(); !slices.Equal(got, []string{w.BotID(), "29:ada"}) {
		t.Errorf("reactions of %v", got)
	}
	w.ExpectViolation("429 Throttled")
	if failed := refused(t, react("like")); failed.Status != http.StatusTooManyRequests || failed.RetryAfter != time.Second {
		t.Errorf("a third within a second: %+v", failed)
	}
	now = now.Add(time.Second)
	if err := w.client.RemoveReaction(t.Context(), w.ServiceURL(), posted.Thread, posted.Message, "1f440_eyes"); err != nil {
		t.Fatal(err)
	}
	if got := reactions(); !slices.Equal(got, []string{"29:ada"}) {
		t.Errorf("reactions of %v", got)
	}
	must[bottest.Posted](t)(w.Delete(t.Context(), "29:ada", posted.Thread, posted.Message))
	if failed := refused(t, react("like")); failed.Status != 404 || failed.Code != "ActivityNotFoundInConversation" {
		t.Errorf("to a deleted message: %+v", failed)
	}
}

func TestWhomAMessageIsFor(t *testing.T) {
	w, _ := listen(t, bottest.Config{})
	posted := must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "hello"))
	members, err := w.client.ActivityMembers(t.Context(), w.ServiceURL(), posted.Thread, posted.Message)
	if err != nil || len(members) != 2 || members[1].ID != "29:grace" || members[1].AADObjectID == "" {
		t.Errorf("members %+v, %v", members, err)
	}
}

func TestAPastedPictureIsDescribed(t *testing.T) {
	w, got := listen(t, bottest.Config{})
	must[bottest.Posted](t)(w.Say(t.Context(), "29:ada", channelID, "look", bottest.Picture("a.png", "image/png", []byte("not really"))))
	at := got()[0].Attachments[0].ContentURL
	id := strings.Split(strings.SplitAfter(at, "/attachments/")[1], "/")[0]
	info, err := w.client.AttachmentInfo(t.Context(), w.ServiceURL(), id)
	if err != nil || info.Name != "a.png" || info.Type != "image/png" || !slices.Equal(info.Views, []bot.AttachmentView{{ID: "original", Size: 10}}) {
		t.Fatalf("%+v, %v", info, err)
	}
	body, kind, err := w.client.OpenAttachmentView(t.Context(), w.ServiceURL(), id, info.Views[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if content, err := io.ReadAll(body); err != nil || string(content) != "not really" || kind != "image/png" {
		t.Errorf("%q of %s, %v", content, kind, err)
	}
	w.ExpectViolation("AttachmentNotFound")
	if _, _, err := w.client.OpenAttachmentView(t.Context(), w.ServiceURL(), id, "thumbnail"); refused(t, err).Status != 404 {
		t.Error(err)
	}
	if _, err := w.client.AttachmentInfo(t.Context(), w.ServiceURL(), "unknown"); refused(t, err).Status != 404 {
		t.Error(err)
	}
}

// TestWhatIsNotModelledSaysSo: nothing here knows what Teams makes of these, so nothing says that it would refuse them.
func TestWhatIsNotModelledSaysSo(t *testing.T) {
	for name, ask := range map[string]func(context.Context, *bot.Client, string) error{
		"the list of conversations": func(ctx context.Context, c *bot.Client, u string) error {
			_, err := c.Conversations(ctx, u, "")
			return err
		},
		"removing a member": func(ctx context.Context, c *bot.Client, u string) error {
			return c.RemoveMember(ctx, u, channelID, "29:ada")
		},
		"a file for the channel's store": func(ctx context.Context, c *bot.Client, u string) error {
			_, err := c.UploadAttachment(ctx, u, channelID, bot.Upload{Type: "text/plain", Name: "a.txt", Original: []byte("a")})
			return err
		},
		"history": func(ctx context.Context, c *bot.Client, u string) error {
			_, err := c.UploadHistory(ctx, u, channelID, []*activity.Activity{{Type: activity.TypeMessage, Text: "before"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			svc := bottest.Start(l, bottest.Config{})
			err := ask(t.Context(), newWorldClient(t, svc), svc.ServiceURL())
			if failed := refused(t, err); failed.Status != http.StatusNotImplemented || failed.Code != "NotModelled" || failed.Temporary() {
				t.Errorf("answered %+v", failed)
			}
			if failures := l.end(); !strings.HasPrefix(failures, "bottest: not modelled here: other call: ") || strings.Contains(failures, "refuse") {
				t.Errorf("failures: %s", failures)
			}
		})
	}
}
