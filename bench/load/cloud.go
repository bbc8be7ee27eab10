package main

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/docket-handoff/docket/bench"
	"github.com/docket-handoff/docket/bot/bottest"
)

// cloud is everything that a bot talks to. Keys and tokens are bottest's; its
// Connector keeps and checks too much for a load, so a lean one stands in.
type cloud struct {
	svc       *bottest.Service
	connector *http.Server
	base      string
	bodies    [][]byte        // by caller: what it says
	replies   []atomic.Uint64 // by caller: right answers that arrived at the Connector
	reused    []string
	fresh     []string
	publicKey string // of the channel, as bench/bare takes it
}

// startCloud signs the tokens before anything is measured.
func startCloud(callers, tokens int) (*cloud, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &cloud{svc: bottest.New(bottest.Config{}), base: "http://" + listener.Addr().String(), replies: make([]atomic.Uint64, callers)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v3/conversations/{conversation}/activities", c.post)
	c.connector = &http.Server{Handler: mux}
	go c.connector.Serve(listener)
	if err := c.svc.Start(); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(&c.svc.PrivateKey(c.svc.KeyID()).PublicKey)
	if err != nil {
		return nil, err
	}
	c.publicKey = base64.StdEncoding.EncodeToString(der)
	for n := range callers {
		body, err := bench.Message(c.base+"/", conversation(n), said(n))
		if err != nil {
			return nil, err
		}
		c.bodies = append(c.bodies, body)
	}
	c.reused, c.fresh = c.sign(1), c.sign(tokens)
	return c, nil
}

func (c *cloud) close() {
	c.connector.Close()
	c.svc.Close()
}

func conversation(caller int) string {
	return "19:sales@thread.tacv2;messageid=" + strconv.Itoa(1795342500000+caller)
}

func said(caller int) string {
	return fmt.Sprintf("Is the trial still open? We would be %d people, all in Lisbon.", caller)
}

// post takes a bot's reply and counts it when it is the one that its caller waits
// for.
func (c *cloud) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	_, root, _ := strings.Cut(r.PathValue("conversation"), "=")
	n, odd := strconv.Atoi(root)
	n -= 1795342500000
	if err != nil || odd != nil || n < 0 || n >= len(c.replies) || !bytes.Contains(body, []byte(`"Echo: `+said(n)+`"`)) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.replies[n].Add(1)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, `{"id":"1795342800124"}`)
}

// sign makes tokens that differ in one claim.
func (c *cloud) sign(count int) []string {
	tokens := make([]string, count)
	var wg sync.WaitGroup
	for half := range 2 {
		wg.Go(func() {
			for i := half; i < count; i += 2 {
				tokens[i] = c.svc.Token(bottest.TokenOptions{ServiceURL: c.base + "/", Claims: map[string]any{"jti": strconv.Itoa(i)}})
			}
		})
	}
	wg.Wait()
	return tokens
}

// The environments of the sides.

func (c *cloud) bareSettings(addr string) []string { return []string{"BENCH_ADDR=" + addr} }

func (c *cloud) limitedSettings(addr string) []string {
	return append(c.bareSettings(addr), "BENCH_LIMITS=yes")
}

func (c *cloud) signedSettings(addr string) []string {
	return append(c.bareSettings(addr), "BENCH_PUBLIC_KEY="+c.publicKey)
}

func (c *cloud) verifiedSettings(addr string) []string {
	return append(c.signedSettings(addr), "BENCH_APP_ID="+c.svc.SecretConfig().AppID)
}

func (c *cloud) echoSettings(addr string) []string {
	secret := c.svc.SecretConfig()
	return []string{
		"DOCKET_ADDR=" + addr,
		"DOCKET_BOT_ID=" + secret.AppID,
		"DOCKET_BOT_SECRET=" + secret.Secret,
		"DOCKET_BOT_TENANT=" + secret.Tenant,
		"DOCKET_BOT_OPENID_METADATA=" + c.svc.MetadataURL(),
		"DOCKET_BOT_TOKEN_URL=" + c.svc.TokenURL(),
		"DOCKET_BOT_SERVICE_HOSTS=" + strings.TrimPrefix(c.base, "http://"),
	}
}
