package bot_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// BenchmarkReceive shows what a delivery costs without its socket: token, JSON,
// comparison and an empty handler.
func BenchmarkReceive(b *testing.B) {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		b.Fatal(err)
	}
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		b.Fatal(err)
	}
	defer verifier.Close()
	endpoint := bot.Receive(verifier, bot.HandlerFunc(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, nil
	}), bot.Options{Log: newLog(io.Discard)})
	body := goodActivity(svc).json()
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Authorization": {"Bearer " + svc.Token(bottest.TokenOptions{})}}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/api/messages", bytes.NewReader(body))
		r.Header = header
		w := httptest.NewRecorder()
		endpoint.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
