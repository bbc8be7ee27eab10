package teams_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
)

// joined plays until Ana has joined the visitor's conversation.
func joined(t *testing.T, w *world) (handoff.ID, bottest.Thread) {
	t.Helper()
	w.connect()
	id := w.visit()
	w.say(id, "What does the enterprise plan cost?")
	w.waitText(id, handoff.FromAgent, "Would you like me to ask a person")
	w.say(id, "I want to talk to a person")
	thread := w.handoffThread()
	pressed, err := w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "Join conversation")
	must(t, err)
	if pressed.Type != activity.ResponseCard || !strings.Contains(string(pressed.Card), w.ana.Name) {
		t.Fatalf("Join was answered %s %s", pressed.Type, pressed.Answer.Body)
	}
	return id, thread
}

func TestStory(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)

	first := string(thread.Messages[0].Card)
	for _, want := range []string{"Dana Cole", "Northwind", "850", "The visitor asked for a person", "What does the enterprise plan cost?", "Join conversation", "dana@northwind.example"} {
		if !strings.Contains(first, want) {
			t.Errorf("the card does not say %q", want)
		}
	}
	if got := actions(t, thread.Messages[0].Card); !slices.Equal(got, []string{"Join conversation", "View transcript"}) {
		t.Errorf("the waiting card has the buttons %q", got)
	}
	asked := w.waitText(id, handoff.FromAgent, "asked our team")
	told := w.waitText(id, handoff.FromAgent, w.ana.Name+" has joined and has the full context")
	if told.Seq < asked.Seq {
		t.Error("the visitor heard of the person before the promise")
	}
	w.waitCard(thread.ID, thread.Root, "End conversation")

	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "// she looks ready to buy")
	must(t, err)
	_, err = w.service.Say(t.Context(), w.ben.ID, thread.ID, "I know her from the fair")
	must(t, err)
	_, err = w.service.Say(t.Context(), w.ana.ID, thread.ID, "Hello Dana, the enterprise plan is 49 euros a seat.")
	must(t, err)
	w.waitText(id, handoff.FromSpecialist, "49 euros")
	w.say(id, "Great, and is there a discount?")
	w.waitLine(thread.ID, "Dana Cole: Great, and is there a discount?")
	_, err = w.service.Say(t.Context(), w.ana.ID, thread.ID, "Ten percent for a year.", bottest.MentionBot())
	must(t, err)
	line := w.waitText(id, handoff.FromSpecialist, "Ten percent")
	if line.Message.Text != "Ten percent for a year." {
		t.Errorf("the mention was not taken out: %q", line.Message.Text)
	}

	transcript, err := w.service.Press(t.Context(), w.ben.ID, thread.ID, thread.Root, "View transcript")
	must(t, err)
	if !strings.Contains(string(transcript.Card), "is there a discount?") || strings.Contains(string(transcript.Card), "ready to buy") {
		t.Errorf("the transcript shows %s", transcript.Card)
	}
	back, err := w.service.Press(t.Context(), w.ben.ID, thread.ID, thread.Root, "Back to the card")
	must(t, err)
	if !strings.Contains(string(back.Card), "End conversation") {
		t.Errorf("the way back shows %s", back.Card)
	}

	_, err = w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, "End conversation")
	must(t, err)
	w.waitLine(thread.ID, "Conversation ended")
	w.waitCard(thread.ID, thread.Root, "Ended by "+w.ana.Name)
	w.waitText(id, handoff.FromAgent, "I'm back with you")
	if got := actions(t, w.service.Message(thread.ID, thread.Root).Card); len(got) != 0 {
		t.Errorf("the ended card has the buttons %q", got)
	}
	if got := state(t, w, id); got != handoff.StateAgent {
		t.Errorf("the conversation is %s, want agent", got)
	}
	noneHeard(t, w, id, "ready to buy", "from the fair")
}

