package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func text(s string) *activity.Activity {
	return &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: s}
}

func card(body string) *activity.Activity {
	return &activity.Activity{Type: activity.TypeMessage, Summary: "a card", Attachments: []activity.Attachment{{
		ContentType: activity.ContentAdaptiveCard,
		Content:     json.RawMessage(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"` + body + `"}]}`),
	}}}
}

// newThread makes the call that begins a thread in a channel.
func newThread(svc *bottest.Service, channelID string, first *activity.Activity) activity.ConversationParameters {
	group := true
	return activity.ConversationParameters{
		IsGroup: &group, Bot: &activity.ChannelAccount{ID: svc.BotID()}, TenantID: bottest.DefaultTenant, Activity: first,
		ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: channelID}, Tenant: &activity.TenantInfo{ID: bottest.DefaultTenant}},
	}
}

func sales(svc *bottest.Service) string { return svc.Channels()[1].ID }

// TestClientDoesWhatABotDoes runs a thread's life from the first card to the last
// line.
func TestClientDoesWhatABotDoes(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client, ctx, service := newClient(t, svc), t.Context(), svc.ServiceURL()

	created, err := client.CreateConversation(ctx, service, newThread(svc, sales(svc), card("waiting")))
	if err != nil {
		t.Fatal(err)
	}
	if want := sales(svc) + ";messageid=" + created.ActivityID; created.ID != want {
		t.Fatalf("thread %q, want %q", created.ID, want)
	}
	sent, err := client.Send(ctx, service, created.ID, text("line <at>one</at> ☺"))
	if err != nil {
		t.Fatal(err)
	}
	replied, err := client.Reply(ctx, service, created.ID, created.ActivityID, text("line two"))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Update(ctx, service, created.ID, created.ActivityID, card("joined")); err != nil {
		t.Fatal(err)
	}
	if err := client.Delete(ctx, service, created.ID, sent); err != nil {
		t.Fatal(err)
	}
	messages := svc.Messages(created.ID)
	if len(messages) != 3 || !strings.Contains(string(messages[0].Card), "joined") || !messages[0].Edited ||
		!messages[1].Deleted || messages[2].ID != replied || messages[2].Text != "line two" {
		t.Fatalf("thread: %+v", messages)
	}
	if body := string(svc.Requests(bottest.OpSend)[0].Body); !strings.Contains(body, "<at>one</at> ☺") {
		t.Errorf("the text was escaped: %s", body)
	}
	if body := string(svc.Requests(bottest.OpReply)[0].Body); !strings.Contains(body, `"replyToId":"`+created.ActivityID+`"`) {
		t.Errorf("no replyToId: %s", body)
	}
	if n := svc.Count(bottest.OpToken); n != 1 {
		t.Errorf("%d tokens were fetched for five calls", n)
	}
}

func TestClientReadsTheRoster(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client, ctx, service := newClient(t, svc), t.Context(), svc.ServiceURL()
	ada := svc.Users()[0]
	for _, id := range []string{ada.ID, ada.AADObjectID, ada.Email} {
		member, err := client.Member(ctx, service, sales(svc), id)
		if err != nil || member.ID != ada.ID || member.Name != ada.Name || member.AADObjectID != ada.AADObjectID {
			t.Errorf("Member(%q) = %+v, %v", id, member, err)
		}
	}
	_, err := client.Member(ctx, service, sales(svc), "29:nobody")
	if refused := asError(t, err); refused.Status != 404 || !refused.Gone() || refused.Doubtful {
		t.Errorf("an unknown member: %v", err)
	}
	page, err := client.PagedMembers(ctx, service, sales(svc), 0, "")
	if err != nil || len(page.Members) != 2 || page.Members[0].AADObjectID != ada.AADObjectID || page.ContinuationToken != "" {
		t.Errorf("members %+v, %v", page, err)
	}
	team := svc.Channels()[0].Team
	details, err := client.TeamDetails(ctx, service, team.ID)
	if err != nil || details.Name != team.Name {
		t.Errorf("team %+v, %v", details, err)
	}
	channels, err := client.TeamChannels(ctx, service, team.ID)
	if err != nil || len(channels) != 3 || channels[0].Name != "" || channels[1].Name != "Sales" {
		t.Errorf("channels %+v, %v", channels, err)
	}
}

// TestClientPagesThroughTheRoster: Teams answers at least fifty members at a time.
func TestClientPagesThroughTheRoster(t *testing.T) {
	users := make([]bottest.User, 70)
	for i := range users {
		users[i] = bottest.User{ID: fmt.Sprintf("29:%d", i), Name: fmt.Sprint(i)}
	}
	svc := bottest.Start(t, bottest.Config{Users: users})
	client := newClient(t, svc)
	var sizes []int
	for token := ""; ; {
		page, err := client.PagedMembers(t.Context(), svc.ServiceURL(), sales(svc), 1, token)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Members))
		if token = page.ContinuationToken; token == "" {
			break
		}
	}
	if !slices.Equal(sizes, []int{50, 20}) {
		t.Errorf("pages of %v members", sizes)
	}
}

// TestLongAnswersAreReadWhole reads a page of members and the channels of a team that each say one thing that nobody knows.
func TestLongAnswersAreReadWhole(t *testing.T) {
	const many = 500
	list := func(pattern string) string {
		all := make([]string, many)
		for i := range all {
			all[i] = fmt.Sprintf(pattern, i)
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/pagedmembers") {
			io.WriteString(w, `{"members":`+list(`{"id":"29:%[1]d","name":"Person %[1]d","objectId":"o-%[1]d","someday":true}`)+`}`)
			return
		}
		io.WriteString(w, `{"conversations":`+list(`{"id":"19:%[1]d","name":"Channel %[1]d","someday":true,"another":[]}`)+`}`)
	}))
	defer server.Close()
	hosts, err := auth.NewHosts(auth.Public, strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts})
	page, err := client.PagedMembers(t.Context(), server.URL, "19:c", 0, "")
	if err != nil || len(page.Members) != many || page.Members[many-1].AADObjectID != "o-499" || string(page.Members[0].Extra["someday"]) != "true" {
		t.Errorf("%d members, %v", len(page.Members), err)
	}
	channels, err := client.TeamChannels(t.Context(), server.URL, "19:t")
	if err != nil || len(channels) != many || channels[many-1].Name != "Channel 499" {
		t.Errorf("%d channels, %v", len(channels), err)
	}
}

func TestClientSendsNothingThatOnlyTheChannelSets(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	a := text("x")
	a.ID, a.Timestamp, a.ServiceURL, a.CallerID = "1", "2026-01-01T00:00:00Z", svc.ServiceURL(), "urn:x"
	if _, err := newClient(t, svc).Send(t.Context(), svc.ServiceURL(), sales(svc), a); err != nil {
		t.Fatal(err)
	}
	if a.ID != "1" || a.ServiceURL == "" {
		t.Error("the caller's activity was changed")
	}
}

func TestTheRequestOnTheWire(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	thread, err := client.CreateConversation(t.Context(), svc.ServiceURL(), newThread(svc, sales(svc), text("x")))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Update(t.Context(), svc.ServiceURL(), thread.ID, thread.ActivityID, text("y")); err != nil {
		t.Fatal(err)
	}
	r := svc.Requests(bottest.OpUpdate)[0]
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Accept": "application/json",
		"Idempotency-Key": "", "X-Idempotency-Key": "", "Accept-Encoding": "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.Header.Get("User-Agent") == "" || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		t.Errorf("headers %v", r.Header)
	}
	if want := "/connector/v3/conversations/" + strings.ReplaceAll(thread.ID, ";", "%3B") + "/activities/" + thread.ActivityID; r.Path != want {
		t.Errorf("path %q, want %q", r.Path, want)
	}
}

// TestIDsAreOneSegment passes ids that would be another path, if they were not
// escaped or refused.
func TestIDsAreOneSegment(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.ExpectViolation("ConversationNotFound")
	client := newClient(t, svc)
	for _, id := range []string{"", ".", ".."} {
		_, err := client.Send(t.Context(), svc.ServiceURL(), id, text("x"))
		if refused := asError(t, err); refused.Status != 0 || refused.Doubtful || refused.Temporary() {
			t.Errorf("Send to %q: %v", id, err)
		}
	}
	for _, id := range []string{"a/../../teams/x", "a?b=c", "a#b", "a b", "a%2Fb", "19:x@thread.tacv2;messageid=1"} {
		_, err := client.Send(t.Context(), svc.ServiceURL(), id, text("x"))
		if refused := asError(t, err); refused.Code != bot.CodeConversationNotFound {
			t.Errorf("Send to %q: %v", id, err)
		}
	}
	if n := svc.Count(bottest.OpUnknown); n != 0 {
		t.Errorf("%d requests went astray", n)
	}
}

// recorder is a token source and a transport that show what would have left.
type recorder struct {
	mu      sync.Mutex
	hosts   []string
	rewinds bool // some request could be sent a second time by the transport
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hosts = append(r.hosts, req.URL.Host)
	r.rewinds = r.rewinds || req.GetBody != nil
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
}

func (r *recorder) Token(context.Context) (string, error) { return "secret-token", nil }
func (r *recorder) Invalidate(string)                     {}

func TestTheTokenGoesToListedHostsAlone(t *testing.T) {
	hosts, err := auth.NewHosts(auth.Public)
	if err != nil {
		t.Fatal(err)
	}
	for _, serviceURL := range []string{
		"https://evil.example/", "https://smba.trafficmanager.net.evil.example/", "https://x.smba.trafficmanager.net/", "https://smba.trafficmanager.net@evil.example/",
		"https://smba.trafficmanager.net:8443/", "http://smba.trafficmanager.net/", "http://127.0.0.1/", "http://169.254.169.254/", "", "/v3",
	} {
		seen := &recorder{}
		client := clientWith(t, bot.ClientConfig{Tokens: seen, Hosts: hosts, HTTP: &http.Client{Transport: seen}})
		for name, call := range everyCall(client, serviceURL) {
			refused := asError(t, call(t.Context()))
			if refused.Status != 0 || refused.Doubtful || refused.Temporary() || refused.Gone() {
				t.Errorf("%s to %q: %v", name, serviceURL, refused)
			}
		}
		if len(seen.hosts) != 0 {
			t.Errorf("%q: requests left for %v", serviceURL, seen.hosts)
		}
	}
}

func everyCall(client *bot.Client, serviceURL string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"create": func(ctx context.Context) error {
			_, err := client.CreateConversation(ctx, serviceURL, activity.ConversationParameters{Activity: text("x")})
			return err
		},
		"send": func(ctx context.Context) error { _, err := client.Send(ctx, serviceURL, "c", text("x")); return err },
		"reply": func(ctx context.Context) error {
			_, err := client.Reply(ctx, serviceURL, "c", "a", text("x"))
			return err
		},
		"update": func(ctx context.Context) error { return client.Update(ctx, serviceURL, "c", "a", text("x")) },
		"delete": func(ctx context.Context) error { return client.Delete(ctx, serviceURL, "c", "a") },
		"member": func(ctx context.Context) error { _, err := client.Member(ctx, serviceURL, "c", "m"); return err },
		"members": func(ctx context.Context) error {
			_, err := client.PagedMembers(ctx, serviceURL, "c", 0, "")
			return err
		},
		"team":     func(ctx context.Context) error { _, err := client.TeamDetails(ctx, serviceURL, "t"); return err },
		"channels": func(ctx context.Context) error { _, err := client.TeamChannels(ctx, serviceURL, "t"); return err },
		"attachment": func(ctx context.Context) error {
			_, _, err := client.Attachment(ctx, serviceURL, serviceURL+"v3/attachments/1/views/original")
			return err
		},
	}
}

// TestNoRequestCanBeRewound: what the transport cannot rewind it cannot repeat.
func TestNoRequestCanBeRewound(t *testing.T) {
	seen := &recorder{}
	client := clientWith(t, bot.ClientConfig{Tokens: seen, Hosts: hostsOf(t), HTTP: &http.Client{Transport: seen}})
	calls := everyCall(client, "https://smba.trafficmanager.net/")
	for _, call := range calls {
		call(t.Context())
	}
	if len(seen.hosts) != len(calls) || seen.rewinds {
		t.Errorf("%d requests for %d calls, one can be rewound: %t", len(seen.hosts), len(calls), seen.rewinds)
	}
}

func TestNoTokenSendsNoHeader(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	svc.ExpectViolation("no bearer token")
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: svc.Hosts()})
	_, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("x"))
	if refused := asError(t, err); refused.Status != http.StatusUnauthorized {
		t.Error(err)
	}
	requests := svc.Requests(bottest.OpSend)
	if len(requests) != 1 || requests[0].Header["Authorization"] != nil {
		t.Errorf("requests %+v", requests)
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	if _, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("one")); err != nil {
		t.Fatal(err)
	}
	svc.RevokeTokens()
	if _, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("two")); err != nil {
		t.Fatal(err)
	}
	if n, tokens := svc.Count(bottest.OpSend), svc.Count(bottest.OpToken); n != 3 || tokens != 2 {
		t.Errorf("%d posts and %d tokens, want 3 and 2", n, tokens)
	}
	svc.Fail(bottest.OpSend, -1, bottest.Fault{Status: 401, Body: `{"message":"Authorization has been denied for this request."}`})
	_, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("three"))
	refused := asError(t, err)
	if refused.Status != 401 || refused.Doubtful || refused.Temporary() || !strings.Contains(refused.Message, "denied") {
		t.Error(err)
	}
	if n := svc.Count(bottest.OpSend); n != 5 {
		t.Errorf("%d posts, want two more", n)
	}
}

// TestWithoutATokenNothingLeaves: the error of a call that could not be made says what the token endpoint said, and many calls
// are one question to it.
func TestWithoutATokenNothingLeaves(t *testing.T) {
	for _, row := range []struct {
		name      string
		fault     bottest.Fault
		code      string
		temporary bool
		wait      time.Duration // at the longest
	}{
		{"a wrong secret", bottest.Fault{Status: 400, Body: `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."}`}, "AADSTS7000215", false, 2 * time.Second},
		{"too many", bottest.Fault{Status: 429, RetryAfter: "60", Body: "{}"}, "", true, time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			now := time.Now()
			svc := bottest.Start(t, bottest.Config{Clock: func() time.Time { return now }})
			svc.Fail(bottest.OpToken, -1, row.fault)
			client := newClient(t, svc)
			for range 10 {
				_, err := client.Send(t.Context(), svc.ServiceURL(), sales(svc), text("x"))
				refused := asError(t, err)
				var cause *auth.TokenError
				if !errors.Is(err, bot.ErrNoToken) || !errors.As(err, &cause) || cause.Status != row.fault.Status || cause.Code != row.code {
					t.Error(err)
				}
				if refused.Doubtful || refused.Temporary() != row.temporary || refused.RetryAfter <= 0 || refused.RetryAfter > row.wait {
					t.Errorf("%v: doubtful %t, temporary %t, wait %s", err, refused.Doubtful, refused.Temporary(), refused.RetryAfter)
				}
			}
			if sends, tokens := svc.Count(bottest.OpSend), svc.Count(bottest.OpToken); sends != 0 || tokens != 1 {
				t.Errorf("%d posts without a token and %d requests for one, want 0 and 1", sends, tokens)
			}
		})
	}
}

func TestNewClientRefusesNoTokens(t *testing.T) {
	if _, err := bot.NewClient(bot.ClientConfig{}); err == nil {
		t.Error("a client was made without a token source")
	}
}

func asError(t *testing.T, err error) *bot.Error {
	t.Helper()
	var refused *bot.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a *bot.Error", err)
	}
	return refused
}
