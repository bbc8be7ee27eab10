package handoff_test

import (
	"testing"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// TestSeveralChannels: everybody is asked; whoever joins first has it, and the others see that.
func TestSeveralChannels(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		dana := h.visitor("Dana")
		id := h.asks(dana)
		waiting := h.says(dana, "while it waits")
		h.does(handoff.VerbJoin, kim, support, id)
		h.says(dana, "after the join")
		if got := h.act(handoff.VerbJoin, sam, sales, id); got != handoff.OutcomeTaken {
			t.Errorf("a second join is %s", got)
		}
		if got := h.act(handoff.VerbEnd, kim, sales, id); got != handoff.OutcomeDone {
			t.Errorf("Kim ends it from the other channel: %s", got)
		}
		h.pass(3 * time.Second) // the cards may not change sooner
		wantLines(t, "sales", h.chat.said(sales),
			"thread for Dana", "Dana: while it waits", "card: joined", "notice: Kim Adeyemi has joined this conversation in another channel.",
			"closing: specialist", "card: ended")
		wantLines(t, "support", h.chat.said(support),
			"thread for Dana", "Dana: while it waits", "card: joined",
			"notice: Kim Adeyemi has joined. What Kim Adeyemi writes here goes to the visitor; lines that begin with // and everybody else's stay internal.",
			"Dana: after the join", "closing: specialist", "card: ended")
		if got := h.delivered(dana, waiting); len(got) != 1 || got[0] != handoff.DeliverySent {
			t.Errorf("a line that went to two channels is %v", got)
		}
		promises := 0
		for _, line := range h.log(dana) {
			if line == "agent: "+text(handoff.TextAsking) {
				promises++
			}
		}
		if promises != 1 {
			t.Errorf("the visitor was promised a person %d times", promises)
		}
	})
}

// TestOtherChannelOfTheSpecialist: the join counts for one thread. What the same person writes in another one stays there.
func TestOtherChannelOfTheSpecialist(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, kim, support, id)
		if got := h.writes(kim, sales, "I have this one"); got != handoff.HeardInternal {
			t.Errorf("it is %s", got)
		}
		if got := h.writes(kim, support, "Hello"); got != handoff.HeardRelayed {
			t.Errorf("it is %s", got)
		}
	})
}

// TestRefusingChannels: a channel that refuses does not stop the others; when all refuse, nobody can come.
func TestRefusingChannels(t *testing.T) {
	for _, row := range []struct {
		name      string
		refusing  []handoff.ID
		fallbacks []handoff.ID
		state     handoff.State
		log       []string
	}{
		{"one of two", []handoff.ID{sales}, nil, handoff.StateWaiting, []string{
			"handoff: waiting", "agent: " + text(handoff.TextAsking), "visitor: Hello?"}},
		{"both", []handoff.ID{sales, support}, nil, handoff.StateAgent, []string{
			"handoff: waiting", "handoff: agent, nobody_came", "agent: " + text(handoff.TextNobodyCame), "visitor: Hello?"}},
		{"both, with somebody on call", []handoff.ID{sales, support}, []handoff.ID{oncall}, handoff.StateWaiting, []string{
			"handoff: waiting", "agent: " + text(handoff.TextAsking), "visitor: Hello?"}},
		{"everybody", []handoff.ID{sales, support, oncall}, []handoff.ID{oncall}, handoff.StateAgent, []string{
			"handoff: waiting", "handoff: agent, nobody_came", "agent: " + text(handoff.TextNobodyCame), "visitor: Hello?"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) {
					a.Handoff.Channels, a.Handoff.FallbackChannels = []handoff.ID{sales, support}, row.fallbacks
				})
				h.chat.fails(func(p handoff.Post) fault {
					for _, id := range row.refusing {
						if p.Channel.ID == id {
							return outOfReach("the bot was removed from the team")
						}
					}
					return fault{}
				})
				dana := h.visitor("Dana")
				h.asks(dana)
				h.says(dana, "Hello?")
				wantLines(t, "the log", h.log(dana), row.log...)
				if got := h.conversation(dana).State; got != row.state {
					t.Errorf("the state is %s, want %s", got, row.state)
				}
				channels, err := h.desk.Channels(h.Context())
				h.must(err)
				for _, c := range channels {
					want := handoff.ChannelConnected
					for _, id := range row.refusing {
						if c.ID == id {
							want = handoff.ChannelDegraded
						}
					}
					if c.State != want || (c.Cause != "") != (want == handoff.ChannelDegraded) {
						t.Errorf("%s is %s, cause %q", c.ID, c.State, c.Cause)
					}
				}
				wantEverythingSettled(h)
			})
		})
	}
}