// TestVisitorsWish: who presses "Talk to a person" gives no reason, and that is reason enough.
func TestVisitorsWish(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	_, err := w.desk.Request(t.Context(), w.visit(), handoff.Request{By: handoff.FromVisitor})
	must(t, err)
	if card := string(w.handoffThread().Messages[0].Card); !strings.Contains(card, "The visitor asked for a person.") {
		t.Errorf("the card says %s", card)
	}
}

// noneHeard fails when the visitor's log holds what should have stayed in the channel.
func noneHeard(t *testing.T, w *world, id handoff.ID, secrets ...string) {
	t.Helper()
	said, err := w.desk.Messages(t.Context(), id, 0, 200)
	must(t, err)
	for _, m := range said {
		for _, secret := range secrets {
			if strings.Contains(m.Text, secret) {
				t.Errorf("the visitor read %q", m.Text)
			}
		}
	}
}

func TestRestartInTheMiddle(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitCard(thread.ID, thread.Root, "End conversation")
	w.stop()
	w.start()
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "Still here.")
	must(t, err)
	w.waitText(id, handoff.FromSpecialist, "Still here.")
	w.say(id, "Me too")
	w.waitLine(thread.ID, "Dana Cole: Me too")
	_, err = w.service.Say(t.Context(), w.ana.ID, thread.ID, "end", bottest.MentionBot())
	must(t, err)
	w.waitText(id, handoff.FromAgent, "I'm back with you")
}

func TestEveryWayToEnd(t *testing.T) {
	command := func(text string) func(*testing.T, *world, handoff.ID, bottest.Thread) {
		return func(t *testing.T, w *world, _ handoff.ID, thread bottest.Thread) {
			_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, text, bottest.MentionBot())
			must(t, err)
		}
	}
	press := func(button string) func(*testing.T, *world, handoff.ID, bottest.Thread) {
		return func(t *testing.T, w *world, _ handoff.ID, thread bottest.Thread) {
			_, err := w.service.Press(t.Context(), w.ana.ID, thread.ID, thread.Root, button)
			must(t, err)
		}
	}
	for _, row := range []struct {
		name string
		end  func(*testing.T, *world, handoff.ID, bottest.Thread)
		want handoff.EndReason
	}{
		{"the button", press("End conversation"), handoff.EndedBySpecialist},
		{"the command", command("end"), handoff.EndedBySpecialist},
		{"the command, with care", command(" End. "), handoff.EndedBySpecialist},
		{"hand back by button", press("Hand back"), handoff.EndedHandedBack},
		{"hand back by command", command("hand back"), handoff.EndedHandedBack},
		{"the button of an old client", func(t *testing.T, w *world, _ handoff.ID, thread bottest.Thread) {
			_, err := w.service.PressFallback(t.Context(), w.ana.ID, thread.ID, thread.Root, "End conversation")
			must(t, err)
		}, handoff.EndedBySpecialist},
		{"the visitor", func(t *testing.T, w *world, id handoff.ID, _ bottest.Thread) {
			_, err := w.desk.End(t.Context(), id, handoff.FromVisitor)
			must(t, err)
		}, handoff.EndedByVisitor},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			id, thread := joined(t, w)
			w.waitCard(thread.ID, thread.Root, "End conversation")
			row.end(t, w, id, thread)
			ended := w.waitEvent(id, "the end", func(e handoff.Event) bool {
				return e.Name == handoff.EventHandoff && e.Handoff.State == handoff.StateAgent
			})
			if ended.Handoff.Reason != row.want {
				t.Errorf("it ended by %s, want %s", ended.Handoff.Reason, row.want)
			}
			w.waitLine(thread.ID, "Conversation ended")
			w.service.WaitFor(t, "the card without buttons", func() bool {
				return len(actions(t, w.service.Message(thread.ID, thread.Root).Card)) == 0
			})
		})
	}
}

