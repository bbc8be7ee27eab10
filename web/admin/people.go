package admin

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

var peopleSection = section{
	title: "People", group: "Settings", path: "/admin/people",
	routes: []route{
		{"GET /admin/people", viewer, (*visit).peoplePage},
		{"POST /admin/people/{id}/end", viewer, (*visit).endSession},
		{"POST /admin/people/password", admin, (*visit).changePassword},
	},
}

// peopleView is what the page shows: one's own sessions, and for admins everybody's.
type peopleView struct {
	Sessions []sessionLine
	Form     *form
	Local    bool // the local admin looks, and may set the password here
	Setting  bool // the password stands in the settings
}

type sessionLine struct {
	session
	Mine, Here bool
	Ends       time.Time
}

func (v *visit) peoplePage() error { return v.showPeople(&form{}) }

func (v *visit) showPeople(f *form) error {
	view := peopleView{Form: f, Setting: v.password.setting != "", Local: v.session.Person.Account == localAccount && v.isAdmin()}
	err := v.engine.View(v.ctx(), func(tx store.Tx) error {
		view.Sessions = nil
		return each(tx, sessionRows, func(_ string, row session) error {
			if v.maySee(row) && !row.over(v.now()) {
				ends := row.Seen.Add(idleFor)
				if last := row.Made.Add(livesFor); last.Before(ends) {
					ends = last
				}
				view.Sessions = append(view.Sessions, sessionLine{session: row, Mine: v.mine(row), Here: row.ID == v.session.ID, Ends: ends})
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(view.Sessions, func(a, b sessionLine) int { return b.Seen.Compare(a.Seen) })
	return v.showWith(f.status(), "people.html", "People", view)
}

func (v *visit) mine(s session) bool   { return s.Person.Account == v.session.Person.Account }
func (v *visit) maySee(s session) bool { return v.isAdmin() || v.mine(s) }

// endSession signs a browser out, from elsewhere.
func (v *visit) endSession() error {
	var who string
	err := v.engine.Update(v.ctx(), func(tx store.Tx) error {
		who = ""
		return each(tx, sessionRows, func(key string, row session) error {
			if row.ID != v.r.PathValue("id") || !v.maySee(row) {
				return nil
			}
			who = row.Person.called()
			if err := tx.Delete(key); err != nil {
				return err
			}
			return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.SessionEnded, Subject: row.ID, Details: map[string]string{"of": who}})
		})
	})
	switch {
	case err != nil:
		return err
	case who == "":
		return v.done("/admin/people", "That session had ended already.")
	}
	return v.done("/admin/people", "The session of "+who+" has ended.")
}

// changePassword sets the local admin's password.
func (v *visit) changePassword() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if v.password.setting != "" || v.session.Person.Account != localAccount {
		return problem{403, "Not here", "The password stands in the setting DOCKET_ADMIN_PASSWORD, or it is not yours to change."}
	}
	switch n := utf8.RuneCountInString(f.Value("password")); {
	case n < minPassword:
		f.wrong("password", "At least 12 characters. A few words that do not belong together are good.")
	case n > maxPassword:
		f.wrong("password", "At most 200 characters.")
	case f.Value("password") != f.Value("again"):
		f.wrong("again", "This is not the same.")
	}
	if f.failed() {
		return v.showPeople(f)
	}
	if err := v.setPassword(f.Value("password")); err != nil {
		return err
	}
	return v.done("/admin/people#main", "The password is set. Other sessions of this account have ended.")
}
