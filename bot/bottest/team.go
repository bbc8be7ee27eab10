package bottest

import (
	"context"
	"fmt"
	"net/http"

	"github.com/docket-handoff/docket/activity"
)

// RestoreChannel brings a deleted channel back with its threads and tells the bot.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
func (s *Service) RestoreChannel(ctx context.Context, userID, channelID string) (Answer, error) {
	if err := s.undelete(channelID); err != nil {
		return Answer{}, err
	}
	return s.channelEvent(ctx, userID, channelID, activity.EventChannelRestored, func(c *channel) *channel { return c })
}

func (s *Service) undelete(channelID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelID)
	if c == nil {
		return fmt.Errorf("bottest: there is no channel %q", channelID)
	}
	c.deleted = false
	return nil
}

// TeamEvent tells the bot that something happened to the team of a channel: activity.EventTeamArchived and the like. That
// somebody archives or deletes a team changes nothing else here: what the service then answers to posts is not documented.
// EventTeamRenamed gives the team the name.
func (s *Service) TeamEvent(ctx context.Context, userID, channelID, event, name string) (Answer, error) {
	return s.channelEvent(ctx, userID, channelID, event, func(c *channel) *channel {
		if event == activity.EventTeamRenamed {
			for _, other := range s.channels {
				if other.team.ID == c.team.ID {
					other.team.Name = name
				}
			}
		}
		return c
	})
}

// BlockBot lets an admin of the tenant block the app, or allow it again. While it is blocked, the service refuses whatever the
// bot asks for and delivers nothing to it. It is told neither.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
func (s *Service) BlockBot(blocked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocked = blocked
	s.changed()
}

func botDisabled() *connectorError {
	return &connectorError{
		status: http.StatusForbidden, code: "BotDisabledByAdmin", innocent: true,
		message: "The tenant admin disabled this bot.",
	}
}
