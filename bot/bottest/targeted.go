package bottest

import (
	"net/http"
	"strings"
	"time"

	"github.com/docket-handoff/docket/activity"
)

// Targeted messages are a preview of Teams: one member of a conversation sees them, for a day.
// https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages

// targetedLife is how long a targeted message is there.
const targetedLife = 24 * time.Hour

// faded reports whether a message was targeted and is gone by itself.
func (s *Service) faded(m *Message) bool {
	return m.For != "" && s.now().Sub(m.Sent) >= targetedLife
}

func targeted(r *http.Request) bool {
	return strings.EqualFold(r.URL.Query().Get("isTargetedActivity"), "true")
}

// target answers who alone is to see a new message; nobody when everybody is. The query and the mark on the recipient go
// together; that a bot which forgot one of them meant everybody is not for this service to guess. The caller holds mu.
func (s *Service) target(r *http.Request, c *channel, a *activity.Activity) (string, *connectorError) {
	marked := isMarked(a)
	switch {
	case !targeted(r) && !marked:
		return "", nil
	case c.personal():
		return "", targetedInChat()
	case !targeted(r):
		return "", notModelled("recipient.isTargeted without isTargetedActivity in the query")
	case a.Recipient == nil || a.Recipient.ID == "":
		return "", badArgument("a targeted message has no recipient")
	case !marked:
		return "", notModelled("isTargetedActivity in the query without recipient.isTargeted")
	}
	reader, ok := s.user(a.Recipient.ID)
	if !ok {
		return "", notFound("MemberNotFoundInConversation", "The recipient is no member of the conversation.", true)
	}
	return reader.ID, nil
}

func isMarked(a *activity.Activity) bool {
	return a.Recipient != nil && a.Recipient.IsTargeted != nil && *a.Recipient.IsTargeted
}

// checkRetarget refuses to name the reader of a targeted message again, who stays the same.
func checkRetarget(m *Message, a *activity.Activity) *connectorError {
	switch {
	case m.For != "" && a.Recipient != nil:
		return badArgument("a recipient in the update of a targeted message")
	case m.For == "" && isMarked(a):
		return notModelled("recipient.isTargeted in the update of a message that everybody sees")
	}
	return nil
}
