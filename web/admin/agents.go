package admin

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/docket-handoff/docket/handoff"
)

var agentsSection = section{
	title: "Agents", group: "Settings", path: "/admin/agents",
	routes: []route{
		{"GET /admin/agents", viewer, (*visit).agentsPage},
		{"POST /admin/agents", admin, (*visit).addAgent},
		{"GET /admin/agents/{id}", viewer, (*visit).handoffTab},
		{"POST /admin/agents/{id}", admin, (*visit).saveHandoffTab},
		{"POST /admin/agents/{id}/try", viewer, (*visit).tryAgent},
		{"GET /admin/agents/{id}/hours", viewer, (*visit).hoursTab},
		{"POST /admin/agents/{id}/hours", admin, (*visit).saveHoursTab},
		{"POST /admin/agents/{id}/hours/look", viewer, (*visit).lookAtHours},
		{"GET /admin/agents/{id}/answers", viewer, (*visit).answersTab},
		{"POST /admin/agents/{id}/answers", admin, (*visit).saveAnswersTab},
		{"GET /admin/agents/{id}/texts", viewer, (*visit).textsTab},
		{"POST /admin/agents/{id}/texts", admin, (*visit).saveTextsTab},
		{"POST /admin/agents/{id}/texts/look", viewer, (*visit).lookAtTexts},
		{"GET /admin/agents/{id}/website", viewer, (*visit).websiteTab},
		{"POST /admin/agents/{id}/website", admin, (*visit).saveWebsiteTab},
		{"GET /admin/agents/{id}/preview", viewer, (*visit).preview},
	},
}

// agentLine is an agent in the list.
type agentLine struct {
	handoff.Agent
	Channels []channelView // that it hands off to
	Now      nowView
}

// agentsView is what the list shows.
type agentsView struct {
	Agents []agentLine
	Form   *form
}

func (v *visit) agentsPage() error { return v.showAgents(&form{}) }

func (v *visit) showAgents(f *form) error {
	view := agentsView{Form: f}
	agents, err := v.desk.Agents(v.ctx())
	if err != nil {
		return err
	}
	channels, err := v.desk.Channels(v.ctx())
	if err != nil {
		return err
	}
	for _, a := range agents {
		line := agentLine{Agent: a}
		if line.Now, err = v.considered(a); err != nil {
			return err
		}
		for _, c := range channels {
			if slices.Contains(a.Handoff.Channels, c.ID) || slices.Contains(a.Handoff.FallbackChannels, c.ID) {
				line.Channels = append(line.Channels, channelView{c})
			}
		}
		view.Agents = append(view.Agents, line)
	}
	return v.showWith(f.status(), "agents.html", "Agents", view)
}

const maxAgentName = 80 // characters

var notInIDs = regexp.MustCompile(`[^a-z0-9]+`)

// idFrom makes an agent's id from its name; empty when nothing of it can stand in one.
func idFrom(name string) string {
	id := notInIDs.ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(id[:min(len(id), 40)], "-")
}

// addAgent makes an agent that hands off to nobody yet.
func (v *visit) addAgent() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.Value(unsavedField) != "" {
		return v.showAgents(f)
	}
	a := handoff.Agent{ID: handoff.ID(f.text("id")), Name: f.text("name")}
	checkName(f, a.Name)
	switch {
	case a.ID != "":
		if (&handoff.Agent{ID: a.ID}).Validate() != nil {
			f.wrong("id", "Use 1 to 64 small letters, digits, dots, dashes and underscores, and begin with a letter or a digit.")
		}
	case a.Name != "":
		if a.ID = handoff.ID(idFrom(a.Name)); a.ID == "" {
			f.wrong("id", "No short name can be made from this name. Write one, such as acme-assistant.")
		}
	}
	if len(f.Errors) == 0 {
		switch _, err := v.desk.ReplaceAgent(v.ctx(), v.by(), time.Time{}, a); handoff.CodeOf(err) {
		case "":
			if err != nil {
				return err
			}
			return v.done(agentPath(a.ID), "The agent is added. Say when it hands off, and to which channel.")
		case handoff.CodeChanged:
			f.wrong("id", "There is an agent with this short name. Choose another.")
		default:
			return err
		}
	}
	return v.showAgents(f)
}

func checkName(f *form, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		f.wrong("name", "Give the agent a name. Visitors see it.")
	case n > maxAgentName:
		f.wrong("name", "A name has at most 80 characters.")
	}
}