// TestLineForARefusedThread: lines that wait behind a thread follow its fate. While another channel has them, the visitor
// hears nothing of a failure.
func TestLineForARefusedThread(t *testing.T) {
	for _, row := range []struct {
		name string
		also []handoff.ID
		want handoff.DeliveryState
	}{
		{"another channel takes it", []handoff.ID{sales, support}, handoff.DeliverySent},
		{"no other channel", []handoff.ID{sales}, handoff.DeliveryFailed},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { a.Handoff.Channels = row.also })
				h.chat.fails(func(p handoff.Post) fault {
					switch {
					case p.Channel.ID == sales:
						f := refusal("no")
						f.slow = time.Second
						return f
					default:
						return fault{slow: 5 * time.Second}
					}
				})
				dana := h.visitor("Dana")
				h.asks(dana)
				said := h.says(dana, "Hello?")
				h.pass(time.Minute)
				if got := h.delivered(dana, said); len(got) != 1 || got[0] != row.want {
					t.Errorf("the line is %v, want %s alone", got, row.want)
				}
			})
		})
	}
}

// TestSentStaysSent: once a channel has a line, another one's refusal changes nothing for the visitor.
func TestSentStaysSent(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.Channels = []handoff.ID{sales, support} })
		dana := h.visitor("Dana")
		h.asks(dana)
		h.chat.fails(func(p handoff.Post) fault {
			if p.Channel.ID == sales {
				return fault{}
			}
			f := refusal("too long")
			f.slow = time.Second
			return f
		})
		said := h.says(dana, "Hello?")
		h.pass(time.Minute)
		wantStates(t, "the line", h.delivered(dana, said), handoff.DeliverySent)
	})
}

// TestChannelRecovers: a post that arrives says that the channel is in reach again.
func TestChannelRecovers(t *testing.T) {
	play(t, func(h *house) {
		h.chat.fails(func(handoff.Post) fault { return outOfReach("away") })
		h.asks(h.visitor("Dana"))
		h.chat.fails(nil)
		h.asks(h.visitor("Lee"))
		channels, err := h.desk.Channels(h.Context())
		h.must(err)
		for _, c := range channels {
			if c.State != handoff.ChannelConnected || c.Cause != "" {
				t.Errorf("%s is %s, cause %q", c.ID, c.State, c.Cause)
			}
		}
	})
}

