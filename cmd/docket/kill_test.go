package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/store/bolt"
)

// How often the server is killed: DOCKET_TEST_KILLS says otherwise, and -short plays few.
const (
	usualKills = 200
	shortKills = 20
)

func kills(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("DOCKET_TEST_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("DOCKET_TEST_KILLS is %q, want a number", text)
		}
		return n
	}
	if testing.Short() {
		t.Logf("-short: %d kills in place of %d", shortKills, usualKills)
		return shortKills
	}
	return usualKills
}

// TestKilledUnderLoad kills the server again and again, each time 20 to 300 milliseconds after it listens, while visitors, agents and
// specialists write, posts are in flight and streams are open, and starts it again on the same file and port. Whoever gets no answer
// says the same again, as widgets and Teams do. In the end all that was ever acknowledged is there once, no stream has missed
// anything or heard it twice, and what stands twice in Teams says so and was in doubt.
//
// DOCKET_TEST_KILLS sets the number of kills; with -v it tells how it goes.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	many, seed := kills(t), rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 1))
	t.Logf("%d kills, seed %d", many, seed)
	m := newMassacre(t)
	began := time.Now()
	m.start()
	m.furnish()
	m.begin()
	for killed := 1; ; killed++ {
		time.Sleep(20*time.Millisecond + time.Duration(chance.Int64N(int64(280*time.Millisecond)))) // the fault itself: a moment that nobody chose
		m.docket.kill()
		m.start()
		if killed%25 == 0 || killed == many {
			t.Logf("%d of %d kills in %s: %s", killed, many, time.Since(began).Round(time.Second), m.progress())
		}
		if killed == many || t.Failed() {
			break
		}
	}
	m.end()
	m.judge()
	t.Logf("in the end: %s; slowest start %s", m.progress(), m.slowest.Round(time.Millisecond))
}

// massacre is a server that is killed, and everybody who goes on nevertheless.
type massacre struct {
	*company
	url     string
	guests  []*guest
	slowest time.Duration // from the start of a process until it listens
	load    *load
}

const crowdOfGuests = 8 // three of four have a specialist

func newMassacre(t *testing.T) *massacre {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := free.Addr().String()
	must(t, free.Close())
	c := worldOf(t, bottest.Start(t, bottest.Config{DeliverOnce: true})) // the load delivers again by itself
	c.env = append(c.env, "DOCKET_ADDR="+addr, "DOCKET_LOG_LEVEL=info")
	m := &massacre{company: c, url: "http://" + addr, load: newLoad(t)}
	m.service.SetBotEndpoint(m.url + "/api/messages")
	return m
}

// start starts the program as it is shipped, without the race detector, and waits until it listens.
func (m *massacre) start() {
	m.t.Helper()
	path, began := shipped(m.t), time.Now()
	m.docket = launch(m.t, m.env, path, "serve")
	m.docket.find(&m.docket.stderr, `docket is (listening)`)
	m.slowest = max(m.slowest, time.Since(began))
	m.backend = api{t: m.t, url: m.url, bearer: apiKey}
}

// furnish lets guests begin, and a specialist join most of them.
func (m *massacre) furnish() {
	m.connect()
	for i := range crowdOfGuests {
		g := &guest{n: i, talk: m.backend.beginAs("marketing", fmt.Sprintf("crm-%d", i))}
		if i%4 != 3 {
			g.thread = m.joins(g.talk)
		}
		m.guests = append(m.guests, g)
	}
	m.service.Fail(bottest.OpSend, -1, bottest.Fault{Delay: 15 * time.Millisecond}) // so that kills meet posts in flight
}

