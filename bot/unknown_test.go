package bot_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

// TestEveryCallSaysThatAConversationIsUnknown answers each call as the Connector answers for a channel that is gone.
func TestEveryCallSaysThatAConversationIsUnknown(t *testing.T) {
	wire := roundTripper(func(r *http.Request) (*http.Response, error) {
		body := `{"error":{"code":"ConversationNotFound","message":"Conversation not found."}}`
		return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hostsOf(t), HTTP: &http.Client{Transport: wire}})
	for name, call := range everyCall(client, "https://smba.trafficmanager.net/amer/") {
		t.Run(name, func(t *testing.T) {
			refused := asError(t, call(t.Context()))
			if refused.Status != http.StatusNotFound || refused.Code != bot.CodeConversationNotFound || !refused.Gone() || refused.Temporary() || refused.Doubtful {
				t.Errorf("got %+v", refused)
			}
		})
	}
}

// TestEveryCallWantsItsIDs leaves out one id at a time. No request leaves.
func TestEveryCallWantsItsIDs(t *testing.T) {
	wire := roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s left", r.Method, r.URL)
		return nil, io.ErrUnexpectedEOF
	})
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hostsOf(t), HTTP: &http.Client{Transport: wire}})
	const service = "https://smba.trafficmanager.net/amer/"
	for name, call := range map[string]func(context.Context) error{
		"send, no conversation": func(ctx context.Context) error { _, err := client.Send(ctx, service, "", text("x")); return err },
		"reply, no conversation": func(ctx context.Context) error {
			_, err := client.Reply(ctx, service, "", "a", text("x"))
			return err
		},
		"reply, no activity": func(ctx context.Context) error {
			_, err := client.Reply(ctx, service, "c", "", text("x"))
			return err
		},
		"update, no conversation": func(ctx context.Context) error { return client.Update(ctx, service, "", "a", text("x")) },
		"update, no activity":     func(ctx context.Context) error { return client.Update(ctx, service, "c", "", text("x")) },
		"delete, no conversation": func(ctx context.Context) error { return client.Delete(ctx, service, "", "a") },
		"delete, no activity":     func(ctx context.Context) error { return client.Delete(ctx, service, "c", "") },
		"member, no conversation": func(ctx context.Context) error { _, err := client.Member(ctx, service, "", "m"); return err },
		"member, nobody":          func(ctx context.Context) error { _, err := client.Member(ctx, service, "c", ""); return err },
		"members, no conversation": func(ctx context.Context) error {
			_, err := client.Members(ctx, service, "")
			return err
		},
		"pages, no conversation": func(ctx context.Context) error {
			_, err := client.PagedMembers(ctx, service, "", 0, "")
			return err
		},
		"activity members, no activity": func(ctx context.Context) error {
			_, err := client.ActivityMembers(ctx, service, "c", "")
			return err
		},
		"details, no team":  func(ctx context.Context) error { _, err := client.TeamDetails(ctx, service, ""); return err },
		"channels, no team": func(ctx context.Context) error { _, err := client.TeamChannels(ctx, service, ""); return err },
		"no service":        func(ctx context.Context) error { _, err := client.Send(ctx, "", "c", text("x")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if refused := asError(t, call(t.Context())); refused.Status != 0 || refused.Temporary() || refused.Doubtful {
				t.Errorf("got %+v", refused)
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