// TestWaitIsOver: first the fallback channels, then nobody came.
func TestWaitIsOver(t *testing.T) {
	play(t, func(h *house) {
		time.Sleep(123_456_789 * time.Nanosecond) // clocks seldom stand on a full second
		h.set(func(a *handoff.Agent) {
			a.Handoff.WaitSeconds, a.Handoff.FallbackChannels = 60, []handoff.ID{oncall, sales}
		})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		said := h.says(dana, "Hello?")
		h.pass(59 * time.Second)
		wantLines(t, "on call, a second before", h.chat.said(oncall))
		h.pass(2 * time.Second)
		wantLines(t, "on call", h.chat.said(oncall), "thread for Dana")
		h.says(dana, "Anybody?")
		wantLines(t, "lines go to both now", h.chat.said(oncall), "thread for Dana", "Dana: Anybody?")
		h.pass(58 * time.Second)
		if got := h.handoff(id).Stage; got != handoff.StageWaiting {
			t.Errorf("a second before the second end the stage is %s", got)
		}
		h.pass(2 * time.Second)
		for _, channel := range []handoff.ID{sales, oncall} {
			said := h.chat.said(channel)
			wantLines(t, string(channel), said[len(said)-2:], "card: ended", "closing: nobody_came")
		}
		wantLines(t, "the log", h.log(dana),
			"handoff: waiting", "agent: "+text(handoff.TextAsking), "visitor: Hello?", "visitor: Anybody?",
			"handoff: agent, nobody_came", "agent: "+text(handoff.TextNobodyCame))
		if got := h.delivered(dana, said); len(got) != 1 {
			t.Errorf("the line is %v", got)
		}
	})
}

func TestFallbackJoins(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) {
			a.Handoff.WaitSeconds, a.Handoff.FallbackChannels = 60, []handoff.ID{oncall}
		})
		id := h.asks(h.visitor("Dana"))
		h.pass(time.Minute)
		h.does(handoff.VerbJoin, kim, oncall, id)
		h.pass(30 * time.Minute)
		if got := h.handoff(id); got.Stage != handoff.StageJoined || got.Home.Channel != oncall {
			t.Errorf("the handoff is %+v", got)
		}
		said := h.chat.said(sales)
		wantLines(t, "the first channel", said, "thread for Dana", "card: joined", "notice: Kim Adeyemi has joined this conversation in another channel.")
	})
}

// TestReminders: the threads are reminded while somebody waits, in the hours' own time zone.
func TestReminders(t *testing.T) {
	play(t, func(h *house) {
		time.Sleep(700 * time.Microsecond)
		h.set(func(a *handoff.Agent) {
			a.Handoff.RemindSeconds = 120
			a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: "Asia/Tokyo", Override: handoff.OverrideOpen}
		})
		id := h.asks(h.visitor("Dana"))
		h.pass(5 * time.Minute)
		reminder := "notice: Still waiting, since 09:00 JST. Can somebody join?"
		wantLines(t, "the channel", h.chat.said(sales), "thread for Dana", reminder, reminder)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.chat.forget()
		h.pass(10 * time.Minute)
		wantLines(t, "after the join", h.chat.said(sales))
	})
}

// TestIdle: silence on both sides ends a handoff, and every line begins the hour anew.
func TestIdle(t *testing.T) {
	play(t, func(h *house) {
		time.Sleep(333 * time.Microsecond)
		h.set(func(a *handoff.Agent) { a.Handoff.IdleSeconds = 600 })
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		for range 3 {
			h.pass(9 * time.Minute)
			h.says(dana, "still here")
			h.pass(9 * time.Minute)
			h.writes(sam, sales, "me too")
		}
		h.pass(9 * time.Minute)
		h.writes(kim, sales, "an internal line is none")
		if got := h.handoff(id).Stage; got != handoff.StageJoined {
			t.Errorf("the stage is %s", got)
		}
		h.pass(time.Minute + time.Second)
		if got := h.handoff(id).Ended; got != handoff.EndedIdle {
			t.Errorf("it ended by %q", got)
		}
	})
}

