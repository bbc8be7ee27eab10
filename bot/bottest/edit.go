package bottest

import (
	"context"
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// Edit changes a person's message and tells the bot.
func (s *Service) Edit(ctx context.Context, userID, threadID, messageID, text string, options ...SayOption) (Posted, error) {
	return s.change(ctx, userID, threadID, messageID, activity.EventEditMessage, func(m *Message, c *channel) *activity.Activity {
		a := s.compose(m, c, text, collect(options))
		a.Type = activity.TypeMessageUpdate
		m.Edited = true
		return a
	})
}

// Delete deletes a person's message and tells the bot. Nothing of the text is
// told.
func (s *Service) Delete(ctx context.Context, userID, threadID, messageID string) (Posted, error) {
	return s.change(ctx, userID, threadID, messageID, activity.EventSoftDeleteMessage, func(m *Message, c *channel) *activity.Activity {
		a := s.inChannel(m.From, c, c.ID)
		a.Type = activity.TypeMessageDelete
		m.Deleted = true
		return a
	})
}

// Undelete restores a deleted message and tells the bot.
func (s *Service) Undelete(ctx context.Context, userID, threadID, messageID string) (Posted, error) {
	return s.change(ctx, userID, threadID, messageID, activity.EventUndeleteMessage, func(m *Message, c *channel) *activity.Activity {
		a := s.inChannel(m.From, c, c.ID)
		a.Type, a.Text, a.TextFormat = activity.TypeMessageUpdate, m.Text, m.TextFormat
		m.Deleted = false
		return a
	})
}

func (s *Service) change(ctx context.Context, userID, threadID, messageID, event string, apply func(*Message, *channel) *activity.Activity) (Posted, error) {
	a, at, err := s.alter(userID, threadID, messageID, event, apply)
	if err != nil || !at.Delivered {
		return at, err
	}
	at.Answer, err = s.Deliver(ctx, a)
	return at, err
}

// alter applies a change to a message and makes the activity that tells of it.
func (s *Service) alter(userID, threadID, messageID, event string, apply func(*Message, *channel) *activity.Activity) (*activity.Activity, Posted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, t, err := s.place(userID, threadID)
	if err != nil {
		return nil, Posted{}, err
	}
	if t == nil || t.message(messageID) == nil || t.message(messageID).From.ID != from.ID {
		return nil, Posted{}, fmt.Errorf("bottest: %s has no message %q there", from.Name, messageID)
	}
	m := t.message(messageID)
	heard := s.hears(c, m)
	a := apply(m, c)
	a.ID = m.ID
	a.Conversation.ID = c.conversation(t)
	withEvent(a, event)
	m.Revision++
	s.changed()
	return a, Posted{Thread: a.Conversation.ID, Message: m.ID, Delivered: heard || s.hears(c, m)}, nil
}

func withEvent(a *activity.Activity, event string) {
	data, err := a.Teams()
	if err != nil {
		panic("bottest: channelData of our own does not read: " + err.Error())
	}
	data.EventType = event
	setChannelData(a, data)
}
