package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
)

// bodyLimit is what the endpoint reads at most, in bytes.
const bodyLimit = 256 << 10

// stuffed is an activity of nearly that size: a good one with as many repetitions of a text as fit. %x in the text is the turn.
func stuffed(svc *bottest.Service, size int, before, unit, after string) []byte {
	base := goodActivity(svc)
	delete(base, "text")
	good := base.json()
	room := size - len(good) - len(before) - len(after) - 2
	var middle strings.Builder
	for i := 0; ; i++ {
		next := unit
		if strings.Contains(unit, "%x") {
			next = fmt.Sprintf(unit, i)
		}
		if middle.Len()+len(next) > room {
			break
		}
		middle.WriteString(next)
	}
	return append([]byte("{"+before+strings.TrimSuffix(middle.String(), ",")+after+","), good[1:]...)
}

// hostileBodies are what costs a decoder most for its size.
func hostileBodies(svc *bottest.Service, size int) map[string][]byte {
	with := func(before, unit, after string) []byte { return stuffed(svc, size, before, unit, after) }
	return map[string][]byte{
		"a long text":                  with(`"summary":"`, `a`, `"`),
		"a text of escapes":            with(`"summary":"`, `\u0041`, `"`),
		"a text of surrogates":         with(`"summary":"`, `\ud83d\ude00`, `"`),
		"empty entities":               with(`"entities":[`, `{},`, `]`),
		"entities of one member":       with(`"entities":[`, `{"a":0},`, `]`),
		"entities of known members":    with(`"entities":[`, `{"type":"","text":""},`, `]`),
		"members of the conversation":  with(`"membersAdded":[`, `{},`, `]`),
		"members with odd members":     with(`"membersAdded":[`, `{"a":0},`, `]`),
		"members of the roster":        with(`"membersAdded":[`, `{"objectId":"a"},`, `]`),
		"other spellings":              with(``, `"cONVERSATION%x":0,`, ``),
		"attachments":                  with(`"attachments":[`, `{},`, `]`),
		"mentions":                     with(`"text":"x","entities":[`, `{"type":"mention","mentioned":{"id":"a"}},`, `]`),
		"mentions with odd members":    with(`"text":"x","entities":[`, `{"type":"mention","mentioned":{"id":"a","b":0}},`, `]`),
		"mentions of the bot in words": with(`"entities":[`+strings.Repeat(`{"type":"mention","text":"x","mentioned":{"id":"`+svc.BotID()+`"}},`, size/1024)+`{}],"text":"`, `x`, `"`),
		"tags without entities":        with(`"text":"`, `<at>x</at>`, `"`),
		"tags that stay open":          with(`"text":"`, `<at `, `"`),
		"an entity of many members":    with(`"entities":[{`, `"%x":0,`, `}]`),
		"unknown members":              with(``, `"%x":0,`, ``),
		"unknown spellings":            with(``, `"TEXT%x":"",`, ``),
		"members of the value":         with(`"value":{`, `"%x":0,`, `}`),
		"objects in the value":         with(`"value":[`, `{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":0},`, `]`),
		"a list that nobody knows":     with(`"x":[`, `{"team":{}},`, `]`),
		"brackets":                     with(`"value":`, `[`, ``),
		"braces":                       with(`"value":`, `{"a":`, ``),
		"numbers":                      with(`"value":[`, `1e9,`, `]`),
		"a number":                     with(`"value":`, `9`, ``),
		"lists of texts":               with(`"listenFor":[`, `"",`, `]`),
		"white space":                  with(``, " \n", `"x":1`),
	}
}

// TestAHostileBodyCostsASmallMultipleOfItself counts every byte that is allocated between the request and the answer, of which
// a short body has its share too.
func TestAHostileBodyCostsASmallMultipleOfItself(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	endpoint := bot.Receive(newVerifier(t, svc), bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		turn.Activity.Mentions()
		turn.Activity.TextFor(svc.BotID())
		return nil, nil
	}), bot.Options{Log: newLog(io.Discard)})
	token := "Bearer " + svc.Token(bottest.TokenOptions{})
	costs := func(t *testing.T, body []byte) int {
		r := httptest.NewRequest(http.MethodPost, "/api/messages", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		endpoint.ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("status %d", w.Code)
		}
		return int(after.TotalAlloc - before.TotalAlloc)
	}
	costs(t, goodActivity(svc).json()) // the keys, which are fetched once
	for _, size := range []int{2 << 10, 3 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10, bodyLimit} {
		for name, body := range hostileBodies(svc, size) {
			t.Run(fmt.Sprintf("%s in %d KiB", name, size>>10), func(t *testing.T) {
				if len(body) < size*9/10 || len(body) > size {
					t.Fatalf("the body has %d bytes", len(body))
				}
				if spent := costs(t, body); spent > 16*len(body)+128<<10 {
					t.Errorf("%d bytes of body cost %d bytes of memory", len(body), spent)
				}
			})
		}
	}
}