func TestJoinRace(t *testing.T) {
	var users []bottest.User
	for i := range 12 {
		users = append(users, bottest.User{ID: fmt.Sprintf("29:user-%d", i), Name: fmt.Sprintf("Person %d", i), AADObjectID: fmt.Sprintf("33333333-3333-4333-8333-%012d", i)})
	}
	w := newWorld(t, bottest.Config{Users: users})
	w.connect()
	id := w.visit()
	w.say(id, "a human please")
	thread := w.handoffThread()

	var mu sync.Mutex
	cards, texts := 0, []string{}
	var all sync.WaitGroup
	for _, user := range users {
		all.Go(func() {
			pressed, err := w.service.Press(t.Context(), user.ID, thread.ID, thread.Root, "handoff.join")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Log(err) // the card had changed before the press: no such button any more
			case pressed.Type == activity.ResponseCard:
				cards++
			default:
				texts = append(texts, pressed.Text)
			}
		})
	}
	all.Wait()
	if cards != 1 {
		t.Errorf("%d people joined, want 1", cards)
	}
	for _, text := range texts {
		if !strings.Contains(text, "has this conversation") {
			t.Errorf("a late press was answered %q", text)
		}
	}
}

func TestEditsAndPictures(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	posted, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "It costs 94 euros")
	must(t, err)
	line := w.waitText(id, handoff.FromSpecialist, "94 euros")
	for _, text := range []string{"It costs 49 euros", "It costs 49 euros a month"} {
		_, err = w.service.Edit(t.Context(), w.ana.ID, thread.ID, posted.Message, text)
		must(t, err)
		w.waitEvent(id, "the edit", func(e handoff.Event) bool {
			return e.Name == handoff.EventEdited && e.Message.ID == line.Message.ID && e.Message.Text == text
		})
	}
	_, err = w.service.Delete(t.Context(), w.ana.ID, thread.ID, posted.Message)
	must(t, err)
	w.waitEvent(id, "the removal", func(e handoff.Event) bool {
		return e.Name == handoff.EventDeleted && e.Message.ID == line.Message.ID && e.Message.Text == ""
	})

	_, err = w.service.Undelete(t.Context(), w.ana.ID, thread.ID, posted.Message)
	must(t, err)
	w.waitEvent(id, "the restoration", func(e handoff.Event) bool {
		return e.Name == handoff.EventEdited && e.Message.ID == line.Message.ID && e.Message.Text == "It costs 49 euros a month" && !e.Message.Deleted
	})

	picture := []byte("\x89PNG\r\n\x1a\nnot really, but bytes")
	_, err = w.service.Say(t.Context(), w.ana.ID, thread.ID, "Look", bottest.Picture("plan.png", "image/png", picture))
	must(t, err)
	shown := w.waitText(id, handoff.FromSpecialist, "Look").Message
	if len(shown.Attachments) != 1 {
		t.Fatalf("%d attachments arrived, want 1", len(shown.Attachments))
	}
	url := shown.Attachments[0].URL
	content, _, _, err := w.desk.OpenFile(t.Context(), id, url[strings.LastIndexByte(url, '/')+1:])
	must(t, err)
	defer content.Close()
	if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, picture) {
		t.Errorf("the picture came as %q, %v", got, err)
	}
}

func TestLinesBeforeAnybodyJoined(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	id := w.visit()
	w.say(id, "a human please")
	thread := w.handoffThread()
	w.waitText(id, handoff.FromAgent, "asked our team")
	for _, line := range []string{"Hello Dana, how can I help?", "Are you there?"} {
		_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, line)
		must(t, err)
	}
	w.waitLine(thread.ID, "stays in this channel until somebody has joined")
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "status", bottest.MentionBot())
	must(t, err)
	w.waitLine(thread.ID, "has been waiting since")
	hints := 0
	for _, m := range w.service.Messages(thread.ID) {
		if strings.Contains(m.Text, "stays in this channel until") {
			hints++
		}
	}
	if hints != 1 {
		t.Errorf("the hint was given %d times, want once", hints)
	}
	noneHeard(t, w, id, "how can I help?", "Are you there?")
}

