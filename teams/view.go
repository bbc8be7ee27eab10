package teams

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/cards"
	"github.com/docket-handoff/docket/handoff"
)

// cardMessage is the message that carries a handoff's card. Its summary is what a notification shows.
func cardMessage(v handoff.View, ordinal int) (activity.Activity, error) {
	who := v.Label
	if v.Conversation.Account.Name != "" {
		who += " from " + v.Conversation.Account.Name
	}
	summary := who + " needs a specialist"
	if why := reason(v.Handoff); why != "" {
		summary += ": " + why
	}
	return cards.Message(marked(cards.Handoff(handoffView(v)), ordinal), summary)
}

// again is what a post begins with that may be there already.
func again(ordinal int) string {
	if ordinal < 2 {
		return ""
	}
	return fmt.Sprintf("(attempt %d: you may have seen this already) ", ordinal)
}

// marked is a card that says so.
func marked(c cards.Card, ordinal int) cards.Card {
	if ordinal < 2 {
		return c
	}
	mark := cards.Lit(strings.TrimSpace(again(ordinal)))
	c.Body = append([]cards.Element{cards.TextBlock{Text: mark, IsSubtle: true}}, c.Body...)
	c.FallbackText = cards.Concat(mark, cards.Lit(" "), c.FallbackText)
	return c
}

func handoffView(v handoff.View) cards.HandoffView {
	c, h := v.Conversation, v.Handoff
	view := cards.HandoffView{
		Handoff:       string(h.ID),
		State:         string(h.Stage),
		App:           v.App,
		Visitor:       visitor(v),
		Account:       c.Account.Name,
		AccountDomain: c.Account.Domain,
		Reason:        reason(h),
		WaitingSince:  h.WaitingSince,
		TimeZone:      v.Zone,
		Summary:       texts(h.Brief.Summary),
		OpenLoops:     texts(h.Brief.OpenLoops),
		Facts:         facts(c),
		JoinedAt:      h.JoinedAt,
		EndedAt:       h.EndedAt,
		Ending:        ending(v),
	}
	if h.Specialist != nil {
		view.Specialist = h.Specialist.Name
	}
	return view
}

// reason is why a person was asked for. A visitor who presses the button need not say more.
func reason(h handoff.Handoff) string {
	if h.Reason == "" && h.By == handoff.FromVisitor {
		return "The visitor asked for a person."
	}
	return h.Reason
}

func visitor(v handoff.View) cards.Person {
	c := v.Conversation
	p := cards.Person{Name: c.Visitor.Name, Email: c.Visitor.Email, Verified: c.Verified}
	if v.Pseudonym {
		p.Pseudonym = v.Label
	}
	return p
}

func texts(points []handoff.Point) []string {
	var out []string
	for _, p := range points {
		out = append(out, p.Text)
	}
	return out
}

const maxFacts = 14

// facts lists what is known about the visitor, in a fixed order, the account's traits before the visitor's.
func facts(c handoff.Conversation) []cards.Fact {
	var out []cards.Fact
	add := func(title, value string) {
		if value != "" && len(out) < maxFacts {
			out = append(out, cards.Fact{Title: title, Value: value, Verified: c.Verified})
		}
	}
	for _, traits := range []map[string]string{c.Account.Traits, c.Visitor.Traits} {
		for _, name := range slices.Sorted(maps.Keys(traits)) {
			add(capital(name), traits[name])
		}
	}
	page := c.Page.Title
	if c.Page.URL != "" {
		page = strings.TrimSpace(page + " " + c.Page.URL)
	}
	add("Page", page)
	add("Came from", c.Page.Referrer)
	return out
}

func capital(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// ending says in plain words how a handoff ended.
func ending(v handoff.View) string {
	who := "the specialist"
	if v.Handoff.Specialist != nil {
		who = v.Handoff.Specialist.Name
	}
	switch v.Handoff.Ended {
	case handoff.EndedBySpecialist:
		return "Ended by " + who
	case handoff.EndedByVisitor:
		return "Ended by the visitor"
	case handoff.EndedByAgent:
		return "Ended by the website's agent"
	case handoff.EndedHandedBack:
		return "Handed back to the agent by " + who
	case handoff.EndedNobodyCame:
		return "Nobody joined in time"
	case handoff.EndedIdle:
		return "Ended because it was quiet for long"
	case handoff.EndedChannelLost:
		return "Ended because the channel of " + who + " could not be reached any more"
	}
	return ""
}

func closingCard(v handoff.View) cards.Card {
	h := v.Handoff
	view := cards.ClosingView{
		App: v.App, Visitor: visitor(v), Account: v.Conversation.Account.Name, Ending: ending(v),
		WaitingSince: h.WaitingSince, JoinedAt: h.JoinedAt, EndedAt: h.EndedAt, TimeZone: v.Zone,
	}
	if h.Specialist != nil {
		view.Specialist = h.Specialist.Name
	}
	if h.Closing != nil {
		view.Settled, view.OpenLoops = texts(h.Closing.Settled), texts(h.Closing.Open)
	}
	return cards.Closing(view)
}

// lineText is what a visitor wrote as the channel reads it: plain text, so that nothing in it is formatting. Of several
// lines each begins with who wrote it.
func lineText(lines []handoff.Line, ordinal int) string {
	var b strings.Builder
	b.WriteString(again(ordinal))
	for i, l := range lines {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(l.Speaker + ": " + withoutTags(l.Text))
		if l.Shortened {
			b.WriteString(" " + shortened)
		}
		for _, f := range l.Files {
			fmt.Fprintf(&b, "\n[file: %s, %s]", withoutTags(f.Name), size(f.Size))
		}
	}
	return b.String()
}

// withoutTags keeps what a visitor types from looking like a mention.
func withoutTags(s string) string {
	return strings.NewReplacer("<at>", "‹at›", "</at>", "‹/at›").Replace(s)
}

func size(bytes int64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d KB", (bytes+1023)/1024)
}
