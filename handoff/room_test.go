package handoff_test

import (
	"errors"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// TestRoom does everything that people and agents can do, while the disk fills up.
func TestRoom(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Files = true })
		known := h.known("crm-1", "Dana")
		joined, other := h.visitor("Lee"), h.visitor("Noor")
		id := h.asks(joined)
		h.does(handoff.VerbJoin, sam, sales, id)
		repeat := handoff.Say{ClientID: "again", Text: "Said before."}
		_, err := h.desk.FromVisitor(h.Context(), other, repeat)
		h.must(err)

		lines := 0
		for _, room := range []handoff.Room{handoff.RoomForAll, handoff.RoomForTalk, handoff.RoomForSpecialists} {
			h.room = room
			for _, row := range []struct {
				name  string
				needs handoff.Room
				do    func() error
			}{
				{"a new handoff", handoff.RoomForAll, func() error {
					_, err := h.desk.Request(h.Context(), h.another(room), handoff.Request{By: handoff.FromAgent, Channels: []handoff.ID{support}})
					return err
				}},
				{"a new conversation", handoff.RoomForTalk, func() error {
					_, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: h.agent.ID})
					return err
				}},
				{"a visitor's line", handoff.RoomForTalk, func() error {
					_, err := h.desk.FromVisitor(h.Context(), joined, handoff.Say{ClientID: h.key(), Text: "Hello?"})
					return err
				}},
				{"an agent's line", handoff.RoomForTalk, func() error {
					_, err := h.desk.FromAgent(h.Context(), other, handoff.Say{ClientID: h.key(), Text: "Hello."})
					return err
				}},
				{"a file", handoff.RoomForTalk, func() error {
					_, err := h.desk.SaveFile(h.Context(), other, "a.txt", "text/plain", []byte("x"))
					return err
				}},
				{"an agent", handoff.RoomForTalk, func() error {
					_, err := h.desk.PutAgent(h.Context(), audit.Actor{Kind: audit.System}, h.agent)
					return err
				}},
				{"a channel", handoff.RoomForTalk, func() error {
					return h.desk.Connect(h.Context(), h.key(), handoff.Channel{ID: oncall, Platform: "chat"}, "t", "hello")
				}},
				{"a line said before", handoff.RoomForSpecialists, func() error {
					said, err := h.desk.FromVisitor(h.Context(), other, repeat)
					if err == nil && !said.Repeated {
						err = errors.New("it is taken a second time")
					}
					return err
				}},
				{"a specialist's line", handoff.RoomForSpecialists, func() error {
					lines++
					h.writes(sam, sales, h.key())
					return nil
				}},
			} {
				want := handoff.Code("")
				if room > row.needs {
					want = handoff.CodeDiskFull
				}
				if err := row.do(); handoff.CodeOf(err) != want || want == "" && err != nil {
					h.Errorf("%s, with the room %d: %v", row.name, room, err)
				}
			}
		}

		heard := 0
		for _, e := range h.events(joined) {
			if e.Message != nil && e.Message.From.Kind == handoff.FromSpecialist {
				heard++
			}
		}
		if heard != lines {
			h.Errorf("the visitor has %d lines of the specialist's, want %d", heard, lines)
		}
		if erased, err := h.desk.EraseVisitor(h.Context(), audit.Actor{Kind: audit.System}, "crm-1"); err != nil || erased.Conversations != 1 {
			h.Errorf("erasing: %+v, %v", erased, err)
		}
		if _, err := h.desk.Conversation(h.Context(), known); handoff.CodeOf(err) != handoff.CodeUnknownConversation {
			h.Errorf("after the erasure: %v", err)
		}
		h.does(handoff.VerbEnd, sam, sales, id)
	})
}

// another is a conversation from before the disk was so full.
func (h *house) another(room handoff.Room) handoff.ID {
	h.room = handoff.RoomForAll
	defer func() { h.room = room }()
	return h.visitor("Kai")
}

// TestAgentWithoutRoom: when an agent wants a person to come and there is no room, the visitor is told once, and the turn is over.
func TestAgentWithoutRoom(t *testing.T) {
	play(t, func(h *house) {
		id := h.visitor("Dana")
		h.says(id, "I want to talk to a person")
		h.room = handoff.RoomForTalk
		for turn, err := range h.desk.Turns(h.Context()) {
			h.must(err)
			h.must(h.desk.Answer(h.Context(), turn, handoff.Reply{Handoff: &handoff.Request{By: handoff.FromAgent}}))
			break
		}
		if c := h.conversation(id); c.State != handoff.StateAgent || c.Answered == 0 {
			h.Errorf("the conversation is %+v", c)
		}
		log := h.log(id)
		if len(log) != 2 {
			h.Errorf("the log is %q", log)
		}
	})
}