func TestRedeliveryIsOneEvent(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "Only once")
	must(t, err)
	for range 3 {
		_, err := w.service.Redeliver(t.Context())
		must(t, err)
	}
	said, err := w.desk.Messages(t.Context(), id, 0, 200)
	must(t, err)
	if n := len(slices.DeleteFunc(said, func(m handoff.Message) bool { return m.Text != "Only once" })); n != 1 {
		t.Errorf("the visitor reads the line %d times", n)
	}
}

func TestWithoutPermissionToReadReplies(t *testing.T) {
	w := newWorld(t, bottest.Config{WithoutRSC: true})
	id, thread := joined(t, w)
	_, err := w.service.Say(t.Context(), w.ana.ID, thread.ID, "the end of the month is fine", bottest.MentionBot())
	must(t, err)
	if got := w.waitText(id, handoff.FromSpecialist, "month").Message.Text; got != "the end of the month is fine" {
		t.Errorf("the line arrived as %q", got)
	}
	w.service.WaitFor(t, "the hint in the channel", func() bool {
		for _, thread := range w.service.Threads(w.channel.ID) {
			for _, m := range thread.Messages {
				if m.Bot && strings.Contains(m.Text, "mention @Docket in each reply") {
					return true
				}
			}
		}
		return false
	})
}

func TestAppRemovedAndRenamed(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	c := w.connect()
	_, err := w.service.RenameChannel(t.Context(), w.ana.ID, w.channel.ID, "Care")
	must(t, err)
	if got := channelRow(t, w, c.ID); got.Name != "Care" || got.State != handoff.ChannelConnected {
		t.Errorf("after the rename the channel is %q, %s", got.Name, got.State)
	}
	_, err = w.service.RemoveBot(t.Context(), w.ana.ID, w.channel.ID)
	must(t, err)
	if got := channelRow(t, w, c.ID); got.State != handoff.ChannelDisconnected || got.Cause == "" {
		t.Errorf("after the removal the channel is %s (%q)", got.State, got.Cause)
	}
	id := w.visit()
	answer, err := w.desk.Request(t.Context(), id, handoff.Request{By: handoff.FromVisitor})
	must(t, err)
	if answer.State != handoff.AnswerUnavailable || answer.Reason != handoff.NoChannel {
		t.Errorf("a request was answered %+v", answer)
	}
}

func channelRow(t *testing.T, w *world, id handoff.ID) handoff.Channel {
	t.Helper()
	channels, err := w.desk.Channels(context.WithoutCancel(t.Context()))
	must(t, err)
	for _, c := range channels {
		if c.ID == id {
			return c
		}
	}
	t.Fatal("the channel is gone")
	return handoff.Channel{}
}

// TestBurstsKeepTeamsLimits writes faster than Teams takes it. A bot that went over the published limits would be refused,
// and the stand-in counts that as its fault.
func TestBurstsKeepTeamsLimits(t *testing.T) {
	w := newWorld(t, bottest.Config{Throttle: true})
	id, thread := joined(t, w)
	for i := range 12 {
		w.say(id, fmt.Sprintf("line %d.", i))
	}
	w.waitLine(thread.ID, "line 11.")
	var order []string
	for _, m := range w.service.Messages(thread.ID) {
		for text := range strings.Lines(m.Text) {
			if _, line, visitors := strings.Cut(strings.TrimSpace(text), "Dana Cole: line "); visitors {
				order = append(order, line)
			}
		}
	}
	for i, line := range order {
		if line != fmt.Sprintf("%d.", i) {
			t.Fatalf("the lines arrived as %q", order)
		}
	}
	if len(order) != 12 {
		t.Errorf("%d lines arrived, want 12", len(order))
	}
}
