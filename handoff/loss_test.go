package handoff_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// loses takes a channel away, as a platform's event does.
func (h *house) loses(channel handoff.ID, why handoff.Loss) {
	h.Helper()
	h.must(h.desk.UpdateChannel(h.Context(), audit.Actor{Kind: audit.System}, channel, func(c *handoff.Channel) { c.Lose(why) }))
	time.Sleep(time.Millisecond) // a timer fires at the next one
	synctest.Wait()
}

// TestHandoffsInFlightAreTold: what becomes of a handoff when a channel is lost under it.
func TestHandoffsInFlightAreTold(t *testing.T) {
	lost := text(handoff.TextLost, "specialist", "Sam Ortiz")
	for _, row := range []struct {
		name     string
		channels []handoff.ID
		fallback []handoff.ID
		joined   bool // Sam has it, in sales
		loses    []handoff.ID
		state    handoff.State
		reason   handoff.EndReason
		says     string // what the visitor reads at the end
		asked    []handoff.ID
	}{
		{"waiting, its only channel", ids(sales), nil, false, ids(sales), handoff.StateAgent, handoff.EndedNobodyCame, text(handoff.TextNobodyCame), ids(sales)},
		{"waiting, with a fallback", ids(sales), ids(oncall), false, ids(sales), handoff.StateWaiting, "", "", ids(sales, oncall)},
		{"waiting, with a fallback that is lost too", ids(sales), ids(oncall), false, ids(oncall, sales), handoff.StateAgent, handoff.EndedNobodyCame, text(handoff.TextNobodyCame), ids(sales)},
		{"waiting, one of two", ids(sales, support), nil, false, ids(sales), handoff.StateWaiting, "", "", ids(sales, support)},
		{"waiting, both of two", ids(sales, support), nil, false, ids(sales, support), handoff.StateAgent, handoff.EndedNobodyCame, text(handoff.TextNobodyCame), ids(sales, support)},
		{"joined, its only channel", ids(sales), nil, true, ids(sales), handoff.StateAgent, handoff.EndedChannelLost, text(handoff.TextLostEnded, "specialist", "Sam Ortiz"), ids(sales)},
		{"joined, and others were asked", ids(sales, support), nil, true, ids(sales), handoff.StateWaiting, "", lost, ids(sales, support)},
		{"joined, with a fallback", ids(sales), ids(oncall), true, ids(sales), handoff.StateWaiting, "", lost, ids(sales, oncall)},
		{"joined, another channel", ids(sales, support), nil, true, ids(support), handoff.StateJoined, "", "", ids(sales, support)},
		{"joined, everything", ids(sales, support), ids(oncall), true, ids(oncall, support, sales), handoff.StateAgent, handoff.EndedChannelLost, text(handoff.TextLostEnded, "specialist", "Sam Ortiz"), ids(sales, support)},
	} {
		t.Run(row.name, func(t *testing.T) {
			play(t, func(h *house) {
				h.set(func(a *handoff.Agent) { a.Handoff.Channels, a.Handoff.FallbackChannels = row.channels, row.fallback })
				dana := h.visitor("Dana")
				id := h.asks(dana)
				if row.joined {
					h.does(handoff.VerbJoin, sam, sales, id)
				}
				for _, channel := range row.loses {
					h.loses(channel, handoff.LostDeleted)
				}
				got, c := h.handoff(id), h.conversation(dana)
				if c.State != row.state || got.Ended != row.reason || !slices.Equal(got.Channels, row.asked) {
					t.Errorf("%s, ended %q, asked in %v; want %s, %q, %v", c.State, got.Ended, got.Channels, row.state, row.reason, row.asked)
				}
				if last := h.log(dana); row.says != "" && last[len(last)-1] != "agent: "+row.says {
					t.Errorf("the visitor reads %q at last, want %q", last[len(last)-1], row.says)
				}
				h.restart() // and says nothing twice
				if again := h.handoff(id); again.Version != got.Version {
					t.Errorf("after a restart the version is %d, was %d", again.Version, got.Version)
				}
				if c.State == handoff.StateWaiting { // somebody can still come
					last := got.Channels[len(got.Channels)-1]
					h.does(handoff.VerbJoin, kim, last, id)
				}
			})
		})
	}
}

func ids(of ...handoff.ID) []handoff.ID { return of }

// TestLossSurvivesTheProcess: what a lost channel means for its handoffs is on disk with the loss.
func TestLossSurvivesTheProcess(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.must(h.desk.UpdateChannel(h.Context(), audit.Actor{Kind: audit.System}, sales, func(c *handoff.Channel) { c.Lose(handoff.LostRemoved) }))
		h.restart()
		h.pass(time.Millisecond)
		if got := h.handoff(id); got.Ended != handoff.EndedNobodyCame {
			t.Errorf("the handoff is %s, ended %q", got.Stage, got.Ended)
		}
	})
}

