package bot_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// FuzzDelivery puts any body under a good token and any header before a good body. Nothing panics, nothing is our fault, and a
// handler sees only what has the channel, the service and the conversation of the good one.
func FuzzDelivery(f *testing.F) {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { svc.Close() })
	v, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { v.Close() })
	if err := v.Preload(f.Context()); err != nil {
		f.Fatal(err)
	}
	var seen *activity.Activity
	endpoint := bot.Receive(v, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		seen = turn.Activity
		turn.Activity.TextFor(svc.BotID())
		return nil, nil
	}), bot.Options{Log: slog.New(slog.DiscardHandler)})
	token := "Bearer " + svc.Token(bottest.TokenOptions{})
	good := goodActivity(svc).json()
	for _, body := range [][]byte{good, []byte("{}"), []byte("null"), bytes.Replace(good, []byte("message"), []byte("invoke"), 1)} {
		f.Add("", body)
	}
	for _, header := range []string{"Bearer", "Basic YTpi", token + "x", "Bearer " + svc.Token(bottest.TokenOptions{Alg: "none"})} {
		f.Add(header, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		authorization := []string{token}
		if header != "" {
			authorization, body = []string{header}, good
		}
		r := httptest.NewRequest(http.MethodPost, "/api/messages", bytes.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": authorization}
		w := httptest.NewRecorder()
		seen = nil
		endpoint.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK, http.StatusNotImplemented:
			if seen == nil || seen.ServiceURL != svc.ServiceURL() || seen.ChannelID != activity.ChannelTeams || seen.Conversation.ID == "" || seen.CallerID != auth.Public.CallerID {
				t.Errorf("%d for %q: the handler saw %+v", w.Code, body, seen)
			}
			if header != "" && header != token {
				t.Errorf("%q opens the door", header)
			}
		case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
			if header != "" || seen != nil {
				t.Errorf("%d for %q %q, handled: %t", w.Code, header, body, seen != nil)
			}
		case http.StatusUnauthorized:
			if header == "" || seen != nil {
				t.Errorf("401 for %q %q, handled: %t", header, body, seen != nil)
			}
		default:
			t.Errorf("%d for %q %q", w.Code, header, body)
		}
	})
}