// joins asks for a person, and lets one join the newest thread.
func (m *massacre) joins(visitor talk) bottest.Thread {
	m.t.Helper()
	known := len(m.service.Threads(m.channel.ID))
	visitor.visitor.call(http.StatusCreated, http.MethodPost, visitor.path+"/handoff", object{"reason": "asked for a person"})
	m.service.WaitFor(m.t, "the thread of the handoff", func() bool { return len(m.service.Threads(m.channel.ID)) > known })
	threads := m.service.Threads(m.channel.ID)
	thread := threads[len(threads)-1]
	_, err := m.service.Press(m.t.Context(), m.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(m.t, err)
	visitor.waitSaid("agent", m.ana.Name+" has joined")
	return thread
}

// begin lets everybody write and listen.
func (m *massacre) begin() {
	for _, g := range m.guests {
		m.load.readers.Go(func() { m.load.follow(g) })
		g.lines = &talker{name: fmt.Sprintf("guest %d", g.n), pause: 20 * time.Millisecond}
		if g.thread.ID != "" {
			g.lines.pause = 250 * time.Millisecond // the lanes have to keep up
			g.replies = &talker{name: fmt.Sprintf("specialist of guest %d", g.n), pause: 60 * time.Millisecond}
			m.load.writers.Go(func() { m.load.talk(g.replies, m.specialist(g)) })
		}
		m.load.writers.Go(func() { m.load.talk(g.lines, m.load.visitor(g.talk)) })
	}
}

// specialist says a line in the guest's thread, and the same activity again while nobody has taken it.
func (m *massacre) specialist(g *guest) sayer {
	var body []byte
	return func(line string, again bool) bool {
		if !again {
			body = nil
			posted, err := m.service.Say(m.load.ctx, m.ana.ID, g.thread.ID, line)
			body = m.delivered(line)
			return err == nil && posted.Answer.Status == http.StatusOK
		}
		answer, err := m.service.SendRaw(m.load.ctx, body, bottest.TokenOptions{})
		return err == nil && answer.Status == http.StatusOK
	}
}

// delivered finds what was sent for a line.
func (m *massacre) delivered(line string) []byte {
	all := m.service.Deliveries()
	for i := len(all) - 1; i >= 0; i-- {
		if strings.Contains(string(all[i].Activity), line) {
			return all[i].Activity
		}
	}
	return nil
}

func (m *massacre) progress() string {
	lines, replies, events := 0, 0, 0
	for _, g := range m.guests {
		lines += g.lines.acknowledged()
		events += len(g.frames())
		if g.replies != nil {
			replies += g.replies.acknowledged()
		}
	}
	return fmt.Sprintf("%d visitors' and %d specialists' lines acknowledged, %d events heard, %d posts in Teams",
		lines, replies, events, m.service.Count(bottest.OpSend))
}

// end lets everybody fall silent, and the streams hear the rest.
func (m *massacre) end() {
	m.load.silence()
	for _, g := range m.guests {
		last := fmt.Sprintf("The last line of guest %d.", g.n)
		eventually(m.t, "a last line", func() bool { return m.load.visitor(g.talk)(last, false) })
		eventually(m.t, "the last line on the stream", func() bool { return repeats(g.frames(), last) > 0 })
	}
	m.load.stop()
	if code := m.docket.stop(); code != 0 {
		m.t.Errorf("the last process ended with %d", code)
	}
}

// judge looks at everything.
func (m *massacre) judge() {
	engine, err := bolt.OpenReadOnly(m.store)
	must(m.t, err)
	summary, err := engine.Verify(m.t.Context())
	if err != nil || summary.Rows == 0 {
		m.t.Errorf("the store: %d rows, %v", summary.Rows, err)
	}
	waiting := rowsOf(m.t, engine, "outbox/", "held/", "dead/")
	must(m.t, engine.Close())

	m.start()
	copies := 0
	for _, g := range m.guests {
		log := g.talk.listen("")
		log.wait(m.t, "message", fmt.Sprintf("The last line of guest %d.", g.n))
		frames := log.all()
		wholeAndInOrder(m.t, g, frames)
		g.lines.judge(m.t, frames)
		if g.replies != nil {
			g.replies.judge(m.t, frames)
			copies += m.judgeThread(g, frames, waiting)
		}
	}
	if code := m.docket.stop(); code != 0 {
		m.t.Errorf("the judged process ended with %d", code)
	}
	m.t.Logf("%d rows in the store, %d posts still on their way, %d marked copies in Teams", summary.Rows, len(waiting), copies)
}

// judgeThread wants every acknowledged line in the thread or still on its way there, once; a copy says that it may be one, and the
// visitor was told that the line was in doubt.
func (m *massacre) judgeThread(g *guest, frames []frame, waiting []string) (copies int) {
	posts := m.service.Messages(g.thread.ID)
	for _, line := range g.lines.all() {
		plain, marked := 0, 0
		for _, post := range posts {
			switch {
			case !post.Bot || !strings.Contains(post.Text, line):
			case strings.HasPrefix(post.Text, "(attempt 2: "):
				marked++
			default:
				plain++
			}
		}
		copies += max(0, plain+marked-1)
		switch {
		case plain > 1 || marked > 1:
			m.t.Errorf("%q stands %d times in the thread, and %d times as a copy", line, plain, marked)
		case marked > 0 && !doubted(frames, line):
			m.t.Errorf("%q was sent again and had never been in doubt", line)
		case plain+marked == 0 && g.lines.was(line) && !anyHolds(waiting, line):
			m.t.Errorf("%q was acknowledged, does not stand in the thread, and is not on its way", line)
		}
	}
	return copies
}
