package bottest

import (
	"net/http"
	"slices"
	"time"
)

// Teams takes two reactions of a bot in a second.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/message-reactions
const reactionsPerSecond = 2

func (s *Service) addReaction(r *http.Request, _ []byte) (any, *connectorError) {
	return s.setReaction(r, true)
}

func (s *Service) removeReaction(r *http.Request, _ []byte) (any, *connectorError) {
	return s.setReaction(r, false)
}

// setReaction puts the bot's reaction on a message, or takes it back. Either is done once, however often it is asked for.
func (s *Service) setReaction(r *http.Request, add bool) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, refused := s.present(r)
	switch {
	case refused != nil:
		return nil, refused
	case m.For != "":
		return nil, notModelled("a reaction to a targeted message")
	}
	if refused := s.throttleReactions(c); refused != nil {
		return nil, refused
	}
	m.react(s.BotID(), r.PathValue("reaction"), add)
	s.changed()
	return nil, nil
}

// react sets or removes one reaction of somebody's.
func (m *Message) react(who, reaction string, add bool) {
	others := slices.DeleteFunc(slices.Clone(m.Reactions[reaction]), func(id string) bool { return id == who })
	if add {
		others = append(others, who)
	}
	if m.Reactions == nil {
		m.Reactions = make(map[string][]string)
	}
	m.Reactions[reaction] = others
}

// throttleReactions counts a reaction as throttle counts a post. The caller holds mu.
func (s *Service) throttleReactions(c *channel) *connectorError {
	if !s.cfg.Throttle {
		return nil
	}
	now := s.now()
	c.reactions = slices.DeleteFunc(c.reactions, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(c.reactions) >= reactionsPerSecond {
		return throttled("1", "more than %d reactions in a second", reactionsPerSecond)
	}
	c.reactions = append(c.reactions, now)
	return nil
}
