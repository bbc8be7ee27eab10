package bottest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/docket-handoff/docket/activity"
)

// A personal chat is a channel of one thread, and of one person beside the bot. Its conversation is the channel's id.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages

// Chat answers the id of a person's chat with the bot, which is always the same; empty when there is no such person. Say
// takes it, and so do Messages and the others that take a thread's.
func (s *Service) Chat(userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	person, ok := s.user(userID)
	if !ok {
		return ""
	}
	return s.chat(person).ID
}

// chat finds a person's chat, or begins it. The caller holds mu.
func (s *Service) chat(person User) *channel {
	sum := sha256.Sum256([]byte(s.cfg.AppID + " " + person.ID))
	id := "a:1" + base64.RawURLEncoding.EncodeToString(sum[:])
	if c := s.channel(id); c != nil {
		return c
	}
	c := &channel{Channel: Channel{ID: id, Name: person.Name}, person: person.ID, threads: []*thread{{}}}
	s.chats = append(s.chats, c)
	return c
}

// personal reports whether a conversation is a chat with one person.
func (c *channel) personal() bool { return c.person != "" }

// whole is the one thread of a personal chat; nil in a channel.
func (c *channel) whole() *thread {
	if !c.personal() {
		return nil
	}
	return c.threads[0]
}

// installed reports whether the bot is where a conversation is. Whoever is in a team with the bot can be written to. The caller
// holds mu.
func (s *Service) installed(c *channel) bool {
	if !c.personal() {
		return c.installed
	}
	for _, other := range s.channels {
		if other.installed {
			return true
		}
	}
	return false
}

// people are the members of a conversation, the bot left out.
func (s *Service) people(c *channel) []User {
	if person, ok := s.user(c.person); ok {
		return []User{person}
	}
	return s.cfg.Users
}

// createChat opens a personal chat, with a first message or without.
func (s *Service) createChat(p activity.ConversationParameters) (any, *connectorError) {
	switch {
	case p.IsGroup != nil && *p.IsGroup:
		return nil, badArgument("channelData.channel.id is missing, and bots begin no group chats")
	case len(p.Members) != 1:
		return nil, badArgument("a personal chat has one member, not %d", len(p.Members))
	case p.Members[0].ID == "" || p.Members[0].ID == s.BotID():
		return nil, badArgument("the member is no person")
	case p.TenantID == "" && (p.ChannelData == nil || p.ChannelData.Tenant == nil || p.ChannelData.Tenant.ID == ""):
		return nil, badArgument("neither tenantId nor channelData.tenant.id names the person's tenant")
	}
	if p.Activity != nil {
		if refused := s.checkActivity(p.Activity); refused != nil {
			return nil, refused
		}
		if isMarked(p.Activity) {
			return nil, targetedInChat()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	person, ok := s.user(p.Members[0].ID)
	if !ok {
		return nil, notInstalledFor()
	}
	c, refused := s.writable(s.chat(person).ID)
	if refused != nil {
		return nil, refused
	}
	if p.Activity == nil {
		return map[string]string{"id": c.ID}, nil
	}
	m := s.botMessage(p.Activity)
	s.append(c, c.whole(), m)
	return map[string]string{"id": c.ID, "activityId": m.ID}, nil
}

func notInstalledFor() *connectorError {
	return &connectorError{
		status: http.StatusForbidden, code: "ForbiddenOperationException", innocent: true,
		message: "The bot is not installed in the person's scope.",
	}
}

func targetedInChat() *connectorError {
	return badArgument("a targeted message in a personal chat, where nobody else is")
}
