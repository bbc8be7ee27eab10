package handoff

import "time"

// course is where the changes of a message have led so far. They arrive in any order, and the last of each kind counts.
type course struct {
	Gone     bool      `json:"gone,omitempty"`
	Changed  time.Time `json:"changed,omitzero"` // when it got its present text, if not at first
	Deleted  time.Time `json:"deleted,omitzero"`
	Restored time.Time `json:"restored,omitzero"`
	Text     string    `json:"text,omitempty"` // the present one, where it stands nowhere else
}

// newer says whether a moment is after another. One that is not known is taken for the newest, and any for newer than it.
func newer(t, than time.Time) bool { return t.IsZero() || than.IsZero() || t.After(than) }

// with is the course after one more change; newest says that no later text is known than the change's.
func (s course) with(c Change) (after course, newest bool) {
	if c.removes() {
		if !newer(c.At, s.Restored) || !c.Delete && !newer(c.At, s.Changed) {
			return s, false // it was made before what is known already
		}
		if newer(c.At, s.Deleted) {
			s.Deleted = c.At
		}
		s.Gone = true
		if !s.knowsOfMore() {
			s.Text = ""
		}
		return s, false
	}
	if c.Restore {
		if s.Gone && !newer(c.At, s.Deleted) {
			return s, false
		}
		s.Gone = false
		if newer(c.At, s.Restored) {
			s.Restored = c.At
		}
	}
	switch {
	case c.Restore && c.Text == "" || !newer(c.At, s.Changed):
		return s, false
	case s.Gone && (c.At.IsZero() || s.Deleted.IsZero() || !c.At.After(s.Deleted)):
		return s, false
	}
	s.Changed, s.Text = c.At, c.Text
	return s, true
}

// knowsOfMore says whether a text is known that the message got after it was removed: its restoration is on its way.
func (s course) knowsOfMore() bool { return !s.Deleted.IsZero() && s.Changed.After(s.Deleted) }
