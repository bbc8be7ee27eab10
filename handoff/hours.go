package handoff

import (
	"encoding/json"
	"fmt"
	"slices"
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
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") { // time.Parse takes 9:00 too
		return 0, fmt.Errorf("%q is no time of day; write 00:00 to 24:00", s)
	}
	return t.Hour()*60 + t.Minute(), nil
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
