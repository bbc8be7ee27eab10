package handoff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// machine drives the rules alone, in any order that people, channels and clocks could produce, and checks after each step
// what must always hold.
type machine struct {
	f       *dossier
	log     []Event
	threads []job // ordered threads that no channel has answered yet
	timers  []timer
	asked   int // handoffs so far
	threadN int
}

var machineChannels = []ID{"a", "b", "c"}

func newMachine(t *rapid.T) *machine {
	m := &machine{f: &dossier{
		now:          time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		conversation: Conversation{ID: "conversation", Agent: "agent", State: StateAgent},
		agent: Agent{ID: "agent", Name: "Ava", Handoff: Policy{
			Enabled: true, Channels: []ID{"a", "b"}, RemindSeconds: 100, WaitSeconds: 300, IdleSeconds: 900,
		}},
		channels: map[ID]Channel{},
	}}
	for _, id := range machineChannels {
		m.f.channels[id] = Channel{ID: id, State: ChannelConnected}
	}
	if rapid.Bool().Draw(t, "fallback") {
		m.f.agent.Handoff.FallbackChannels = []ID{"c"}
	}
	return m
}

// step runs one rule, takes what it decided, and checks it.
func (m *machine) step(t *rapid.T, name string, rule func()) {
	before := m.snapshot()
	m.f.events, m.f.jobs, m.f.timers = nil, nil, nil
	m.f.now = m.f.now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms")) * time.Millisecond)
	rule()
	m.checkLog(t, name)
	m.checkChange(t, name, before)
	m.checkPosts(t, name, before)
	m.timers = append(m.timers, m.f.timers...)
	slices.SortStableFunc(m.timers, func(a, b timer) int { return a.at.Compare(b.at) })
}

// snapshot is what a step may change.
type snapshot struct {
	id      ID
	stage   Stage
	version int
	holder  string
	failed  []ID
}

func (m *machine) snapshot() snapshot {
	h := m.f.handoff
	if h == nil {
		return snapshot{}
	}
	s := snapshot{id: h.ID, stage: h.Stage, version: h.Version, failed: slices.Clone(h.Failed)}
	if h.Stage == StageJoined {
		s.holder = h.Specialist.ID
	}
	return s
}

// checkLog: the log has no hole, and times do not run backwards.
func (m *machine) checkLog(t *rapid.T, name string) {
	for _, e := range m.f.events {
		if e.Seq != Seq(len(m.log)+1) {
			t.Fatalf("%s: event %d has the seq %d", name, len(m.log)+1, e.Seq)
		}
		if e.Message != nil && (e.Message.Seq != e.Seq || seqOf(e.Message.ID) != e.Seq) {
			t.Fatalf("%s: event %d holds the message %s with the seq %d", name, e.Seq, e.Message.ID, e.Message.Seq)
		}
		m.log = append(m.log, e)
	}
	if m.f.conversation.LastSeq != Seq(len(m.log)) {
		t.Fatalf("%s: %d events, and the last seq is %d", name, len(m.log), m.f.conversation.LastSeq)
	}
}

// checkChange: one handoff event for each change and none without; the states agree; one specialist at most.
func (m *machine) checkChange(t *rapid.T, name string, before snapshot) {
	after := m.snapshot()
	var told []HandoffChange
	for _, e := range m.f.events {
		if e.Handoff != nil {
			told = append(told, *e.Handoff)
		}
	}
	changed := before.id != after.id || before.stage != after.stage || before.holder != after.holder
	switch {
	case changed && len(told) != 1, !changed && len(told) != 0:
		t.Fatalf("%s: from %+v to %+v with the events %+v", name, before, after, told)
	case changed && before.id == after.id && after.version <= before.version:
		t.Fatalf("%s: the version went from %d to %d", name, before.version, after.version)
	case changed && told[0].State != m.f.conversation.State:
		t.Fatalf("%s: told %s, is %s", name, told[0].State, m.f.conversation.State)
	}
	h := m.f.handoff
	if h == nil {
		return
	}
	want := map[Stage]State{StageWaiting: StateWaiting, StageJoined: StateJoined, StageEnded: StateAgent}[h.Stage]
	if m.f.conversation.State != want {
		t.Fatalf("%s: the handoff is %s and the conversation %s", name, h.Stage, m.f.conversation.State)
	}
	if h.Stage == StageWaiting && (h.Specialist != nil || h.Home != nil) || h.Stage == StageJoined && (h.Specialist == nil || h.Home == nil) {
		t.Fatalf("%s: %s with the specialist %v in %v", name, h.Stage, h.Specialist, h.Home)
	}
	if (h.Stage == StageEnded) != (h.Ended != "" && h.Closing != nil && !h.EndedAt.IsZero()) {
		t.Fatalf("%s: %s, ended by %q", name, h.Stage, h.Ended)
	}
}

