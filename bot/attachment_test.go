package bot_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestAttachment(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	client := newClient(t, svc)
	e := newEndAt(t, svc, nil, nil, bot.Options{})
	picture := bytes.Repeat([]byte{0x89, 'P', 'N', 'G'}, 1000)
	if _, err := svc.Say(t.Context(), "29:ada", sales(svc), "look", bottest.Picture("a.png", "image/png", picture)); err != nil {
		t.Fatal(err)
	}
	turns, _, _ := e.take()
	if len(turns) != 1 {
		t.Fatalf("%d turns", len(turns))
	}
	at := turns[0].Activity.Attachments[0]
	svc.RevokeTokens()
	body, kind, err := client.Attachment(t.Context(), svc.ServiceURL(), at.ContentURL)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, picture) || kind != "image/png" {
		t.Errorf("%d bytes of %s, %v", len(got), kind, err)
	}
}

func TestAttachmentsElsewhereAreNotFetched(t *testing.T) {
	trap := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the trap was asked with %v", r.Header) }))
	defer trap.Close()
	svc := bottest.Start(t, bottest.Config{})
	hosts, err := auth.NewHosts(auth.Public, svc.Host(), trap.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hosts})
	origin := strings.TrimSuffix(svc.ServiceURL(), "/connector/")
	for name, url := range map[string]string{
		"another host on the list": trap.URL + "/v3/attachments/1/views/original",
		"a foreign host":           "https://evil.example/v3/attachments/1/views/original",
		"the metadata service":     "http://169.254.169.254/v3/attachments/1",
		"user information":         strings.Replace(origin, "http://", "http://evil.example@", 1) + "/v3/attachments/1",
		"another path":             origin + "/connector/v3/conversations/c/members",
		"a path that climbs":       origin + "/connector/v3/attachments/../conversations/c/members",
		"one that climbs in code":  origin + "/connector/v3/attachments/%2e%2E/conversations/c/members",
		"a query":                  origin + "/connector/v3/attachments/1?x=1",
		"a data URL":               "data:image/png;base64,AAAA",
		"nothing":                  "",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := client.Attachment(t.Context(), svc.ServiceURL(), url)
			if e := asError(t, err); e.Status != 0 || e.Temporary() {
				t.Error(err)
			}
		})
	}
	if n := svc.Count(bottest.OpAttachment) + svc.Count(bottest.OpMembers); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestAttachmentFailures(t *testing.T) {
	var handler http.HandlerFunc
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(w, r) }))
	defer server.Close()
	client := clientWith(t, bot.ClientConfig{Tokens: auth.NoToken{}, Hosts: hostsOf(t, server.Listener.Addr().String())})
	fetch := func() ([]byte, error) {
		body, _, err := client.Attachment(t.Context(), server.URL+"/", server.URL+"/v3/attachments/1/views/original")
		if err != nil {
			return nil, err
		}
		defer body.Close()
		return io.ReadAll(body)
	}
	t.Run("a redirect is not followed", func(t *testing.T) {
		handler = func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusFound)
		}
		_, err := fetch()
		if e := asError(t, err); e.Status != http.StatusFound {
			t.Error(err)
		}
	})
	t.Run("gone", func(t *testing.T) {
		handler = http.NotFound
		_, err := fetch()
		if e := asError(t, err); !e.Gone() {
			t.Error(err)
		}
	})
	t.Run("exactly the limit", func(t *testing.T) {
		handler = func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 10<<20)) }
		if got, err := fetch(); err != nil || len(got) != 10<<20 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
	t.Run("a byte more", func(t *testing.T) {
		handler = func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 10<<20+1)) }
		if _, err := fetch(); !errors.Is(err, bot.ErrAttachmentTooLarge) {
			t.Error(err)
		}
	})
	t.Run("packed, it stays packed", func(t *testing.T) {
		handler = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "packed")
		}
		if got, err := fetch(); err != nil || string(got) != "packed" {
			t.Errorf("%q, %v", got, err)
		}
	})
}
