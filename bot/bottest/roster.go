package bottest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// The answers of this file are spelled here, word by word from Microsoft's page, and not marshalled from package activity's
// types: a fixture that shares its spelling with the code under test proves nothing about it.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context

// rosterMember is a member as the roster calls answer one: the directory's id is objectId there, where an activity's
// sender has aadObjectId.
type rosterMember struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	ObjectID          string `json:"objectId,omitempty"`
	GivenName         string `json:"givenName"`
	Surname           string `json:"surname"`
	Email             string `json:"email,omitempty"`
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
	TenantID          string `json:"tenantId"`
	UserRole          string `json:"userRole"`
}

func (s *Service) getMember(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.reachable(r.PathValue("conversation"))
	if refused != nil {
		return nil, refused
	}
	id := r.PathValue("member")
	if id == s.BotID() {
		return nil, notFound("ConversationNotFound", "The bot is no member that can be looked up.", false)
	}
	user, ok := s.user(id)
	if !ok || c.personal() && user.ID != c.person {
		return nil, notFound("MemberNotFoundInConversation", "The conversation has no such member.", true)
	}
	return s.member(user), nil
}

func (s *Service) listMembers(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.reachable(r.PathValue("conversation"))
	if refused != nil {
		return nil, refused
	}
	return s.members(s.people(c)), nil
}

// listReaders answers whom a message is for: one person if it is targeted, otherwise everybody.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-activity-members
func (s *Service) listReaders(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, refused := s.present(r)
	if refused != nil {
		return nil, refused
	}
	if reader, ok := s.user(m.For); ok {
		return s.members([]User{reader}), nil
	}
	return s.members(s.people(c)), nil
}

// Bounds of a page of members. What is asked for beyond them is answered with the nearest, silently.
const (
	smallestPage = 50
	usualPage    = 200
	largestPage  = 500
)

// pageMembers answers a page; the continuation token is the place of the next one.
func (s *Service) pageMembers(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.reachable(r.PathValue("conversation"))
	if refused != nil {
		return nil, refused
	}
	people := s.people(c)
	query := r.URL.Query()
	size := usualPage
	if asked, err := strconv.Atoi(query.Get("pageSize")); err == nil {
		size = min(max(asked, smallestPage), largestPage)
	}
	from, err := strconv.Atoi(query.Get("continuationToken"))
	if query.Get("continuationToken") != "" && (err != nil || from < 0 || from > len(people)) {
		return nil, badArgument("the continuation token is not one of ours")
	}
	to := min(from+size, len(people))
	page := struct {
		Members           []rosterMember `json:"members"`
		ContinuationToken string         `json:"continuationToken,omitempty"`
	}{Members: s.members(people[from:to])}
	if to < len(people) {
		page.ContinuationToken = strconv.Itoa(to)
	}
	return page, nil
}

func (s *Service) members(users []User) []rosterMember {
	list := make([]rosterMember, 0, len(users))
	for _, user := range users {
		list = append(list, s.member(user))
	}
	return list
}

func (s *Service) member(u User) rosterMember {
	given, surname, _ := strings.Cut(u.Name, " ")
	return rosterMember{
		ID: u.ID, Name: u.Name, ObjectID: u.AADObjectID, GivenName: given, Surname: surname,
		Email: u.Email, UserPrincipalName: u.Email, TenantID: s.cfg.Tenant, UserRole: "user",
	}
}

func (s *Service) getTeam(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.teamChannel(r)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{
		"id": c.team.ID, "name": c.team.Name, "aadGroupId": groupOf(c.team.ID), "type": "standard",
		"channelCount": len(s.channelsOf(c.team.ID)), "memberCount": len(s.cfg.Users),
	}, nil
}

func (s *Service) listChannels(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.teamChannel(r)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"conversations": s.channelsOf(c.team.ID)}, nil
}

// teamChannel finds the channel by whose id a request names a team. The caller holds mu.
func (s *Service) teamChannel(r *http.Request) (*channel, *connectorError) {
	c, refused := s.reachable(r.PathValue("team"))
	if refused == nil && c.personal() {
		return nil, notFound("ConversationNotFound", "A personal chat is in no team.", false)
	}
	return c, refused
}

// channelsOf lists a team's channels. General's name is null, for each client to say it in its own language.
func (s *Service) channelsOf(teamID string) []map[string]any {
	list := []map[string]any{}
	for _, c := range s.channels {
		if c.team.ID != teamID || c.deleted {
			continue
		}
		info := map[string]any{"id": c.ID, "name": c.Name, "type": "standard"}
		if c.ID == teamID {
			info["name"] = nil
		}
		list = append(list, info)
	}
	return list
}

// groupOf is the id of the team's group in the directory. It is always the same for a team.
func groupOf(teamID string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(teamID)).String()
}