// checkPosts: lines go to whom they concern, an end closes every thread, and a promise follows a thread.
func (m *machine) checkPosts(t *rapid.T, name string, before snapshot) {
	h := m.f.handoff
	closings := 0
	for _, j := range m.f.jobs {
		switch j.Kind {
		case PostThread:
			m.threads = append(m.threads, j)
		case PostLine:
			if before.stage == StageJoined && j.Channel != h.Home.Channel || before.stage == StageWaiting && (slices.Contains(before.failed, j.Channel) || !slices.Contains(h.Channels, j.Channel)) {
				t.Fatalf("%s: a line goes to %s", name, j.Channel)
			}
		case PostClosing:
			closings++
		}
		if j.Channel == "" || j.Handoff != h.ID {
			t.Fatalf("%s: the job %+v", name, j)
		}
	}
	if h != nil && before.stage != StageEnded && before.id == h.ID && h.Stage == StageEnded && closings != len(h.Threads) {
		t.Fatalf("%s: %d closings for %d threads", name, closings, len(h.Threads))
	}
	if h != nil && h.Promised && len(h.Threads) == 0 {
		t.Fatalf("%s: a promise without a thread", name)
	}
	promises := 0
	for _, e := range m.log {
		if e.Message != nil && e.Message.Text == DefaultTexts[TextAsking] {
			promises++
		}
	}
	if promises > m.asked {
		t.Fatalf("%s: %d promises in %d handoffs", name, promises, m.asked)
	}
}

func (m *machine) anybody(t *rapid.T) Person {
	id := rapid.SampledFrom([]string{"sam", "kim", "lee"}).Draw(t, "person")
	return Person{ID: id, Name: id}
}

// actions are everything that can happen.
func (m *machine) actions() map[string]func(*rapid.T) {
	under := func(t *rapid.T) {
		if !m.f.under() {
			t.Skip("no handoff is under way")
		}
	}
	return map[string]func(*rapid.T){
		"request": func(t *rapid.T) {
			m.step(t, "request", func() {
				id := ID(fmt.Sprint("handoff-", m.asked+1))
				answer, err := m.f.request(Request{By: FromVisitor}, id)
				if err != nil {
					if CodeOf(err) != CodeUnderWay || !m.f.under() {
						t.Fatalf("request: %v", err)
					}
					return
				}
				if answer.State == AnswerUnavailable && answer.Reason == NoChannel && len(m.f.reachable(m.f.agent.Handoff.Channels)) == 0 {
					return
				}
				if answer.State != AnswerWaiting || answer.Handoff != id {
					t.Fatalf("request: %+v", answer)
				}
				m.asked++
			})
		},
		"acknowledge": func(t *rapid.T) { m.answerThread(t, true) },
		"refuse":      func(t *rapid.T) { m.answerThread(t, false) },
		"join": func(t *rapid.T) {
			if m.f.handoff == nil || len(m.f.handoff.Threads) == 0 {
				t.Skip("no card to press on")
			}
			at := rapid.SampledFrom(m.f.handoff.Threads).Draw(t, "thread")
			who, stage := m.anybody(t), m.f.handoff.Stage
			m.step(t, "join", func() {
				if outcome := m.f.join(who, at); (outcome == OutcomeDone) != (stage == StageWaiting) {
					t.Fatalf("join while %s: %s", stage, outcome)
				}
			})
		},
		"leave": func(t *rapid.T) {
			under(t)
			who := m.anybody(t)
			m.step(t, "leave", func() { m.f.leave(who) })
		},
		"end": func(t *rapid.T) {
			under(t)
			reason := rapid.SampledFrom([]EndReason{EndedBySpecialist, EndedByVisitor, EndedByAgent, EndedHandedBack}).Draw(t, "reason")
			m.step(t, "end", func() { m.f.end(reason, Closing{}) })
		},
		"line": func(t *rapid.T) {
			m.step(t, "line", func() {
				said := m.f.say(Author{Kind: FromVisitor}, "hello", nil)
				m.f.conversation.HeardAt = m.f.now
				if m.f.under() {
					m.f.relay(said)
				}
			})
		},
		"tick": m.tick,
		"lose": func(t *rapid.T) {
			id := rapid.SampledFrom(machineChannels).Draw(t, "channel")
			c := m.f.channels[id]
			c.Lose(rapid.SampledFrom([]Loss{LostDeleted, LostArchived}).Draw(t, "loss"))
			m.f.channels[id] = c
			if m.f.under() {
				m.lost(t)
			}
		},
		"regain": func(t *rapid.T) {
			id := rapid.SampledFrom(machineChannels).Draw(t, "channel")
			c := m.f.channels[id]
			c.Regain(rapid.SampledFrom([]Loss{LostDeleted, LostArchived}).Draw(t, "loss"))
			m.f.channels[id] = c
		},
	}
}

