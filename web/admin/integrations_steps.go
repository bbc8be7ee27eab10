package admin

import (
	"slices"

	"github.com/docket-handoff/docket/handoff"
)

// step is one line of the checklist. What is open says what to do about it.
type step struct {
	Name string // stable: the page's parts hang on it
	Text string
	Done bool
	Fact string // what was seen, when it is done
	Open string // what is missing, when it is not
}

// The steps, by name.
const (
	stepConsent = "consent"
	stepApp     = "app"
	stepMention = "mention"
	stepReplies = "replies"
	stepTrial   = "trial"
)

// steps are derived from what was seen, so they tick themselves, and a step that stops being true is open again.
func steps(t handoff.Tenant, channels []channelView, at addresses) []step {
	return []step{consentStep(t, at), appStep(t, channels), mentionStep(channels, at), repliesStep(channels), trialStep(channels)}
}

func consentStep(t handoff.Tenant, at addresses) step {
	s := step{Name: stepConsent, Text: "An admin of your tenant has agreed", Done: t.Admitted()}
	switch {
	case s.Done:
		s.Fact = "Brought back by " + t.ConsentedBy + " on " + day(t.ConsentedAt) + ", and Microsoft has given us a token for the tenant."
	case t.TokenCause != "" && !t.ConsentedAt.IsZero():
		s.Open = "You have agreed, but Microsoft gives us no token for the tenant: " + t.TokenCause + "."
	default:
		s.Open = "Press Connect and agree on Microsoft’s page. You need to be an admin of the tenant, or to ask one. " +
			"When Microsoft says that the redirect URI does not match, add " + at.Return + " to the app registration, under Authentication > Web."
	}
	return s
}

func appStep(t handoff.Tenant, channels []channelView) step {
	s := step{Name: stepApp, Text: "The app is in a team", Done: len(t.Installed) > 0 || t.RemovedAt.IsZero() && len(channels) > 0}
	switch {
	case len(t.Installed) > 0:
		s.Fact = "It is in " + teamNames(t.Installed) + "."
	case s.Done:
		s.Fact = "It answers in a channel."
	case !t.RemovedAt.IsZero():
		s.Open = "It was removed from its last team on " + day(t.RemovedAt) + ". Add it again."
	default:
		s.Open = "Download the app package and upload it in Teams under Apps > Manage your apps, or in the Teams admin center for everybody. Then open it in Teams and add it to the team."
	}
	return s
}

func teamNames(installed []handoff.Installed) string {
	out := ""
	for i, in := range installed {
		if i > 0 {
			out += ", "
		}
		if in.Team.Name == "" {
			out += "a team"
		} else {
			out += "“" + in.Team.Name + "”"
		}
	}
	return out
}

func mentionStep(channels []channelView, at addresses) step {
	s := step{Name: stepMention, Text: "The bot was mentioned in a channel"}
	i := slices.IndexFunc(channels, func(c channelView) bool { return c.State != handoff.ChannelDisconnected })
	switch {
	case i >= 0:
		s.Done, s.Fact = true, channels[i].Title()+", by "+channels[i].By()+"."
	case len(channels) > 0:
		s.Open = "Every channel is disconnected: " + channels[0].Cause + "."
		if remedy := channels[0].Remedy(); remedy != "" {
			s.Open += " To do: " + remedy + "."
		}
	default:
		s.Open = "In the channel where your specialists are, write a message that mentions the bot. It answers there. " +
			"When it does not: in the Azure Bot, under Configuration, the messaging endpoint must be " + at.Messages + ", and under Channels Microsoft Teams must be added."
	}
	return s
}

func repliesStep(channels []channelView) step {
	s := step{Name: stepReplies, Text: "The app may read replies"}
	if slices.ContainsFunc(channels, func(c channelView) bool { return c.Replies == handoff.RepliesGranted }) {
		s.Done, s.Fact = true, "A line arrived that does not mention the bot."
		return s
	}
	s.Open = "Write any line in the channel without mentioning the bot. When this stays open, an owner of the team removes the app, adds it again and agrees that it may read the channel’s messages. " +
		"Without it, specialists mention the bot in each reply."
	return s
}

func trialStep(channels []channelView) step {
	s := step{Name: stepTrial, Text: "A test handoff made the round trip"}
	if slices.ContainsFunc(channels, func(c channelView) bool { return !c.ProvenAt.IsZero() }) {
		s.Done, s.Fact = true, "Somebody pressed Join conversation, and it arrived here."
		return s
	}
	s.Open = "Send a test handoff and press Join conversation on its card."
	if len(channels) == 0 {
		s.Open = "Once a channel is connected, you can send a test handoff there."
	}
	return s
}
