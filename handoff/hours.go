package handoff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // an IANA zone must mean the same on a machine without the database
)

// WorkHours says when handoffs may start. A handoff that is under way when the hours end goes on.
type WorkHours struct {
	TimeZone               string            `json:"time_zone"`        // IANA name
	Days                   map[string][]Span `json:"days,omitempty"`   // mon, tue, wed, thu, fri, sat, sun
	Closed                 []string          `json:"closed,omitempty"` // dates, 2026-12-25
	Open                   []Opening         `json:"open,omitempty"`   // replaces its day, and wins over Closed
	StopBeforeCloseMinutes int               `json:"stop_before_close_minutes,omitempty"`
	Override               string            `json:"override,omitempty"` // "open", "closed" or ""
}

// Span is a part of a day, in minutes since its midnight on the wall clock: From is in it, To is not.
type Span struct{ From, To int }

// Opening is a special opening on one date.
type Opening struct {
	Date string `json:"date"`
	From string `json:"from"`
	To   string `json:"to"`
}

// The values of Override.
const (
	OverrideOpen   = "open"
	OverrideClosed = "closed"
)

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalJSON reads ["09:00","12:30"].
func (s *Span) UnmarshalJSON(data []byte) error {
	var pair []string
	if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf(`a span is written ["09:00","17:30"]`)
	}
	span, err := parseSpan(pair[0], pair[1])
	*s = span
	return err
}

// MarshalJSON writes ["09:00","12:30"].
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]string{clock(s.From), clock(s.To)})
}

func parseSpan(from, to string) (Span, error) {
	a, err := parseClock(from)
	if err != nil {
		return Span{}, err
	}
	b, err := parseClock(to)
	if err != nil {
		return Span{}, err
	}
	if b <= a {
		return Span{}, fmt.Errorf("the span %s to %s runs backwards; split it at 24:00 if it crosses midnight", from, to)
	}
	return Span{a, b}, nil
}

func parseClock(s string) (int, error) {
	h, m, ok := strings.Cut(s, ":")
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	if !ok || len(h) != 2 || len(m) != 2 || errH != nil || errM != nil || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return 0, fmt.Errorf("%q is no time of day; write 00:00 to 24:00", s)
	}
	return hour*60 + minute, nil
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// Validate says what is wrong first, beginning with the field's name.
func (w *WorkHours) Validate() error {
	if _, err := time.LoadLocation(w.TimeZone); err != nil || w.TimeZone == "" || w.TimeZone == "Local" {
		return fmt.Errorf("time_zone: %q is no IANA zone; write it like Europe/Lisbon", w.TimeZone)
	}
	for day, spans := range w.Days {
		if !slices.Contains(weekdays, day) {
			return fmt.Errorf("days: %q is no day; use mon, tue, wed, thu, fri, sat, sun", day)
		}
		if err := overlap(spans); err != nil {
			return fmt.Errorf("days.%s: %w", day, err)
		}
	}
	for i, date := range w.Closed {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return fmt.Errorf("closed[%d]: %q is no date; write it like 2026-12-25", i, date)
		}
	}
	for i, o := range w.Open {
		if _, err := time.Parse(time.DateOnly, o.Date); err != nil {
			return fmt.Errorf("open[%d].date: %q is no date; write it like 2026-12-25", i, o.Date)
		}
		if _, err := parseSpan(o.From, o.To); err != nil {
			return fmt.Errorf("open[%d]: %w", i, err)
		}
	}
	if w.StopBeforeCloseMinutes < 0 || w.StopBeforeCloseMinutes > 24*60 {
		return fmt.Errorf("stop_before_close_minutes: between 0 and 1440")
	}
	if w.Override != "" && w.Override != OverrideOpen && w.Override != OverrideClosed {
		return fmt.Errorf(`override: "open", "closed" or null`)
	}
	return nil
}

func overlap(spans []Span) error {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return a.From - b.From })
	for i, s := range sorted {
		if s.To <= s.From || s.From < 0 || s.To > 24*60 {
			return fmt.Errorf("the span %s to %s runs backwards", clock(s.From), clock(s.To))
		}
		if i > 0 && s.From < sorted[i-1].To {
			return fmt.Errorf("the spans %s to %s and %s to %s overlap", clock(sorted[i-1].From), clock(sorted[i-1].To), clock(s.From), clock(s.To))
		}
	}
	return nil
}

// period is an opening in real time.
type period struct{ from, to time.Time }

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
	current := w.periodAt(local)
	if current == nil {
		next := w.nextOpening(local)
		if next != nil {
			because = append(because, "The next opening is "+next.Format("Monday 2006-01-02 15:04")+".")
		} else {
			because = append(because, "No opening is planned for the next year.")
		}
		return Availability{Reason: w.closedReason(local), NextOpen: next, Because: because}
	}
	stop := current.to.Add(-time.Duration(w.StopBeforeCloseMinutes) * time.Minute)
	if !t.Before(stop) {
		because = append(because, fmt.Sprintf("New handoffs stop %d minutes before closing at %s.", w.StopBeforeCloseMinutes, current.to.Format("15:04")))
		return Availability{Reason: ClosingSoon, NextOpen: w.nextOpening(current.to), Because: because}
	}
	return Availability{Available: true, NextClose: &current.to, Because: because}
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
			out = append(out, period{from, to})
		}
	}
	slices.SortFunc(out, func(a, b period) int { return a.from.Compare(b.from) })
	return out
}

// periodAt returns the opening that local is in, joined with those that follow without a gap (24:00 and 00:00 meet).
func (w *WorkHours) periodAt(local time.Time) *period {
	var current *period
	for day := -1; day <= 8; day++ {
		for _, p := range w.periodsOn(noon(local, day)) {
			switch {
			case current != nil && !p.from.After(current.to):
				current.to = later(current.to, p.to)
			case current != nil:
				return current
			case !local.Before(p.from) && local.Before(p.to):
				current = &p
			}
		}
	}
	return current
}

// nextOpening returns the first opening that begins after local, within a year.
func (w *WorkHours) nextOpening(local time.Time) *time.Time {
	for day := 0; day <= 366; day++ {
		for _, p := range w.periodsOn(noon(local, day)) {
			if p.from.After(local) {
				return &p.from
			}
		}
	}
	return nil
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
