package handoff

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// period is an opening in real time. An endless one has no end within the horizon.
type period struct {
	from, to time.Time
	endless  bool
}

func (p *period) open() *time.Time {
	if p == nil {
		return nil
	}
	return &p.from
}

func (p *period) close() *time.Time {
	if p.endless {
		return nil
	}
	return &p.to
}

// At says whether a handoff may start at the moment t. A nil WorkHours is always open. The receiver must be valid.
func (w *WorkHours) At(t time.Time) Availability {
	if w == nil {
		return Availability{Available: true, Because: []string{"There are no work hours, so it is always open."}}
	}
	switch w.Override {
	case OverrideOpen:
		return Availability{Available: true, Because: []string{"Somebody has set it to open until further notice."}}
	case OverrideClosed:
		return Availability{Reason: ByOverride, Because: []string{"Somebody has set it to closed until further notice."}}
	}
	zone, _ := time.LoadLocation(w.TimeZone)
	local := t.In(zone)
	because := []string{fmt.Sprintf("In %s it is %s.", w.TimeZone, local.Format("Monday 2006-01-02 15:04")), w.explainDay(local)}
	current, next := w.around(local)
	switch {
	case current != nil && t.Before(w.stop(*current)):
		return Availability{Available: true, NextClose: current.close(), Because: because}
	case current != nil:
		because = append(because, fmt.Sprintf("New handoffs stop %d minutes before closing at %s.", w.StopBeforeCloseMinutes, current.to.Format("15:04")), explainNext(next))
		return Availability{Reason: ClosingSoon, NextOpen: next.open(), Because: because}
	default:
		return Availability{Reason: w.closedReason(local), NextOpen: next.open(), Because: append(because, explainNext(next))}
	}
}

// around finds the opening that local is in, and the next one in which a handoff may start.
func (w *WorkHours) around(local time.Time) (current, next *period) {
	for p := range w.openings(local) {
		switch {
		case !local.Before(p.to):
		case !local.Before(p.from):
			current = &p
			if local.Before(w.stop(p)) {
				return current, nil // nobody asks for the next one
			}
		case p.from.Before(w.stop(p)):
			return current, &p
		}
	}
	return current, nil
}

// stop is the moment from which on an opening admits no new handoff.
func (w *WorkHours) stop(p period) time.Time {
	if p.endless {
		return p.to
	}
	return p.to.Add(-time.Duration(w.StopBeforeCloseMinutes) * time.Minute)
}

func explainNext(next *period) string {
	if next == nil {
		return "No opening is planned for the next year."
	}
	return "The next opening is " + next.from.Format("Monday 2006-01-02 15:04") + "."
}

func (w *WorkHours) closedReason(local time.Time) UnavailableBy {
	date := local.Format(time.DateOnly)
	if slices.Contains(w.Closed, date) && !w.isOpenDate(date) {
		return OnHoliday
	}
	return OutsideWorkHours
}

func (w *WorkHours) isOpenDate(date string) bool {
	return slices.ContainsFunc(w.Open, func(o Opening) bool { return o.Date == date })
}

// spansOn returns the spans of the date that local falls on: a special opening replaces the day and wins over a closure.
func (w *WorkHours) spansOn(local time.Time) []Span {
	date := local.Format(time.DateOnly)
	var special []Span
	for _, o := range w.Open {
		if o.Date == date {
			if span, err := parseSpan(o.From, o.To); err == nil {
				special = append(special, span)
			}
		}
	}
	if len(special) > 0 {
		return special
	}
	if slices.Contains(w.Closed, date) {
		return nil
	}
	return w.Days[weekdays[local.Weekday()]]
}

// periodsOn turns the date's spans into moments. A wall-clock time that a change to summer time skips means the moment
// after the gap; one that occurs twice means the first for an opening and the last for a closing.
func (w *WorkHours) periodsOn(local time.Time) []period {
	var out []period
	for _, s := range w.spansOn(local) {
		from, to := moment(local, s.From, false), moment(local, s.To, true)
		if from.Before(to) {
			out = append(out, period{from: from, to: to})
		}
	}
	slices.SortFunc(out, func(a, b period) int { return a.from.Compare(b.from) })
	return out
}

const horizon = 366 // how many days ahead an opening is looked for

// openings yields the openings from the day before local's on, in order. Those that follow each other without a gap
// (24:00 and 00:00 meet) are one.
func (w *WorkHours) openings(local time.Time) iter.Seq[period] {
	return func(yield func(period) bool) {
		var current *period
		for day := -1; day <= horizon; day++ {
			for _, p := range w.periodsOn(noon(local, day)) {
				switch {
				case current == nil:
					current = &p
				case !p.from.After(current.to):
					current.to = later(current.to, p.to)
				case !yield(*current):
					return
				default:
					current = &p
				}
			}
		}
		if current != nil {
			current.endless = !current.from.After(local) && current.to.After(noon(local, horizon))
			yield(*current)
		}
	}
}

func (w *WorkHours) explainDay(local time.Time) string {
	date, day := local.Format(time.DateOnly), local.Format("Monday")
	var spans []string
	for _, s := range w.spansOn(local) {
		spans = append(spans, clock(s.From)+" to "+clock(s.To))
	}
	switch {
	case w.isOpenDate(date):
		return date + " has a special opening: " + strings.Join(spans, ", ") + "."
	case slices.Contains(w.Closed, date):
		return date + " is a closed date."
	case len(spans) == 0:
		return day + " has no hours."
	default:
		return day + " has the hours " + strings.Join(spans, ", ") + "."
	}
}

// noon is the middle of the day that lies so many days from local's: no change of the clocks moves it to another date.
func noon(local time.Time, days int) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, 12, 0, 0, 0, local.Location())
}

// moment finds when the wall clock shows so many minutes after midnight on local's date.
func moment(local time.Time, minutes int, last bool) time.Time {
	t := time.Date(local.Year(), local.Month(), local.Day(), 0, minutes, 0, 0, local.Location())
	want := (minutes/60)%24*60 + minutes%60
	shown := t.Hour()*60 + t.Minute()
	if shown != want { // skipped: time.Date lands one gap early or late
		return afterGap(t)
	}
	for _, shift := range []time.Duration{time.Hour, 30 * time.Minute} {
		other := t.Add(shift)
		if !last {
			other = t.Add(-shift)
		}
		if other.Hour()*60+other.Minute() == want && other.Day() == t.Day() {
			return other
		}
	}
	return t
}

// afterGap finds the change of the clocks nearest to t, to the minute.
func afterGap(t time.Time) time.Time {
	lo, hi := t.Add(-3*time.Hour), t.Add(3*time.Hour)
	_, before := lo.Zone()
	for hi.Sub(lo) > time.Minute {
		mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Minute)
		if _, offset := mid.Zone(); offset == before {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
