package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// TestMain runs the program itself when the test starts it as a child.
func TestMain(m *testing.M) {
	if os.Getenv("ECHO_CHILD") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEcho(t *testing.T) {
	for _, cloud := range []auth.Cloud{auth.Public, auth.Gov, auth.China} {
		t.Run(cloud.Name, func(t *testing.T) { echoes(t, cloud) })
	}
}

// echoes talks to the bot as that cloud's service does.
func echoes(t *testing.T, cloud auth.Cloud) {
	svc := bottest.Start(t, bottest.Config{Cloud: cloud})
	serve(t, svc, "DOCKET_BOT_CLOUD="+cloud.Name)
	posted, err := svc.Say(t.Context(), svc.Users()[0].ID, svc.Channels()[1].ID, "hello", bottest.MentionBot())
	if err != nil || posted.Answer.Status != http.StatusOK {
		t.Fatalf("%+v, %v", posted, err)
	}
	if messages := svc.Messages(posted.Thread); len(messages) != 2 || messages[1].Text != "Echo: hello" {
		t.Errorf("thread %+v", messages)
	}
}

// TestWhoIsAnswered: people of the tenants that the settings name, and no bots.
func TestWhoIsAnswered(t *testing.T) {
	const home, other, third = bottest.DefaultTenant, "33333333-aaaa-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
	person := activity.ChannelAccount{ID: "29:somebody"}
	for _, row := range []struct {
		name     string
		allowed  string
		from     activity.ChannelAccount
		tenant   string
		status   int
		answered bool
	}{
		{"a person at home", "", person, home, http.StatusOK, true},
		{"a person of another tenant", "", person, other, http.StatusForbidden, false},
		{"a person of a tenant that is named", third + ", " + strings.ToUpper(other), person, other, http.StatusOK, true},
		{"a person at home, which is not named", other, person, home, http.StatusForbidden, false},
		{"nobody's tenant", "", person, "", http.StatusForbidden, false},
		{"another bot", "", activity.ChannelAccount{ID: "28:another"}, home, http.StatusOK, false},
		{"a bot by its role", "", activity.ChannelAccount{ID: "29:somebody", Role: activity.RoleBot}, home, http.StatusOK, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{})
			serve(t, svc, "DOCKET_BOT_ALLOWED_TENANTS="+row.allowed)
			answer, err := svc.Deliver(t.Context(), &activity.Activity{
				Type: activity.TypeMessage, Text: "hello", From: &row.from,
				Conversation: &activity.ConversationAccount{ID: svc.Channels()[1].ID, TenantID: row.tenant},
			})
			if err != nil || answer.Status != row.status {
				t.Errorf("%+v, %v, want status %d", answer, err, row.status)
			}
			if sent := svc.Count(bottest.OpSend) == 1; sent != row.answered {
				t.Errorf("answered: %t", sent)
			}
		})
	}
}

// serve starts the program beside a service, with further settings.
func serve(t *testing.T, svc *bottest.Service, settings ...string) {
	t.Helper()
	addr := freeAddr(t)
	ctx, cancel := context.WithCancel(t.Context())
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), "ECHO_CHILD=1", "DOCKET_ADDR="+addr,
		"DOCKET_BOT_ID="+bottest.DefaultAppID, "DOCKET_BOT_SECRET="+svc.SecretConfig().Secret, "DOCKET_BOT_TENANT="+bottest.DefaultTenant,
		"DOCKET_BOT_OPENID_METADATA="+svc.MetadataURL(), "DOCKET_BOT_TOKEN_URL="+svc.TokenURL(), "DOCKET_BOT_SERVICE_HOSTS="+svc.Host())
	child.Env = append(child.Env, settings...)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		child.Wait()
	})
	waitForListener(t, addr)
	svc.SetBotEndpoint("http://" + addr + "/api/messages")
}

func TestEchoIsShort(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), "\n"); n > 40 {
		t.Errorf("%d lines, at most 40 are promised", n)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func waitForListener(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return
		}
	}
	t.Fatal("the bot does not listen")
}
