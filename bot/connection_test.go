package bot_test

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// TestEveryCallLeavesItsConnectionUsable counts the connections that the calls of
// a handoff need, one after the other.
func TestEveryCallLeavesItsConnectionUsable(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		t.Fatal(err)
	}
	var dialled atomic.Int32
	client := clientWith(t, bot.ClientConfig{Tokens: tokens, Hosts: svc.Hosts(), HTTP: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			dialled.Add(1)
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}}})
	ctx, service := t.Context(), svc.ServiceURL()
	created, err := client.CreateConversation(ctx, service, newThread(svc, sales(svc), card("waiting")))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		sent, err := client.Send(ctx, service, created.ID, text("hello"))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Update(ctx, service, created.ID, sent, text("hello again")); err != nil {
			t.Fatal(err)
		}
		if err := client.Delete(ctx, service, created.ID, sent); err != nil {
			t.Fatal(err)
		}
	}
	if n := dialled.Load(); n != 1 {
		t.Errorf("%d connections for ten calls in a row", n)
	}
}
