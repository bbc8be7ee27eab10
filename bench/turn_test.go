package bench_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bench"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// BenchmarkTurn shows what a turn costs the bot itself. The sockets on both sides
// are left out, so what remains is what a bot is written of.
func BenchmarkTurn(b *testing.B) {
	svc := bottest.Start(b, bottest.Config{})
	echo := newEcho(b, svc, connector{})
	client := &http.Client{Transport: connector{}}
	bare := bench.Bare(client)
	key := &svc.PrivateKey(svc.KeyID()).PublicKey
	reused := []string{svc.Token(bottest.TokenOptions{})}
	b.Run("bare", func(b *testing.B) { turns(b, svc, bare, reused) })
	b.Run("echo-reused", func(b *testing.B) { turns(b, svc, echo, reused) })
	fresh := sync.OnceValue(func() []string { return freshTokens(svc) })
	b.Run("bare-rsa", func(b *testing.B) { turns(b, svc, bench.Signed(key, bare), fresh()) })
	b.Run("bare-jwt", func(b *testing.B) { turns(b, svc, bench.Verified(key, bottest.DefaultAppID, bare), fresh()) })
	b.Run("echo-fresh", func(b *testing.B) { turns(b, svc, echo, fresh()) })
}

// newEcho is examples/echo with a Connector that needs no socket.
func newEcho(tb testing.TB, svc *bottest.Service, transport http.RoundTripper) http.Handler {
	tb.Helper()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { verifier.Close() })
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		tb.Fatal(err)
	}
	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts(), HTTP: &http.Client{Transport: transport}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { client.Close() })
	answer := func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		said := t.Activity
		_, err := client.Send(ctx, said.ServiceURL, said.Conversation.ID, &activity.Activity{
			Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "Echo: " + said.TextFor(svc.BotID())})
		return nil, err
	}
	return bot.Receive(verifier, &bot.Router{Message: answer}, bot.Options{})
}

// connector answers every post as the Connector does.
type connector struct{}

func (connector) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	r.Body.Close()
	return &http.Response{
		StatusCode: http.StatusCreated, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"id":"1795342800124"}`)),
	}, err
}

// freshCount is more than a verifier remembers, so that a token which comes
// round again has been forgotten.
const freshCount = 2048

func freshTokens(svc *bottest.Service) []string {
	tokens := make([]string, freshCount)
	for i := range tokens {
		tokens[i] = svc.Token(bottest.TokenOptions{Claims: map[string]any{"jti": strconv.Itoa(i)}})
	}
	return tokens
}

// turns delivers the message under each token in turn.
func turns(b *testing.B, svc *bottest.Service, bot http.Handler, tokens []string) {
	body, err := bench.Message(svc.ServiceURL(), "19:sales@thread.tacv2;messageid=1795342500000", "Is the trial still open?")
	if err != nil {
		b.Fatal(err)
	}
	w := &answer{header: make(http.Header)}
	r, err := http.NewRequest(http.MethodPost, "http://bot.example/api/messages", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r.Header.Set("Authorization", "Bearer "+tokens[n%len(tokens)])
		r.Body = io.NopCloser(bytes.NewReader(body))
		bot.ServeHTTP(w, r)
		if w.status >= http.StatusBadRequest {
			b.Fatal("answered ", w.status)
		}
	}
}

// answer is a response of which the status is kept.
type answer struct {
	header http.Header
	status int
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(p []byte) (int, error) { return len(p), nil }
func (a *answer) WriteHeader(status int)      { a.status = status }

// SetReadDeadline is there because a server's own writer has it.
func (a *answer) SetReadDeadline(time.Time) error { return nil }
