package handoff_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/handoff"
)

// told writes a day as "mon 23h closed: 09:00-11:45/12:00 …": its length, its kind and its stretches on the wall clock.
func told(d handoff.WeekDay, zone *time.Location) string {
	wall := func(t time.Time) string {
		if t.Equal(d.End) {
			return "24:00"
		}
		return t.In(zone).Format("15:04")
	}
	out := strings.ToLower(d.Start.In(zone).Format("Mon")) + " " + d.Length().String() + " " + string(d.Kind) + ":"
	for _, s := range d.Spans {
		out += " " + wall(s.From) + "-" + wall(s.Stop) + "/" + wall(s.To)
	}
	return out
}

func TestWeek(t *testing.T) {
	for _, row := range []struct {
		name, hours, at, first string
		want                   map[int]string // by days after Monday
	}{
		{"an office, with a special opening instead of Monday and on Saturday", office, "2026-11-25T12:00:00Z", "2026-11-23", map[int]string{
			0: "mon 24h0m0s special: 08:00-09:45/10:00", 1: "tue 24h0m0s usual: 09:00-17:45/18:00",
			4: "fri 24h0m0s usual: 09:00-16:45/17:00", 5: "sat 24h0m0s special: 10:00-11:45/12:00", 6: "sun 24h0m0s usual:",
		}},
		{"two spans of one day", office, "2026-12-02T12:00:00Z", "2026-11-30", map[int]string{0: "mon 24h0m0s usual: 09:00-12:15/12:30 13:30-17:45/18:00"}},
		{"a special opening wins over a closed date", office, "2026-12-25T00:00:00Z", "2026-12-21", map[int]string{4: "fri 24h0m0s special: 10:00-10:45/11:00"}},
		{"a closed date", holiday, "2026-11-23T00:00:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s closed:", 1: "tue 24h0m0s usual: 09:00-17:00/17:00"}},
		{"a Sunday ends its week", holiday, "2026-11-29T23:59:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s closed:"}},
		{"the week is the zone's", night, "2026-11-30T03:00:00Z", "2026-11-23", map[int]string{
			4: "fri 24h0m0s usual: 22:00-24:00/24:00", 5: "sat 24h0m0s usual: 00:00-03:00/03:00 23:00-24:00/24:00", 6: "sun 24h0m0s usual: 00:00-04:00/04:00",
		}},
		{"an opening that is too short for a handoff", brief10, "2026-11-23T00:00:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s usual: 09:00-09:00/09:10 12:00-12:45/13:00"}},
		{"never", never, "2026-11-23T00:00:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s usual:"}},
		{"open until further notice", opened, "2026-11-23T00:00:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s override: 00:00-24:00/24:00"}},
		{"closed until further notice", shut, "2026-11-23T00:00:00Z", "2026-11-23", map[int]string{0: "mon 24h0m0s override:"}},
		{"a day of 23 hours", lisbon, "2026-03-27T12:00:00Z", "2026-03-23", map[int]string{6: "sun 23h0m0s usual: 00:30-03:00/03:00 05:00-06:00/06:00"}},
		{"a day of 25 hours", lisbon, "2026-10-21T12:00:00Z", "2026-10-19", map[int]string{6: "sun 25h0m0s usual: 00:30-03:00/03:00 05:00-06:00/06:00"}},
		{"hours that a change of the clocks skips", gapOnly, "2026-03-27T12:00:00Z", "2026-03-23", map[int]string{6: "sun 23h0m0s usual:"}},
		{"a day without a midnight", santiago, "2026-09-03T12:00:00Z", "2026-08-31", map[int]string{5: "sat 24h0m0s usual: 20:00-24:00/24:00", 6: "sun 23h0m0s usual: 01:00-02:00/02:00"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := hours(t, row.hours)
			zone, err := time.LoadLocation(w.TimeZone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, row.at)
			if err != nil {
				t.Fatal(err)
			}
			days := w.Week(at)
			if days[0].Date != row.first {
				t.Errorf("the week begins on %s, want %s", days[0].Date, row.first)
			}
			got := map[int]string{}
			for i := range row.want {
				got[i] = told(days[i], zone)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWeekWithoutWorkHours(t *testing.T) {
	days := (*handoff.WorkHours)(nil).Week(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	if got := told(days[2], time.UTC); got != "wed 24h0m0s override: 00:00-24:00/24:00" || !strings.Contains(days[2].Reason, "always open") {
		t.Errorf("%s: %s", got, days[2].Reason)
	}
}

// TestWeekAgreesWithAt holds the picture against the rule: a moment lies in a stretch, before its stop, exactly when a handoff
// may start. The days follow each other without a gap.
func TestWeekAgreesWithAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawHours(t)
		week := w.Week(time.Unix(rapid.Int64Range(1767225600, 1830297600).Draw(t, "week"), 0))
		for i := 1; i < len(week); i++ {
			if !week[i].Start.Equal(week[i-1].End) {
				t.Fatalf("%s begins at %s, and the day before ends at %s", week[i].Date, week[i].Start, week[i-1].End)
			}
		}
		day := week[rapid.IntRange(0, 6).Draw(t, "day")]
		at := day.Start.Add(time.Duration(rapid.IntRange(0, int(day.Length()/time.Minute)-1).Draw(t, "minute")) * time.Minute)
		drawn := slices.ContainsFunc(day.Spans, func(s handoff.Stretch) bool { return !at.Before(s.From) && at.Before(s.Stop) })
		if answer := w.At(at); answer.Available != drawn {
			t.Fatalf("%s: At says %v (%q), the week %v: %v", at, answer.Available, answer.Because, drawn, day.Spans)
		}
	})
}