// TestAFloodOfForgedKeysCausesOneFetch comes from many sides at once. A fetch is two requests, for the metadata and the keys.
func TestAFloodOfForgedKeysCausesOneFetch(t *testing.T) {
	e := newEnd(t, bottest.Config{}, nil)
	send := func(o bottest.TokenOptions) int {
		answer, err := e.svc.SendRaw(t.Context(), goodActivity(e.svc).json(), o)
		if err != nil {
			t.Error(err)
		}
		return answer.Status
	}
	if status := send(bottest.TokenOptions{}); status != http.StatusOK {
		t.Fatalf("a good message was answered %d", status)
	}
	before := e.svc.Count(bottest.OpMetadata) + e.svc.Count(bottest.OpKeys)
	var flood sync.WaitGroup
	for caller := range 16 {
		flood.Go(func() {
			for i := range 25 {
				kid := map[string]any{"kid": fmt.Sprintf("forged-%d-%d", caller, i)}
				if status := send(bottest.TokenOptions{Key: bottest.StrangersKey(), Header: kid}); status != http.StatusUnauthorized {
					t.Errorf("a forgery was answered %d", status)
				}
			}
		})
	}
	flood.Wait()
	if n := e.svc.Count(bottest.OpMetadata) + e.svc.Count(bottest.OpKeys) - before; n != 2 {
		t.Errorf("400 forged keys caused %d requests, want one fetch of two", n)
	}
	if turns, _, _ := e.take(); len(turns) != 1 {
		t.Errorf("%d turns, want the good one", len(turns))
	}
}

// wire counts the requests that leave.
type wire struct{ calls atomic.Int64 }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.calls.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// TestNoDeliveryCausesMoreThanOneFetch sends everything that strangers can think of. What leaves is one look at the keys for the
// first token and one for the first key that is not among them, of two requests each.
func TestNoDeliveryCausesMoreThanOneFetch(t *testing.T) {
	m := newMaker(t)
	all := m.deliveries() // publishes keys, so before they are fetched
	left := &wire{}
	cfg := m.svc.VerifierConfig()
	cfg.HTTP = &http.Client{Transport: left}
	v, err := auth.NewVerifier(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	server := httptest.NewServer(bot.Receive(v, bot.HandlerFunc(func(context.Context, *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, nil
	}), bot.Options{Log: newLog(io.Discard)}))
	defer server.Close()
	for range 3 {
		for _, d := range all {
			before := left.calls.Load()
			d.post(t, server.URL)
			if n := left.calls.Load() - before; n > 2 {
				t.Errorf("%s caused %d requests", d.name, n)
			}
		}
	}
	if n := left.calls.Load(); n != 4 {
		t.Errorf("%d deliveries caused %d requests, want 4", 3*len(all), n)
	}
}

// tame is a log that fails a test on any text which could break a line or a terminal, before a handler has a chance to quote it.
type tame struct {
	t     *testing.T
	lines *atomic.Int64
}

func (h tame) Enabled(context.Context, slog.Level) bool { return true }
func (h tame) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h tame) WithGroup(string) slog.Handler            { return h }

func (h tame) Handle(_ context.Context, record slog.Record) error {
	h.t.Helper()
	h.lines.Add(1)
	h.check("message", record.Message)
	record.Attrs(func(a slog.Attr) bool {
		h.check(a.Key, a.Value.Resolve().String())
		return true
	})
	return nil
}

func (h tame) check(key, text string) {
	h.t.Helper()
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			h.t.Errorf("the log's %s holds %U: %q", key, r, text)
			return
		}
	}
}

// TestNothingFromOutsideBreaksALogLine sends every delivery, and foreign text in every place that a log line might repeat.
func TestNothingFromOutsideBreaksALogLine(t *testing.T) {
	m := newMaker(t)
	const evil = "x\n level=ERROR\r\x1b[2J\u202e\u2028\u0085\x00"
	const quoted = `x\n level=ERROR\r\u001b[2J\u202e\u2028`
	all := m.deliveries()
	for _, member := range []string{"type", "id", "name", "serviceUrl", "channelId", "conversation.id", "conversation.tenantId", "from.id", "deliveryMode", evil} {
		all = append(all, m.body("in "+member, set(member, evil)))
	}
	all = append(all,
		m.raw("in a name that occurs twice", prefixed(`"`+quoted+`":1,"`+quoted+`":2,`)),
		m.claim("in iss", "iss", evil), m.claim("in aud", "aud", evil), m.claim("in serviceurl", "serviceurl", evil),
		m.claim("in exp", "exp", evil), m.claim("in a claim's name", evil, evil), m.head("in kid", "kid", evil), m.head("in alg", "alg", evil),
		m.service("in a signed URL", "https://evil.example/"+evil, "https://evil.example/"+evil),
	)
	fails := bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) (*activity.InvokeResponse, error) {
		return nil, errors.New("cannot handle " + turn.Activity.ID + " " + turn.Activity.Name)
	})
	log := tame{t: t, lines: new(atomic.Int64)}
	server := httptest.NewServer(bot.Receive(newVerifier(t, m.svc), fails, bot.Options{Log: slog.New(log)}))
	defer server.Close()
	for _, d := range all {
		d.post(t, server.URL)
	}
	if n := log.lines.Load(); n != int64(len(all)) {
		t.Errorf("%d lines tell of %d deliveries that failed", n, len(all))
	}
}
