package teams

import (
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

// What people in a channel read.
const (
	foreignCard = "This card does not belong to a conversation in this thread, so nothing was changed."
	notRelayed  = "That line stayed in this channel: only the person who has joined is heard by the visitor."
	notJoined   = "What is written here stays in this channel until somebody has joined. Press Join conversation on the card to talk to the visitor."
	hasEnded    = "This conversation has ended, so the visitor did not get that line."
	shortened   = "[…] (This line is too long for Teams. View transcript on the card shows all of it.)"
)

// refusalOf says why an act changed nothing.
func refusalOf(acted handoff.Acted) string {
	switch acted.Outcome {
	case handoff.OutcomeTaken:
		if acted.View.Handoff.Specialist == nil { // they have left since
			return "Somebody else had this conversation. Nothing was changed."
		}
		return acted.View.Handoff.Specialist.Name + " has this conversation. Nothing was changed."
	case handoff.OutcomeNotJoined:
		return "Nobody has joined this conversation yet. Press Join conversation first."
	case handoff.OutcomeStale:
		return "This conversation has ended (" + lower(ending(*acted.View)) + "), so nothing was changed."
	}
	return foreignCard
}

func lower(s string) string {
	if s == "" {
		return "a while ago"
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// statusText names no visitor: an erasure does not find it.
func statusText(v handoff.View) string {
	switch v.Handoff.Stage {
	case handoff.StageJoined:
		return v.Handoff.Specialist.Name + " joined at " + v.Handoff.JoinedAt.In(v.Zone).Format("15:04 MST") + ". The visitor reads what " + v.Handoff.Specialist.Name + " writes here."
	case handoff.StageWaiting:
		return "The visitor has been waiting since " + v.Handoff.WaitingSince.In(v.Zone).Format("15:04 MST") + ". Press Join conversation on the card to take over."
	}
	return ending(v) + " at " + v.Handoff.EndedAt.In(v.Zone).Format("15:04 MST") + "."
}

func (h *Handler) helpText() string {
	return "In a conversation's thread: press Join conversation on the card; from then on what you write here goes to the visitor. " +
		"Lines that begin with // stay internal, and so does what others write. " +
		"@" + h.app + " end closes the conversation, @" + h.app + " leave puts it back to waiting, @" + h.app + " hand back gives it to the AI agent, @" + h.app + " status says who has it."
}

// connectedText confirms a connection. It names the way out where the app may not read replies, because their silence
// looks like a fault.
func (h *Handler) connectedText(where string) string {
	return "Connected. Conversations that need a person can now come to " + where + ": choose it for an agent in " + h.app + ". " +
		"Each one starts a thread with a card; press Join conversation there and write your replies in the thread. " +
		"If plain replies do not reach the visitor, the app may not read messages in this team; then mention @" + h.app + " in each reply."
}

// mentionsOnly says what seems to be missing, and who can help.
func (h *Handler) mentionsOnly() string {
	return "Only lines that mention @" + h.app + " seem to arrive here. So that plain replies reach the visitor, an owner of this team removes the app and adds it again, " +
		"and agrees that it may read the channel's messages. Until then, mention @" + h.app + " in each reply."
}
