package bottest

import (
	"encoding/json"
	"net/http"

	"github.com/docket-handoff/docket/activity"
)

// createConversation begins a thread in a channel, or opens a personal chat.
// See https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages.
func (s *Service) createConversation(_ *http.Request, body []byte) (any, *connectorError) {
	var p activity.ConversationParameters
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, badArgument("the body is no conversation: %v", err)
	}
	switch {
	case p.TenantID != "" && p.TenantID != s.cfg.Tenant:
		return nil, badArgument("tenantId is not the service's tenant")
	case p.ChannelData != nil && p.ChannelData.Tenant != nil && p.ChannelData.Tenant.ID != "" && p.ChannelData.Tenant.ID != s.cfg.Tenant:
		return nil, badArgument("channelData.tenant.id is not the service's tenant")
	case p.Bot != nil && p.Bot.ID != s.BotID():
		return nil, badArgument("bot.id is not the bot's")
	case p.ChannelData == nil || p.ChannelData.Channel == nil || p.ChannelData.Channel.ID == "":
		return s.createChat(p)
	}
	return s.createThread(p)
}

func (s *Service) createThread(p activity.ConversationParameters) (any, *connectorError) {
	switch {
	case p.IsGroup == nil || !*p.IsGroup:
		return nil, badArgument("isGroup is not set for a thread in a channel")
	case p.Activity == nil:
		return nil, badArgument("a thread needs an initial activity")
	case isMarked(p.Activity):
		return nil, notModelled("a thread whose first message is targeted")
	}
	if refused := s.checkActivity(p.Activity); refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.writable(p.ChannelData.Channel.ID)
	if refused != nil {
		return nil, refused
	}
	if activity.ParseThread(p.ChannelData.Channel.ID).Root != "" || c.personal() {
		return nil, badArgument("channelData.channel.id names no channel")
	}
	m := s.botMessage(p.Activity)
	t := s.append(c, nil, m)
	return map[string]string{"id": c.conversation(t), "activityId": m.ID}, nil
}

// sendActivity posts to a thread, or begins one when the conversation is a bare
// channel. One person alone sees it if it is targeted.
func (s *Service) sendActivity(r *http.Request, body []byte) (any, *connectorError) {
	a, refused := s.readActivity(body)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	conversation := r.PathValue("conversation")
	c, refused := s.writable(conversation)
	if refused != nil {
		return nil, refused
	}
	t := c.whole()
	if t == nil && conversation != c.ID {
		if t = c.thread(activity.ParseThread(conversation).Root); t == nil {
			return nil, notFound("ConversationNotFound", "The channel has no thread of that message id.", false)
		}
	}
	if a.IsType(activity.TypeTyping) {
		return nil, nil
	}
	m := s.botMessage(a)
	if m.For, refused = s.target(r, c, a); refused != nil {
		return nil, refused
	}
	s.append(c, t, m)
	return map[string]string{"id": m.ID}, nil
}

// updateActivity replaces one of the bot's messages for everybody.
func (s *Service) updateActivity(r *http.Request, body []byte) (any, *connectorError) {
	a, refused := s.readActivity(body)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, refused := s.botsOwn(r)
	if refused != nil {
		return nil, refused
	}
	if refused := checkRetarget(m, a); refused != nil {
		return nil, refused
	}
	next := s.botMessage(a)
	m.Text, m.TextFormat, m.Card, m.Summary, m.Mentions = next.Text, next.TextFormat, next.Card, next.Summary, next.Mentions
	m.Views, m.Notices = nil, nil
	m.Revision++
	m.Edited = true
	s.changed()
	return map[string]string{"id": m.ID}, nil
}

func (s *Service) deleteActivity(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, refused := s.botsOwn(r)
	if refused != nil {
		return nil, refused
	}
	m.Deleted = true
	m.Text, m.Card, m.Views = "", nil, nil
	s.changed()
	return nil, nil
}

// botsOwn finds the message of the bot's that a request is about. The caller holds mu.
func (s *Service) botsOwn(r *http.Request) (*Message, *connectorError) {
	_, m, refused := s.present(r)
	switch {
	case refused != nil:
		return nil, refused
	case !m.Bot:
		return nil, &connectorError{status: http.StatusForbidden, code: "ServiceError", message: "The message is not the bot's."}
	case targeted(r) && m.For == "":
		return nil, notModelled("isTargetedActivity about a message that everybody sees")
	case !targeted(r) && m.For != "":
		return nil, notModelled("a targeted message without isTargetedActivity in the query")
	}
	return m, nil
}

// present finds the message that a request is about, and the channel that it is in. The caller holds mu.
func (s *Service) present(r *http.Request) (*channel, *Message, *connectorError) {
	c, refused := s.reachable(r.PathValue("conversation"))
	if refused != nil {
		return nil, nil, refused
	}
	for _, t := range c.threads {
		m := t.message(r.PathValue("activity"))
		switch {
		case m == nil:
			continue
		case m.Deleted:
			return nil, nil, notFound("ActivityNotFoundInConversation", "The message was deleted.", true)
		case s.faded(m):
			return nil, nil, notFound("ActivityNotFoundInConversation", "The targeted message was removed after a day.", true)
		}
		return c, m, nil
	}
	return nil, nil, notFound("ActivityNotFoundInConversation", "The conversation has no such message.", false)
}

// reachable finds the channel of a conversation that the bot may use. The
// caller holds mu.
func (s *Service) reachable(conversationID string) (*channel, *connectorError) {
	c, _ := s.find(conversationID)
	switch {
	case s.blocked:
		return nil, botDisabled()
	case c == nil:
		return nil, notFound("ConversationNotFound", "There is no such conversation.", false)
	case c.deleted:
		return nil, notFound("ConversationNotFound", "The channel was deleted.", true)
	case !s.installed(c) && c.personal():
		return nil, notInstalledFor()
	case !s.installed(c):
		return nil, notInRoster()
	}
	return c, nil
}

// writable is reachable for a post, which counts against the limits.
func (s *Service) writable(conversationID string) (*channel, *connectorError) {
	c, refused := s.reachable(conversationID)
	if refused == nil {
		refused = s.throttle(c)
	}
	return c, refused
}

// botMessage makes the message that an activity shows as. The caller holds mu.
func (s *Service) botMessage(a *activity.Activity) *Message {
	m := &Message{From: s.bot(), Bot: true, Text: a.Text, TextFormat: a.TextFormat, Summary: a.Summary, Mentions: a.Mentions()}
	for _, attachment := range a.Attachments {
		if attachment.ContentType == activity.ContentAdaptiveCard {
			m.Card = attachment.Content
		}
	}
	return m
}