// TestAvailability asks for a person when there is none to ask.
func TestAvailability(t *testing.T) {
	hours := &handoff.WorkHours{TimeZone: "UTC", Days: map[string][]handoff.Span{"mon": {{From: 540, To: 1020}}}} // the bubble begins on a Saturday
	for _, row := range []struct {
		name   string
		set    func(h *house, a *handoff.Agent)
		reason handoff.UnavailableBy
		tells  string
	}{
		{"switched off", func(_ *house, a *handoff.Agent) { a.Handoff.Enabled = false }, handoff.HandoffDisabled, text(handoff.TextUnavailable)},
		{"no channel chosen", func(_ *house, a *handoff.Agent) { a.Handoff.Channels = nil }, handoff.NoChannel, text(handoff.TextUnavailable)},
		{"the channel is disconnected", func(h *house, _ *handoff.Agent) {
			h.must(h.desk.UpdateChannel(h.Context(), audit.Actor{Kind: audit.System}, sales, func(c *handoff.Channel) { c.State = handoff.ChannelDisconnected }))
		}, handoff.NoChannel, text(handoff.TextUnavailable)},
		{"outside work hours", func(_ *house, a *handoff.Agent) { a.Handoff.WorkHours = hours }, handoff.OutsideWorkHours,
			text(handoff.TextUntil, "next_open", "on Monday, 3 January, at 09:00 (UTC)")},
		{"closed by hand", func(_ *house, a *handoff.Agent) {
			a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: "UTC", Override: handoff.OverrideClosed}
		}, handoff.ByOverride, text(handoff.TextUnavailable)},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { row.set(h, a) })
				available, err := h.desk.Availability(h.Context(), "marketing", time.Now())
				if err != nil || available.Available || available.Reason != row.reason || len(available.Because) == 0 {
					t.Errorf("availability is %+v, %v", available, err)
				}
				dana := h.visitor("Dana")
				for by, want := range map[handoff.Kind][]string{handoff.FromAgent: nil, handoff.FromVisitor: {"agent: " + row.tells}} {
					answer, err := h.desk.Request(h.Context(), dana, handoff.Request{By: by})
					if err != nil || answer.State != handoff.AnswerUnavailable || answer.Reason != row.reason || answer.Handoff != "" {
						t.Errorf("the answer is %+v, %v", answer, err)
					}
					if (answer.NextOpen != nil) != (row.reason == handoff.OutsideWorkHours) {
						t.Errorf("next_open is %v", answer.NextOpen)
					}
					if by == handoff.FromVisitor {
						wantLines(t, "the log", h.log(dana), want...)
					}
				}
				if got := h.conversation(dana).State; got != handoff.StateAgent {
					t.Errorf("the state is %s", got)
				}
				wantLines(t, "the channel", h.chat.said(sales))
			})
		})
	}
}

// TestHandoffOutlivesTheHours: what has begun goes on after closing time, and its end says when the hours begin again.
func TestHandoffOutlivesTheHours(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) {
			a.Handoff.WorkHours = &handoff.WorkHours{TimeZone: "UTC", Days: map[string][]handoff.Span{"sat": {{From: 0, To: 30}}}}
		})
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.pass(40 * time.Minute)
		if got := h.writes(sam, sales, "I'm still here"); got != handoff.HeardRelayed {
			t.Errorf("a line after closing time is %s", got)
		}
		h.does(handoff.VerbEnd, sam, sales, id)
		var last *handoff.HandoffChange
		for _, e := range h.events(dana) {
			if e.Handoff != nil {
				last = e.Handoff
			}
		}
		if last.NextOpen == nil || !last.NextOpen.Equal(time.Date(2000, 1, 8, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("the next opening is %v", last.NextOpen)
		}
	})
}

// TestChosenChannels: a request may name its channels.
func TestChosenChannels(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		_, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromAgent, Channels: []handoff.ID{"chat-nowhere"}})
		h.wantCode(err, handoff.CodeUnknownChannel)
		answer, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromAgent, Channels: []handoff.ID{support, oncall, support}})
		if err != nil || answer.State != handoff.AnswerWaiting {
			t.Fatalf("%+v, %v", answer, err)
		}
		h.pass(0)
		wantLines(t, "sales", h.chat.said(sales))
		wantLines(t, "support", h.chat.said(support), "thread for Dana")
		wantLines(t, "on call", h.chat.said(oncall), "thread for Dana")
	})
}
