package bottest

import (
	"net/http"
	"strconv"

	"github.com/docket-handoff/docket/activity"
)

func (s *Service) getMember(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refused := s.reachable(r.PathValue("conversation")); refused != nil {
		return nil, refused
	}
	id := r.PathValue("member")
	if id == s.BotID() {
		return nil, notFound("ConversationNotFound", "The bot is no member that can be looked up.", false)
	}
	user, ok := s.user(id)
	if !ok {
		return nil, notFound("MemberNotFoundInConversation", "The conversation has no such member.", true)
	}
	return s.member(user), nil
}

func (s *Service) listMembers(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refused := s.reachable(r.PathValue("conversation")); refused != nil {
		return nil, refused
	}
	return s.members(s.cfg.Users), nil
}

// pageMembers answers pages of at most pageSize members; the continuation token
// is the place of the next one.
func (s *Service) pageMembers(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refused := s.reachable(r.PathValue("conversation")); refused != nil {
		return nil, refused
	}
	query := r.URL.Query()
	size, err := strconv.Atoi(query.Get("pageSize"))
	if err != nil || size <= 0 {
		size = 200
	}
	from, err := strconv.Atoi(query.Get("continuationToken"))
	if query.Get("continuationToken") != "" && (err != nil || from < 0 || from > len(s.cfg.Users)) {
		return nil, badArgument("the continuation token is not one of ours")
	}
	to := min(from+size, len(s.cfg.Users))
	page := activity.PagedMembers{Members: s.members(s.cfg.Users[from:to])}
	if to < len(s.cfg.Users) {
		page.ContinuationToken = strconv.Itoa(to)
	}
	return page, nil
}

func (s *Service) members(users []User) []activity.ChannelAccount {
	list := make([]activity.ChannelAccount, 0, len(users))
	for _, user := range users {
		list = append(list, s.member(user))
	}
	return list
}

func (s *Service) member(u User) activity.ChannelAccount {
	return activity.ChannelAccount{
		ID: u.ID, Name: u.Name, AADObjectID: u.AADObjectID, Email: u.Email, UserPrincipalName: u.Email, TenantID: s.cfg.Tenant,
	}
}

func (s *Service) getTeam(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.reachable(r.PathValue("team"))
	if refused != nil {
		return nil, refused
	}
	return activity.TeamDetails{
		ID: c.team.ID, Name: c.team.Name, ChannelCount: len(s.channelsOf(c.team.ID)), MemberCount: len(s.cfg.Users), Type: "standard",
	}, nil
}

func (s *Service) listChannels(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.reachable(r.PathValue("team"))
	if refused != nil {
		return nil, refused
	}
	return activity.TeamChannels{Conversations: s.channelsOf(c.team.ID)}, nil
}

// channelsOf lists a team's channels as the real service does: General without a
// name.
func (s *Service) channelsOf(teamID string) []activity.ChannelInfo {
	var list []activity.ChannelInfo
	for _, c := range s.channels {
		if c.team.ID != teamID || c.deleted {
			continue
		}
		info := activity.ChannelInfo{ID: c.ID, Name: c.Name}
		if c.ID == teamID {
			info.Name = ""
		}
		list = append(list, info)
	}
	return list
}
