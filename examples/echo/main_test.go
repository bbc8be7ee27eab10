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
	addr := freeAddr(t)
	ctx, cancel := context.WithCancel(t.Context())
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), "ECHO_CHILD=1", "DOCKET_ADDR="+addr, "DOCKET_BOT_CLOUD="+cloud.Name,
		"DOCKET_BOT_ID="+bottest.DefaultAppID, "DOCKET_BOT_SECRET="+svc.SecretConfig().Secret, "DOCKET_BOT_TENANT="+bottest.DefaultTenant,
		"DOCKET_BOT_OPENID_METADATA="+svc.MetadataURL(), "DOCKET_BOT_TOKEN_URL="+svc.TokenURL(), "DOCKET_BOT_SERVICE_HOSTS="+svc.Host())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		child.Wait()
	})
	waitForListener(t, addr)
	svc.SetBotEndpoint("http://" + addr + "/api/messages")
	posted, err := svc.Say(t.Context(), svc.Users()[0].ID, svc.Channels()[1].ID, "hello", bottest.MentionBot())
	if err != nil || posted.Answer.Status != http.StatusOK {
		t.Fatalf("%+v, %v", posted, err)
	}
	if messages := svc.Messages(posted.Thread); len(messages) != 2 || messages[1].Text != "Echo: hello" {
		t.Errorf("thread %+v", messages)
	}
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