// TestPostsTellOfTheChannel: a definite refusal takes the channel away, and whatever arrives or comes from there brings it back.
func TestPostsTellOfTheChannel(t *testing.T) {
	play(t, func(h *house) {
		blocked := fault{err: &handoff.DeliveryError{Certain: true, Channel: true, Lost: handoff.LostBlocked, Cause: "blocked"}}
		h.chat.failsOnce(handoff.PostThread, blocked)
		h.asks(h.visitor("Dana"))
		h.pass(time.Millisecond)
		if c := h.channel(sales); c.State != handoff.ChannelDisconnected || c.Cause != "an admin has blocked the app" {
			t.Errorf("the channel is %s (%q)", c.State, c.Cause)
		}
		_, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: h.key(), Person: sam, Text: "lunch?", Place: handoff.Place{Channel: sales, Thread: "another", Unprompted: true}})
		h.must(err)
		if c := h.channel(sales); c.State != handoff.ChannelConnected || c.Replies != handoff.RepliesGranted {
			t.Errorf("after a line from there it is %s (%q), replies %s", c.State, c.Cause, c.Replies)
		}
		h.must(h.desk.Disconnect(h.Context(), sales, nil))
		_, err = h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: h.key(), Person: sam, Text: "lunch?", Place: handoff.Place{Channel: sales, Thread: "another", Unprompted: true}})
		h.must(err)
		if c := h.channel(sales); c.State != handoff.ChannelDisconnected {
			t.Errorf("what was disconnected here came back by itself: %s", c.State)
		}
	})
}

// TestLostWhileSending: a post that arrives after the channel was lost set out before, so it proves nothing.
func TestLostWhileSending(t *testing.T) {
	play(t, func(h *house) {
		h.chat.failsOnce(handoff.PostNotice, fault{slow: 5 * time.Second})
		h.must(h.desk.Reply(h.Context(), h.key(), handoff.Place{Channel: sales, Thread: "another"}, "Somebody has it."))
		synctest.Wait() // it is on its way
		h.loses(sales, handoff.LostTeam)
		h.pass(10 * time.Second)
		if c := h.channel(sales); c.State != handoff.ChannelDisconnected || c.Cause != "the team was deleted" {
			t.Errorf("the channel is %s (%q)", c.State, c.Cause)
		}
		h.must(h.desk.Reply(h.Context(), h.key(), handoff.Place{Channel: sales, Thread: "another"}, "Somebody else has it."))
		h.pass(time.Second)
		if c := h.channel(sales); c.State != handoff.ChannelConnected {
			t.Errorf("after a post arrived that set out later it is %s (%q)", c.State, c.Cause)
		}
	})
}

// TestTryAgain: a test goes to a channel that is out of reach, and when it arrives the channel is there again; it does not go
// to one that was disconnected here.
func TestTryAgain(t *testing.T) {
	play(t, func(h *house) {
		h.loses(sales, handoff.LostBlocked)
		trial, err := h.desk.Try(h.Context(), sales, "Olga", nil)
		h.must(err)
		synctest.Wait()
		if c := h.channel(sales); c.State != handoff.ChannelConnected {
			t.Errorf("the channel is %s (%q)", c.State, c.Cause)
		}
		h.does(handoff.VerbJoin, sam, sales, trial.Handoff)
		if c := h.channel(sales); c.ProvenAt.IsZero() {
			t.Error("the round trip is not kept")
		}
		h.pass(time.Hour)
		if got := h.handoff(trial.Handoff); got.Ended != handoff.EndedIdle {
			t.Errorf("a test that nobody ends is %s, ended %q", got.Stage, got.Ended)
		}
		h.must(h.desk.Disconnect(h.Context(), sales, nil))
		_, err = h.desk.Try(h.Context(), sales, "Olga", nil)
		h.wantCode(err, handoff.CodeInvalid)
		_, err = h.desk.Try(h.Context(), "nowhere", "Olga", nil)
		h.wantCode(err, handoff.CodeUnknownChannel)
	})
}

// TestLosses: a channel is connected exactly when no loss holds, in whatever order they come and go.
func TestLosses(t *testing.T) {
	all := []handoff.Loss{handoff.LostByAdmin, handoff.LostTeam, handoff.LostDeleted, handoff.LostArchived, handoff.LostRemoved, handoff.LostBlocked, handoff.LostUnknown}
	rapid.Check(t, func(t *rapid.T) {
		c, holds := handoff.Channel{State: handoff.ChannelConnected}, map[handoff.Loss]bool{}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			loss := rapid.SampledFrom(all).Draw(t, "loss")
			if rapid.Bool().Draw(t, "lose") {
				c.Lose(loss)
				holds[loss] = true
			} else {
				c.Regain(loss)
				delete(holds, loss)
			}
			if (c.State == handoff.ChannelDisconnected) != (len(holds) > 0) || (c.Cause != "") != (len(holds) > 0) || (c.Remedy() != "") != (len(holds) > 0) || len(c.Lost) != len(holds) {
				t.Fatalf("%s (%q, %q) with %v lost", c.State, c.Cause, c.Remedy(), holds)
			}
		}
	})
}
