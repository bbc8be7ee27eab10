package admin

import (
	"slices"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// weekPicture is a week as a picture: a bar for each day, midnight to midnight, with the hours in words beside it.
type weekPicture struct {
	Title          string
	Before, Behind string // the days with which to ask for the weeks around it
	Days           []dayBar
	Stops          bool // some hours end with a while in which nothing new starts
}

// dayBar is a day of the picture. Its units are minutes of real time.
type dayBar struct {
	Name, Date string
	Today      bool
	Length     int
	Bars       []dayPart
	Hours      []int    // where the lines at 6, 12 and 18 o'clock are
	Now        int      // where this moment is; -1: not on this day
	Spans      []string // in words; none: closed
	Kind       string   // why it is not as on other weeks; empty for a usual day
}

// dayPart is a stretch of a day.
type dayPart struct {
	From, Width int
	Stopping    bool // open, and too late for a new handoff
}

// drawWeek draws the days that a moment's week has. Both moments are in the time zone of the work hours.
func drawWeek(days []handoff.WeekDay, shown, now time.Time) *weekPicture {
	p := &weekPicture{
		Title:  days[0].Start.In(shown.Location()).Format("2 January") + " to " + days[len(days)-1].Start.In(shown.Location()).Format("2 January 2006"),
		Before: shown.AddDate(0, 0, -7).Format(time.DateOnly), Behind: shown.AddDate(0, 0, 7).Format(time.DateOnly),
	}
	for _, d := range days {
		b := drawDay(d, shown.Location(), now)
		p.Days = append(p.Days, b)
		p.Stops = p.Stops || slices.ContainsFunc(b.Bars, func(b dayPart) bool { return b.Stopping })
	}
	return p
}

// dayKinds are the kinds of days that stand out from a week. What is set until further notice holds for every day, and stands above.
var dayKinds = map[handoff.DayKind]string{handoff.DayClosed: "closed date", handoff.DaySpecial: "special opening"}

func drawDay(d handoff.WeekDay, zone *time.Location, now time.Time) dayBar {
	at := func(t time.Time) int { return int(t.Sub(d.Start) / time.Minute) }
	midday := d.Start.Add(d.Length() / 2).In(zone)
	out := dayBar{Name: midday.Format("Mon"), Date: midday.Format("2 Jan"), Length: at(d.End), Now: -1}
	for hour := 6; hour < 24; hour += 6 {
		out.Hours = append(out.Hours, at(time.Date(midday.Year(), midday.Month(), midday.Day(), hour, 0, 0, 0, zone)))
	}
	for _, s := range d.Spans {
		if s.Stop.After(s.From) {
			out.Bars = append(out.Bars, dayPart{From: at(s.From), Width: at(s.Stop) - at(s.From)})
		}
		if s.To.After(s.Stop) {
			out.Bars = append(out.Bars, dayPart{From: at(s.Stop), Width: at(s.To) - at(s.Stop), Stopping: true})
		}
		out.Spans = append(out.Spans, wall(s.From, d, zone)+"–"+wall(s.To, d, zone))
	}
	out.Kind = dayKinds[d.Kind]
	if !now.Before(d.Start) && now.Before(d.End) {
		out.Today, out.Now = true, at(now)
	}
	return out
}

// wall is what the clock on the wall shows at a moment of a day; its end is 24:00.
func wall(t time.Time, d handoff.WeekDay, zone *time.Location) string {
	if t.Equal(d.End) {
		return "24:00"
	}
	return t.In(zone).Format("15:04")
}
