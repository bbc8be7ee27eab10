package handoff

import (
	"slices"
	"time"
)

// WeekDay explains one date of a week, for a picture of it.
type WeekDay struct {
	Date   string // 2026-11-23
	Start  time.Time
	End    time.Time // the next day's Start: 23 or 25 hours later where the clocks change
	Kind   DayKind
	Spans  []Stretch // in order, without overlaps
	Reason string    // in words, as At says it
}

// Length is how long the day is: not always 24 hours.
func (d WeekDay) Length() time.Duration { return d.End.Sub(d.Start) }

// DayKind says where a date's spans come from.
type DayKind string

// The kinds of days.
const (
	DayUsual    DayKind = "usual"    // the hours of its weekday, which may be none
	DayClosed   DayKind = "closed"   // a closed date
	DaySpecial  DayKind = "special"  // a special opening replaces the day
	DayOverride DayKind = "override" // open or closed until further notice, whatever the day
)

// Stretch is a part of a day in real time: From is in it, To is not. From Stop on no new handoff starts; where that does not
// happen, Stop is To.
type Stretch struct{ From, Stop, To time.Time }

// Week explains the seven days from the Monday on that begins the week of t, where the work hours are. Each day is cut at its
// own midnights, and what it says about a moment is what At says. A nil WorkHours is always open, in UTC. The receiver must be
// valid.
func (w *WorkHours) Week(t time.Time) []WeekDay {
	local := t.In(w.zone())
	monday := -((int(local.Weekday()) + 6) % 7)
	days := make([]WeekDay, 7)
	for i := range days {
		days[i] = w.explainDate(noon(local, monday+i))
	}
	return days
}

func (w *WorkHours) zone() *time.Location {
	if w == nil {
		return time.UTC
	}
	zone, _ := time.LoadLocation(w.TimeZone)
	return zone
}

func (w *WorkHours) explainDate(midday time.Time) WeekDay {
	day := WeekDay{
		Date:  midday.Format(time.DateOnly),
		Start: moment(midday, 0, false), End: moment(noon(midday, 1), 0, false),
	}
	if w == nil || w.Override != "" {
		day.Kind, day.Reason = DayOverride, w.At(midday).Because[0]
		if w == nil || w.Override == OverrideOpen {
			day.Spans = []Stretch{{From: day.Start, Stop: day.End, To: day.End}}
		}
		return day
	}
	day.Kind, day.Reason = w.kindOf(day.Date), w.explainDay(midday)
	for p := range w.openings(midday) {
		if !p.from.Before(day.End) {
			break
		}
		if from, to := later(p.from, day.Start), earlier(p.to, day.End); from.Before(to) {
			stop := later(from, earlier(w.stop(p), to))
			day.Spans = append(day.Spans, Stretch{From: from, Stop: stop, To: to})
		}
	}
	return day
}

func (w *WorkHours) kindOf(date string) DayKind {
	switch {
	case w.isOpenDate(date):
		return DaySpecial
	case slices.Contains(w.Closed, date):
		return DayClosed
	}
	return DayUsual
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
