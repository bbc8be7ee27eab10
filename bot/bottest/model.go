package bottest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/activity"
)

// Message is one message of a thread or a personal chat, as the people there see it.
type Message struct {
	ID         string
	From       User // for the bot: its id and name
	Bot        bool
	Text       string
	TextFormat string
	HTML       string          // the text/html copy of a person's message
	Card       json.RawMessage // the card that everybody sees; nil if none
	Summary    string          // of the bot's activity: what the notification shows
	Mentions   []activity.Mention
	Pictures   []string            // content URLs
	Reactions  map[string][]string // user ids by reaction
	Sent       time.Time
	Revision   int // grows with each update of the message
	Edited     bool
	Deleted    bool

	For string // id of the one person who sees a targeted message; empty when everybody does

	// Views are cards that one person sees in place of Card, by user id. They come
	// from invoke answers and end with the next update of the message.
	Views map[string]json.RawMessage

	// Notices are what invoke answers told one person, by user id, oldest first.
	Notices map[string][]string

	mentionsBot bool
}

// CardFor answers the card that a person sees; nil if the message has none.
func (m Message) CardFor(userID string) json.RawMessage {
	if view := m.Views[userID]; view != nil {
		return view
	}
	return m.Card
}

// Thread is a thread of a channel with its messages, oldest first.
type Thread struct {
	ID       string // the conversation's id, channel;messageid=root
	Channel  string
	Root     string // id of its first message
	Messages []Message
}

// ChannelState is a channel as it is now.
type ChannelState struct {
	Channel
	Team      Team
	Installed bool // the bot is in the team
	Deleted   bool
}

// channel is what the service holds of a channel.
type channel struct {
	Channel
	team      Team
	person    string // id of the one person of a personal chat; empty in a channel
	installed bool
	deleted   bool
	threads   []*thread
	posts     []time.Time // the bot's, for the throttle
	reactions []time.Time // likewise, of the last second
}

type thread struct {
	root     string
	messages []*Message
}

func (t *thread) message(id string) *Message {
	for _, m := range t.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// aside reports whether a thread began with a targeted message, which nobody answers.
func (t *thread) aside() bool { return len(t.messages) > 0 && t.messages[0].For != "" }

func (c *channel) conversation(t *thread) string {
	return activity.Thread{Channel: c.ID, Root: t.root}.String()
}

func (c *channel) thread(root string) *thread {
	for _, t := range c.threads {
		if t.root == root {
			return t
		}
	}
	return nil
}

// addTeam registers a team's channels, General first.
func (s *Service) addTeam(team Team) {
	general := Channel{ID: team.ID, Name: "General"}
	all := append([]Channel{general}, slices.DeleteFunc(slices.Clone(team.Channels), func(c Channel) bool { return c.ID == team.ID })...)
	for _, c := range all {
		s.channels = append(s.channels, &channel{Channel: c, team: team, installed: !s.cfg.NotInstalled})
	}
}

func (s *Service) channel(id string) *channel {
	for _, c := range slices.Concat(s.channels, s.chats) {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// find answers the channel and, when the id names one, the thread of a
// conversation; a personal chat is one thread. A thread that does not exist is nil. The caller holds mu.
func (s *Service) find(conversationID string) (*channel, *thread) {
	at := activity.ParseThread(conversationID)
	c := s.channel(at.Channel)
	switch {
	case c == nil:
		return nil, nil
	case c.personal():
		return c, c.whole()
	case at.Root == "":
		return c, nil
	}
	return c, c.thread(at.Root)
}

// append puts a message at the end of a thread, or begins one with it when t is
// nil. The caller holds mu.
func (s *Service) append(c *channel, t *thread, m *Message) *thread {
	m.ID = s.newMessageID()
	m.Sent = s.now()
	if t == nil {
		t = &thread{root: m.ID}
		c.threads = append(c.threads, t)
	}
	t.messages = append(t.messages, m)
	s.changed()
	return t
}

// newMessageID is the time in milliseconds, made to grow. The caller holds mu.
func (s *Service) newMessageID() string {
	s.lastID = max(s.lastID+1, s.now().UnixMilli())
	return strconv.FormatInt(s.lastID, 10)
}

// Channels answers all channels of all teams, General first in each team.
func (s *Service) Channels() []ChannelState {
	s.mu.Lock()
	defer s.mu.Unlock()
	states := make([]ChannelState, 0, len(s.channels))
	for _, c := range s.channels {
		states = append(states, ChannelState{Channel: c.Channel, Team: c.team, Installed: c.installed, Deleted: c.deleted})
	}
	return states
}

// Threads answers the threads of a channel, oldest first, with what everybody sees.
func (s *Service) Threads(channelID string) []Thread { return s.ThreadsFor("", channelID) }

// ThreadsFor answers the threads of a channel as one person sees them: with the targeted messages for them.
func (s *Service) ThreadsFor(userID, channelID string) []Thread {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelID)
	if c == nil {
		return nil
	}
	threads := make([]Thread, 0, len(c.threads))
	for _, t := range c.threads {
		if messages := s.visible(t, userID); len(messages) > 0 {
			threads = append(threads, Thread{ID: c.conversation(t), Channel: c.ID, Root: t.root, Messages: messages})
		}
	}
	return threads
}

// Messages answers the messages of a thread by its conversation's id, oldest
// first: those that everybody sees.
func (s *Service) Messages(threadID string) []Message { return s.MessagesFor("", threadID) }

// MessagesFor answers the messages of a thread as one person sees them: with the targeted ones for them.
func (s *Service) MessagesFor(userID, threadID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, t := s.find(threadID)
	if t == nil {
		return nil
	}
	return s.visible(t, userID)
}

// Message answers one message, whoever may see it; the zero value if there is none of that id.
func (s *Service) Message(threadID, messageID string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, t := s.find(threadID); t != nil {
		if m := t.message(messageID); m != nil {
			return m.copy()
		}
	}
	return Message{}
}

// visible copies what a person sees of a thread; nobody in particular sees what is for everybody. The caller holds mu.
func (s *Service) visible(t *thread, userID string) []Message {
	viewer, _ := s.user(userID)
	copied := make([]Message, 0, len(t.messages))
	for _, m := range t.messages {
		if s.sees(viewer.ID, m) {
			copied = append(copied, m.copy())
		}
	}
	return copied
}

// seen answers a message of a thread if there is one and the person sees it; nil if not. The caller holds mu.
func (s *Service) seen(t *thread, messageID, userID string) *Message {
	if t == nil {
		return nil
	}
	if m := t.message(messageID); m != nil && s.sees(userID, m) {
		return m
	}
	return nil
}

func (s *Service) sees(userID string, m *Message) bool {
	return m.For == "" || m.For == userID && !s.faded(m)
}

func (m *Message) copy() Message {
	c := *m
	c.Views = maps.Clone(m.Views)
	c.Notices = maps.Clone(m.Notices)
	c.Reactions = maps.Clone(m.Reactions)
	return c
}

func (s *Service) user(id string) (User, bool) {
	for _, u := range s.cfg.Users {
		if u.ID == id || u.AADObjectID != "" && strings.EqualFold(u.AADObjectID, id) || u.Email != "" && strings.EqualFold(u.Email, id) {
			return u, true
		}
	}
	return User{}, false
}

func (s *Service) bot() User { return User{ID: s.BotID(), Name: s.cfg.BotName} }