// lost: nobody is left waiting where everybody who was asked is out of reach, and nobody talks to a person who is.
func (m *machine) lost(t *rapid.T) {
	m.step(t, "lost", func() { m.f.tick(timerLost, Closing{}) })
	h := m.f.handoff
	switch {
	case h.Stage == StageWaiting && len(h.Failed) >= len(h.Channels):
		t.Fatalf("lost: it waits for nobody: %+v", h)
	case h.Stage == StageJoined && m.f.lostChannel(h.Home.Channel):
		t.Fatalf("lost: nobody hears the visitor: %+v", h)
	}
}

// answerThread lets a channel acknowledge or refuse the oldest thread that was ordered.
func (m *machine) answerThread(t *rapid.T, made bool) {
	if len(m.threads) == 0 {
		t.Skip("no thread is ordered")
	}
	j := m.threads[0]
	m.threads = m.threads[1:]
	if m.f.handoff.ID != j.Handoff {
		return // of an older handoff, which is loaded for it
	}
	drawn := rapid.IntRange(1, m.f.handoff.Version).Draw(t, "drawn")
	m.step(t, "thread", func() {
		if !made {
			m.f.threadFailed(j.Channel)
			return
		}
		m.threadN++
		m.f.threadMade(Thread{Channel: j.Channel, Address: fmt.Sprint("thread-", m.threadN), Card: "card", Drawn: drawn})
	})
}

// tick lets the next clock strike, on time or late.
func (m *machine) tick(t *rapid.T) {
	if len(m.timers) == 0 {
		t.Skip("no clock is set")
	}
	next := m.timers[0]
	m.timers = m.timers[1:]
	if next.at.After(m.f.now) {
		m.f.now = next.at
	}
	m.step(t, "tick "+string(next.kind), func() {
		if m.f.handoff.ID != "" {
			m.f.tick(next.kind, Closing{})
		}
	})
}

func TestRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(m.actions())
		m.runOut(t)
	})
}

// runOut lets all clocks strike: whatever was under way comes to its end.
func (m *machine) runOut(t *rapid.T) {
	for range 10_000 {
		if len(m.timers) == 0 {
			break
		}
		m.tick(t)
	}
	if len(m.timers) > 0 || m.f.under() {
		t.Fatalf("%d clocks go on, and the handoff is %+v", len(m.timers), m.f.handoff)
	}
}

