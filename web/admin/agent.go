package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/handoff"
)

// agentTab is one page of an agent's editor: some of its settings as the fields of a form. Each tab is saved alone, and sets nothing
// but its own fields.
type agentTab struct {
	file, title string
	path        string // behind the agent's own
	fields      []labelled
	together    bool                                  // the fields are parts of one thing
	most        int64                                 // bytes of its form; 0: as most forms
	read        func(handoff.Agent) url.Values        // the fields as they are stored
	write       func(*visit, *form, *handoff.Agent)   // what was typed into the agent, or what is wrong with it
	around      func(*visit, *agentView) (any, error) // what the page shows beside the form; nil: nothing

	// says tells a field's values in words, for who must choose between two of them; empty when the values say it themselves.
	// nil: all do.
	says func(v *visit, field string, values []string) string

	confirm func(f *form, stored, edited handoff.Agent) // what is asked once more before it is stored; nil: nothing
}

// tabs are the editor's pages, in their order.
func tabs() []*agentTab {
	return []*agentTab{&handoffTab, &hoursTab, &answersTab, &textsTab, &websiteTab}
}

func agentPath(id handoff.ID) string { return "/admin/agents/" + string(id) }

// agentView is what a tab shows.
type agentView struct {
	Agent handoff.Agent // as it is stored
	Typed handoff.Agent // with what was typed, unless something is wrong with that
	Tabs  []navLink
	Now   nowView
	Form  *form
	May   bool // this person may change it
	Tried any  // what came of trying out what was typed
	More  any  // the tab's own
}

// nowView says whether a handoff may start at this moment.
type nowView struct {
	Open bool
	Text string // in one sentence
}

func (v *visit) considered(a handoff.Agent) (nowView, error) {
	said, err := v.desk.Consider(v.ctx(), a, v.now())
	if err != nil || said.Available {
		return nowView{Open: true, Text: "Handoffs can start now."}, err
	}
	return nowView{Text: refusalWords[said.Reason] + "."}, nil
}

// editedAgent is the agent that the address names.
func (v *visit) editedAgent() (handoff.Agent, error) {
	return v.desk.Agent(v.ctx(), handoff.ID(v.r.PathValue("id")))
}

// showTab shows a tab as it is stored.
func (v *visit) showTab(tab *agentTab) error {
	a, err := v.editedAgent()
	if err != nil {
		return err
	}
	return v.showAgent(tab, agentView{Agent: a, Typed: a, Form: tab.form(a)})
}

// form is the tab's form before anybody typed.
func (tab *agentTab) form(a handoff.Agent) *form {
	stored := tab.read(a)
	f := newForm(stored)
	f.values.Set("version", versionOf(stored))
	return f
}

// showAgent shows a tab of the view's agent with the view's form.
func (v *visit) showAgent(tab *agentTab, view agentView) (err error) {
	a := view.Agent
	view.May = v.isAdmin()
	if view.Now, err = v.considered(a); err != nil {
		return err
	}
	for _, t := range tabs() {
		view.Tabs = append(view.Tabs, navLink{Title: t.title, Path: agentPath(a.ID) + t.path, Here: t == tab})
	}
	if tab.around != nil {
		if view.More, err = tab.around(v, &view); err != nil {
			return err
		}
	}
	return v.showWith(view.Form.status(), tab.file, tab.title+" of "+a.Name, view, withScript("editor.js"))
}

// typed reads the tab's form and puts it into the agent as it is stored now. Whoever may not change an agent cannot type, so for them
// it stays as it is.
func (v *visit) typed(tab *agentTab) (stored, edited handoff.Agent, f *form, err error) {
	if f, err = v.formUpTo(cmp.Or(tab.most, maxForm)); err != nil {
		return stored, edited, f, err
	}
	if stored, err = v.editedAgent(); err != nil {
		return stored, edited, f, err
	}
	edited = stored
	if v.isAdmin() {
		tab.write(v, f, &edited)
		return stored, edited, f, nil
	}
	kept := tab.form(stored).values
	for _, field := range tab.fields {
		f.values[field.Field] = kept[field.Field]
	}
	return stored, edited, f, nil
}

// saveTab stores what was typed, unless something is wrong with it or somebody else has changed the same fields meanwhile. What
// somebody changes in other fields at the same time stays.
func (v *visit) saveTab(tab *agentTab) error {
	for {
		stored, edited, f, err := v.typed(tab)
		if err != nil {
			return err
		}
		if f.Value(unsavedField) != "" {
			return v.showAgent(tab, agentView{Agent: stored, Typed: edited, Form: f})
		}
		if len(f.Errors) == 0 {
			words := func(field string, values []string) string { return v.inWords(tab, field, values) }
			if f.meanwhile(tab.read(stored), tab.read(edited), tab.fields, tab.together, words) {
				edited = stored
				tab.write(v, f, &edited)
			}
			if tab.confirm != nil {
				tab.confirm(f, stored, edited)
			}
		}
		if f.failed() {
			return v.showAgent(tab, agentView{Agent: stored, Typed: edited, Form: f})
		}
		switch _, err := v.desk.ReplaceAgent(v.ctx(), v.by(), stored.UpdatedAt, edited); handoff.CodeOf(err) {
		case handoff.CodeChanged: // between the look and the write: look again
		case handoff.CodeInvalid:
			f.wrong(tab.fields[0].Field, capital(publicText(err))+".")
			return v.showAgent(tab, agentView{Agent: stored, Typed: edited, Form: f})
		default:
			if err != nil {
				return err
			}
			return v.done(agentPath(stored.ID)+tab.path, "Saved. It counts from now on.")
		}
	}
}

// inWords is what a tab's field holds, as people say it.
func (v *visit) inWords(tab *agentTab, field string, values []string) string {
	if tab.says != nil {
		if said := tab.says(v, field, values); said != "" {
			return said
		}
	}
	if said := strings.Join(values, ", "); said != "" {
		return said
	}
	return "(empty)"
}

// onOff says whether a box is ticked.
func onOff(values []string) string {
	if slices.Contains(values, onValue) {
		return "On"
	}
	return "Off"
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
