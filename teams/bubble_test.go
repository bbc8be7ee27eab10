package teams_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// TestWholeServer lets a visitor and a specialist write to each other over the whole server, while whatever can go wrong goes
// wrong: the Connector fails in every way, the disk is full, the server is restarted and killed, the visitor's stream is cut.
// In the end nothing is lost, nothing is twice before the visitor, a copy in the channel says that it may be one, and all is in
// order. DOCKET_TEST_BUBBLES says how many courses of events are played.
func TestWholeServer(t *testing.T) {
	courses := 30
	if n, err := strconv.Atoi(os.Getenv("DOCKET_TEST_BUBBLES")); err == nil {
		courses = n
	} else if testing.Short() {
		courses = 5
	}
	for seed := range courses {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newBubble(t, uint64(seed)).play() })
		})
	}
}

const (
	linesEach = 15
	most      = 4 // times in a row that the service goes wrong
)

// play is one course of events.
func (b *bubble) play() {
	visitor, thread := b.joined()
	stop := make(chan struct{})
	var people, listening sync.WaitGroup
	listening.Go(func() { visitor.listens(stop) })
	people.Go(func() { visitor.says(linesEach) })
	people.Go(func() { b.anaWrites(thread, linesEach) })
	for range 12 {
		time.Sleep(b.pause(8 * time.Second))
		b.goWrong()
	}
	people.Wait()
	for _, door := range doors {
		b.teams.Fail(door, 0, bottest.Fault{})
	}
	time.Sleep(10 * time.Minute) // whatever waits or is in doubt is decided by then
	close(stop)
	listening.Wait()
	b.check(visitor, thread)
}

// joined plays until Ana has joined.
func (b *bubble) joined() (*dana, string) {
	_, err := b.teams.Say(b.Context(), b.ana.ID, b.teams.Channels()[0].ID, "hello", bottest.MentionBot())
	must(b.T, err)
	var connected struct{ Channels []struct{ ID string } }
	b.insist(http.MethodGet, "/v1/channels", bubbleKey, nil, &connected)
	b.insist(http.MethodPut, "/v1/agents/marketing", bubbleKey, map[string]any{"name": "Mira", "handoff": map[string]any{
		"enabled": true, "channels": []string{connected.Channels[0].ID}, "wait_seconds": 86400}}, nil)
	var begun struct {
		ID    string
		Token string `json:"visitor_token"`
	}
	b.insist(http.MethodPost, "/v1/conversations", bubbleKey, map[string]any{"agent": "marketing"}, &begun)
	visitor := &dana{bubble: b, path: "/v1/conversations/" + begun.ID, token: begun.Token, own: map[string]string{}, fate: map[string]handoff.DeliveryState{}}
	b.insist(http.MethodPost, visitor.path+"/handoff", visitor.token, map[string]any{"reason": "asked for a person"}, nil)
	card := b.card()
	pressed, err := b.teams.Press(b.Context(), b.ana.ID, card.ID, card.Root, "Join conversation")
	must(b.T, err)
	if pressed.StatusCode != http.StatusOK {
		b.Fatalf("Join was answered %d", pressed.StatusCode)
	}
	return visitor, card.ID
}

var doors = []bottest.Op{bottest.OpSend, bottest.OpUpdate, bottest.OpToken}

// goWrong does one bad thing.
func (b *bubble) goWrong() {
	door := doors[b.number(len(doors))]
	fail := func(f bottest.Fault) { b.teams.Fail(door, 1+b.number(most), f) }
	doubt := func(f bottest.Fault) {
		b.doubts += most
		fail(f)
	}
	switch b.number(14) {
	case 0:
		fail(bottest.Fault{Status: http.StatusTooManyRequests, RetryAfter: strconv.Itoa(1 + b.number(30))})
	case 1:
		fail(bottest.Fault{Status: http.StatusPreconditionFailed})
	case 2:
		fail(bottest.Fault{Status: http.StatusUnauthorized})
	case 3:
		doubt(bottest.Fault{Status: http.StatusBadGateway})
	case 4:
		doubt(bottest.Fault{Status: http.StatusGatewayTimeout, AfterPosting: true})
	case 5:
		doubt(bottest.Fault{Reset: true})
	case 6:
		doubt(bottest.Fault{Reset: true, AfterPosting: true})
	case 7:
		doubt(bottest.Fault{Hang: true})
	case 8:
		doubt(bottest.Fault{Delay: time.Duration(b.number(30)) * time.Second})
	case 9:
		b.engine.full.Store(true)
		time.Sleep(b.pause(20 * time.Second))
		b.engine.full.Store(false)
	case 10:
		b.restart(false)
	case 11, 12:
		b.doubts++
		b.restart(true)
	case 13:
		_, _ = b.teams.Redeliver(b.Context())
	}
}

// check holds what everybody has seen in the end against what must be.
func (b *bubble) check(visitor *dana, thread string) {
	taken, first := b.taken()
	if diff := slices.Compare(slices.Sorted(slices.Values(taken)), slices.Sorted(slices.Values(visitor.texts))); diff != 0 {
		b.Errorf("Teams was told that these were taken:\n%q\nthe visitor reads\n%q", taken, visitor.texts)
	}
	prompt := slices.DeleteFunc(slices.Clone(visitor.texts), func(text string) bool { return !first[text] })
	if !slices.IsSortedFunc(prompt, byNumber) {
		b.Errorf("lines that were taken at once are out of order: %q", prompt)
	}
	var order []string
	copies := map[string]int{}
	for _, m := range b.teams.Messages(thread) {
		for i := range linesEach {
			text := fmt.Sprintf("question %d.", i)
			switch {
			case !strings.Contains(m.Text, text):
			case !slices.Contains(order, text):
				order = append(order, text)
			default:
				copies[text]++
				if !strings.Contains(m.Text, "may have seen") {
					b.Errorf("%q came twice, and the second does not say so: %q", text, m.Text)
				}
			}
		}
	}
	for i := range linesEach {
		text := fmt.Sprintf("question %d.", i)
		if !slices.Contains(order, text) && visitor.fate[text] != handoff.DeliveryUncertain {
			b.Errorf("%q is not in the channel, and the visitor was told %q", text, visitor.fate[text])
		}
	}
	if !slices.IsSortedFunc(order, byNumber) {
		b.Errorf("the channel reads %q", order)
	}
	for text, n := range copies {
		if n > 1 || b.doubts == 0 {
			b.Errorf("%q came %d times too often, in %d doubts", text, n, b.doubts)
		}
	}
	for _, v := range b.teams.Violations() {
		b.Errorf("the service would have refused: %s", v)
	}
}

func byNumber(a, b string) int {
	number := func(s string) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(s[strings.IndexByte(s, ' ')+1:], "."))
		return n
	}
	return number(a) - number(b)
}

// number is one below n; pause is a time below d. Only one goroutine at a time runs in a course that must be repeatable, but
// they take turns in no fixed order: a seed is a start, not a schedule.
func (b *bubble) number(n int) int {
	b.dice.Lock()
	defer b.dice.Unlock()
	return b.rand.IntN(n)
}

func (b *bubble) pause(d time.Duration) time.Duration {
	return time.Duration(b.number(int(d/time.Millisecond))) * time.Millisecond
}