// TestJudge is the table of what becomes of an attempt.
func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	certain, retry := &DeliveryError{Certain: true}, func(after time.Duration) error {
		return &DeliveryError{Certain: true, Retry: true, RetryAfter: after}
	}
	tooLarge := &DeliveryError{Certain: true, TooLarge: true}
	for _, row := range []struct {
		name  string
		job   job
		err   error
		want  verdict
		pause time.Duration
	}{
		{"acknowledged", job{Attempt: 1}, nil, verdictSent, 0},
		{"refused", job{Attempt: 1}, certain, verdictFailed, 0},
		{"refused, wrapped", job{Attempt: 1}, fmt.Errorf("deliver: %w", certain), verdictFailed, 0},
		{"later, the first time", job{Attempt: 1}, retry(0), verdictAgain, time.Second},
		{"later, the second time", job{Attempt: 2}, retry(0), verdictAgain, 2 * time.Second},
		{"later, the sixth time", job{Attempt: 6}, retry(0), verdictAgain, 32 * time.Second},
		{"later, the twentieth time", job{Attempt: 20}, retry(0), verdictAgain, time.Minute},
		{"later, as it says", job{Attempt: 1}, retry(7 * time.Second), verdictAgain, 7 * time.Second},
		{"later, sooner than we would", job{Attempt: 6}, retry(time.Second), verdictAgain, 32 * time.Second},
		{"later, in a year", job{Attempt: 1}, retry(365 * 24 * time.Hour), verdictAgain, time.Hour},
		{"later, before now", job{Attempt: 1}, retry(-time.Hour), verdictAgain, time.Second},
		{"later, the thirtieth time", job{Attempt: 30, Refusals: 29}, retry(0), verdictFailed, 0},
		{"later, the thirtieth time with others out of reach", job{Attempt: 50, Refusals: 28}, retry(0), verdictAgain, time.Minute},
		{"out of reach, the hundredth time", job{Attempt: 100}, &DeliveryError{Certain: true, Retry: true, Channel: true}, verdictAgain, time.Minute},
		{"out of reach, after a day", job{Attempt: 100, At: now.Add(-25 * time.Hour)}, &DeliveryError{Certain: true, Retry: true, Channel: true}, verdictFailed, 0},
		{"later, and the channel knows how often", job{Attempt: 4, Few: 3, Refusals: 20}, &DeliveryError{Certain: true, Retry: true, Tries: 5}, verdictAgain, 8 * time.Second},
		{"later, and that often", job{Attempt: 5, Few: 4}, &DeliveryError{Certain: true, Retry: true, Tries: 5}, verdictFailed, 0},
		{"a line too large", job{Kind: PostLine, Text: strings.Repeat("x", 800), Attempt: 1}, tooLarge, verdictAgain, 0},
		{"a line too large, though it is short", job{Kind: PostLine, Text: "x", Attempt: 1}, tooLarge, verdictFailed, 0},
		{"a card too large", job{Kind: PostCard, Attempt: 1}, tooLarge, verdictFailed, 0},
		{"later, after a day", job{Attempt: 3, At: now.Add(-25 * time.Hour)}, retry(0), verdictFailed, 0},
		{"in doubt", job{Attempt: 1}, &DeliveryError{}, verdictDoubt, 20 * time.Second},
		{"in doubt for no known reason", job{Attempt: 1}, errInternal, verdictDoubt, 20 * time.Second},
		{"in doubt again", job{Attempt: 2, Doubts: 1}, &DeliveryError{}, verdictDoubt, time.Minute},
		{"a card in doubt", job{Kind: PostCard, Attempt: 1}, &DeliveryError{}, verdictAgain, time.Second},
		{"a removal in doubt", job{Kind: PostErase, Attempt: 9, Doubts: 0}, &DeliveryError{}, verdictAgain, time.Minute},
		{"a card refused", job{Kind: PostCard, Attempt: 1}, certain, verdictFailed, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.job.At.IsZero() {
				row.job.At = now
			}
			got := judge([]job{row.job}, row.err, now, 1)[0]
			if got.verdict != row.want {
				t.Fatalf("the verdict is %s, want %s", got.verdict, row.want)
			}
			phase := phasePending
			if got.Doubts > 1 {
				phase = phaseResting
			}
			if row.pause > 0 && (got.NotBefore.Sub(now) != row.pause || got.Phase != phase) {
				t.Errorf("%s in %v, want in %v", got.Phase, got.NotBefore.Sub(now), row.pause)
			}
		})
	}
}

var errInternal = refuse(CodeInvalid, "some other error")

// TestSegments: foreign text never leaves its segment of a key, and no two texts share one.
func TestSegments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(150, 2000, -1), rapid.SampledFrom([]string{"a/b", "a%2Fb", "%", "..", "/"}))
		one, two := text.Draw(t, "one"), text.Draw(t, "two")
		if a, b := segment(one), segment(two); (a == b) != (one == two) {
			t.Fatalf("%q and %q become %q and %q", one, two, a, b)
		}
		if s := segment(one); len(s) > maxSegment || slices.Contains([]byte(s), '/') {
			t.Fatalf("%q becomes %q", one, s)
		}
	})
}

// TestTimerKeys: a timer never strikes before its moment.
func TestTimerKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(0, rapid.Int64Range(0, 1<<61).Draw(t, "at"))
		got, id, kind, err := parseTimer(timerKey(at, "handoff", timerWait))
		if err != nil || id != "handoff" || kind != timerWait || got.Before(at) || got.Sub(at) >= time.Millisecond {
			t.Fatalf("%v comes back as %v, %s, %s, %v", at, got, id, kind, err)
		}
	})
}
