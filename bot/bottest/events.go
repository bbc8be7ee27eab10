package bottest

import (
	"context"
	"fmt"

	"github.com/docket-handoff/docket/activity"
)

// React adds a person's reaction, such as like or heart, to a message. Teams
// tells the bot about reactions to its own messages only.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
func (s *Service) React(ctx context.Context, userID, threadID, messageID, reaction string) (Posted, error) {
	return s.react(ctx, userID, threadID, messageID, reaction, true)
}

// Unreact takes a reaction back.
func (s *Service) Unreact(ctx context.Context, userID, threadID, messageID, reaction string) (Posted, error) {
	return s.react(ctx, userID, threadID, messageID, reaction, false)
}

func (s *Service) react(ctx context.Context, userID, threadID, messageID, reaction string, add bool) (Posted, error) {
	a, at, err := s.reaction(userID, threadID, messageID, reaction, add)
	if err != nil || !at.Delivered {
		return at, err
	}
	at.Answer, err = s.Deliver(ctx, a)
	return at, err
}

func (s *Service) reaction(userID, threadID, messageID, reaction string, add bool) (*activity.Activity, Posted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, t, err := s.place(userID, threadID)
	if err != nil {
		return nil, Posted{}, err
	}
	m := s.seen(t, messageID, from.ID)
	switch {
	case m == nil:
		return nil, Posted{}, fmt.Errorf("bottest: the thread has no message %q", messageID)
	case m.For != "":
		return nil, Posted{}, fmt.Errorf("bottest: nobody can react to message %q, which one person alone sees", messageID)
	}
	a := s.inChannel(from, c, c.conversation(t))
	a.Type, a.ReplyToID = activity.TypeMessageReaction, messageID
	if add {
		a.ReactionsAdded = []activity.Reaction{{Type: reaction}}
	} else {
		a.ReactionsRemoved = []activity.Reaction{{Type: reaction}}
	}
	m.react(from.ID, reaction, add)
	s.changed()
	return a, Posted{Thread: threadID, Message: messageID, Delivered: m.Bot && s.installed(c)}, nil
}

// Install adds the bot to the team of a channel, as the person picked that
// channel in the dialogue. It delivers a conversationUpdate and an installationUpdate and
// answers the bot's answers to both.
func (s *Service) Install(ctx context.Context, userID, channelID string) ([]Answer, error) {
	return s.installation(ctx, userID, channelID, true)
}

// RemoveBot removes the bot from the team of a channel. What it sends there
// afterwards is answered with 403.
func (s *Service) RemoveBot(ctx context.Context, userID, channelID string) ([]Answer, error) {
	return s.installation(ctx, userID, channelID, false)
}

func (s *Service) installation(ctx context.Context, userID, channelID string, add bool) ([]Answer, error) {
	update, install, err := s.installationEvents(userID, channelID, add)
	if err != nil {
		return nil, err
	}
	first, err := s.Deliver(ctx, update)
	if err != nil {
		return nil, err
	}
	second, err := s.Deliver(ctx, install)
	return []Answer{first, second}, err
}

func (s *Service) installationEvents(userID, channelID string, add bool) (update, install *activity.Activity, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, err := s.inTeam(userID, channelID)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range s.channels {
		if other.team.ID == c.team.ID {
			other.installed = add
		}
	}
	s.changed()
	members := []activity.ChannelAccount{{ID: s.BotID()}}
	update, install = s.teamEvent(from, c), s.teamEvent(from, c)
	update.Type, install.Type = activity.TypeConversationUpdate, activity.TypeInstallationUpdate
	if add {
		update.MembersAdded, install.Action = members, activity.InstallAdd
		withEvent(update, activity.EventTeamMemberAdded)
	} else {
		update.MembersRemoved, install.Action = members, activity.InstallRemove
		withEvent(update, activity.EventTeamMemberRemoved)
	}
	return update, install, nil
}

// inTeam finds who acts, and in which channel. The caller holds mu.
func (s *Service) inTeam(userID, channelID string) (User, *channel, error) {
	from, c, _, err := s.place(userID, channelID)
	if err == nil && c.personal() {
		return User{}, nil, fmt.Errorf("bottest: %q is no channel of a team", channelID)
	}
	return from, c, err
}

// teamEvent names the team and the channel, as events do and messages do not.
func (s *Service) teamEvent(from User, c *channel) *activity.Activity {
	a := s.inChannel(from, c, c.ID)
	a.From.Name = ""
	setChannelData(a, activity.ChannelData{
		Team: &activity.TeamInfo{ID: c.team.ID, Name: c.team.Name}, Channel: &activity.ChannelInfo{ID: c.ID, Name: c.Name},
		Settings: &activity.Settings{SelectedChannel: &activity.ChannelInfo{ID: c.ID}},
		Tenant:   &activity.TenantInfo{ID: s.cfg.Tenant},
	})
	return a
}

// AddChannel creates a channel in the team of another and tells the bot.
func (s *Service) AddChannel(ctx context.Context, userID, teamID string, added Channel) (Answer, error) {
	return s.channelEvent(ctx, userID, teamID, activity.EventChannelCreated, func(general *channel) *channel {
		c := &channel{Channel: added, team: general.team, installed: general.installed}
		s.channels = append(s.channels, c)
		return c
	})
}

// RenameChannel gives a channel another name and tells the bot.
func (s *Service) RenameChannel(ctx context.Context, userID, channelID, name string) (Answer, error) {
	return s.channelEvent(ctx, userID, channelID, activity.EventChannelRenamed, func(c *channel) *channel {
		c.Name = name
		return c
	})
}

// DeleteChannel deletes a channel with its threads and tells the bot. What the
// bot sends there afterwards is answered with 404.
func (s *Service) DeleteChannel(ctx context.Context, userID, channelID string) (Answer, error) {
	return s.channelEvent(ctx, userID, channelID, activity.EventChannelDeleted, func(c *channel) *channel {
		c.deleted = true
		return c
	})
}

func (s *Service) channelEvent(ctx context.Context, userID, channelID, event string, apply func(*channel) *channel) (Answer, error) {
	a, heard, err := s.alterChannel(userID, channelID, event, apply)
	if err != nil || !heard {
		return Answer{}, err
	}
	return s.Deliver(ctx, a)
}

// alterChannel applies a change to a channel and makes the activity that tells
// of it. It also says whether the bot is there to be told.
func (s *Service) alterChannel(userID, channelID, event string, apply func(*channel) *channel) (*activity.Activity, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, err := s.inTeam(userID, channelID)
	if err != nil {
		return nil, false, err
	}
	a := s.teamEvent(from, apply(c))
	a.Type = activity.TypeConversationUpdate
	a.Conversation.ID = c.team.ID
	withEvent(a, event)
	s.changed()
	return a, c.installed && !s.blocked, nil
}
