package handoff_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/handoff"
)

// hours reads work hours as an admin's page would send them.
func hours(t testing.TB, text string) *handoff.WorkHours {
	t.Helper()
	var w handoff.WorkHours
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := w.Validate(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &w
}

const (
	office = `{"time_zone":"Europe/Lisbon","days":{"mon":[["09:00","12:30"],["13:30","18:00"]],"tue":[["09:00","18:00"]],"wed":[["09:00","18:00"]],"thu":[["09:00","18:00"]],"fri":[["09:00","17:00"]]},
		"closed":["2026-12-25"],"open":[{"date":"2026-12-25","from":"10:00","to":"11:00"},{"date":"2026-11-28","from":"10:00","to":"12:00"},{"date":"2026-11-23","from":"08:00","to":"10:00"}],"stop_before_close_minutes":15}`
	holiday = `{"time_zone":"Europe/Lisbon","days":{"mon":[["09:00","17:00"]],"tue":[["09:00","17:00"]]},"closed":["2026-11-23"]}`
	night   = `{"time_zone":"America/New_York","days":{"fri":[["22:00","24:00"]],"sat":[["00:00","03:00"],["23:00","24:00"]],"sun":[["00:00","04:00"]]}}`
	always  = `{"time_zone":"Asia/Tokyo","days":{"mon":[["00:00","24:00"]],"tue":[["00:00","24:00"]],"wed":[["00:00","24:00"]],"thu":[["00:00","24:00"]],"fri":[["00:00","24:00"]],"sat":[["00:00","24:00"]],"sun":[["00:00","24:00"]]}}`
	never   = `{"time_zone":"Asia/Tokyo"}`
	brief10 = `{"time_zone":"UTC","days":{"mon":[["09:00","09:10"],["12:00","13:00"]]},"stop_before_close_minutes":15}`
	opened  = `{"time_zone":"UTC","override":"open"}`
	shut    = `{"time_zone":"UTC","days":{"mon":[["00:00","24:00"]]},"override":"closed"}`
	unset   = `{"time_zone":"UTC","days":{"mon":[["00:00","24:00"]]},"override":null}`

	// The nights in which the clocks change.
	lisbon   = `{"time_zone":"Europe/Lisbon","days":{"sun":[["00:30","03:00"],["05:00","06:00"]]}}`            // 01:00 → 02:00, 02:00 → 01:00
	gapOnly  = `{"time_zone":"Europe/Lisbon","days":{"sun":[["01:10","01:50"]]}}`                              // may not exist, may occur twice
	newYork  = `{"time_zone":"America/New_York","days":{"sun":[["01:30","02:30"],["04:00","05:00"]]}}`         // 02:00 → 03:00, 02:00 → 01:00
	lordHowe = `{"time_zone":"Australia/Lord_Howe","days":{"sun":[["01:45","02:15"],["04:00","05:00"]]}}`      // half an hour: 02:00 → 02:30, 02:00 → 01:30
	santiago = `{"time_zone":"America/Santiago","days":{"sat":[["20:00","24:00"]],"sun":[["00:00","02:00"]]}}` // at midnight: 24:00 → 01:00, 24:00 → 23:00
	allDay   = `{"time_zone":"Europe/Lisbon","days":{"sat":[["12:00","24:00"]],"sun":[["00:00","24:00"]]}}`
)

// TestHours is the table of openings. Moments are UTC; "" for next means that none is told.
func TestHours(t *testing.T) {
	const open = handoff.UnavailableBy("")
	for _, row := range []struct {
		name   string
		hours  string
		at     string
		reason handoff.UnavailableBy
		next   string // next_close when it is open, else next_open
	}{
		// 2026-11-22 is a Sunday; Lisbon is on UTC in winter.
		{"Sunday", office, "2026-11-22T12:00:00Z", handoff.OutsideWorkHours, "2026-11-23T08:00:00Z"},
		{"a special opening on a weekday replaces it", office, "2026-11-23T08:30:00Z", open, "2026-11-23T10:00:00Z"},
		{"and closes it afterwards", office, "2026-11-23T14:00:00Z", handoff.OutsideWorkHours, "2026-11-24T09:00:00Z"},
		{"the first minute", office, "2026-11-24T09:00:00Z", open, "2026-11-24T18:00:00Z"},
		{"a nanosecond before", office, "2026-11-24T08:59:59.999999999Z", handoff.OutsideWorkHours, "2026-11-24T09:00:00Z"},
		{"the last moment for a new one", office, "2026-11-24T17:44:59Z", open, "2026-11-24T18:00:00Z"},
		{"closing soon", office, "2026-11-24T17:45:00Z", handoff.ClosingSoon, "2026-11-25T09:00:00Z"},
		{"the last minute", office, "2026-11-24T17:59:59Z", handoff.ClosingSoon, "2026-11-25T09:00:00Z"},
		{"closed", office, "2026-11-24T18:00:00Z", handoff.OutsideWorkHours, "2026-11-25T09:00:00Z"},
		{"Friday evening", office, "2026-11-27T20:00:00Z", handoff.OutsideWorkHours, "2026-11-28T10:00:00Z"},
		{"a special Saturday", office, "2026-11-28T10:30:00Z", open, "2026-11-28T12:00:00Z"},
		{"after it", office, "2026-11-28T12:30:00Z", handoff.OutsideWorkHours, "2026-11-30T09:00:00Z"},
		{"before lunch", office, "2026-11-30T12:00:00Z", open, "2026-11-30T12:30:00Z"},
		{"lunch is near", office, "2026-11-30T12:20:00Z", handoff.ClosingSoon, "2026-11-30T13:30:00Z"},
		{"lunch", office, "2026-11-30T13:00:00Z", handoff.OutsideWorkHours, "2026-11-30T13:30:00Z"},
		{"after lunch", office, "2026-11-30T13:30:00Z", open, "2026-11-30T18:00:00Z"},
		{"Christmas is closed, and yet open", office, "2026-12-25T10:30:00Z", open, "2026-12-25T11:00:00Z"},
		{"Christmas, too late", office, "2026-12-25T12:00:00Z", handoff.OutsideWorkHours, "2026-12-28T09:00:00Z"},
		{"summer: Lisbon is an hour ahead", office, "2026-07-01T08:00:00Z", open, "2026-07-01T17:00:00Z"},
		{"a holiday", holiday, "2026-11-23T10:00:00Z", handoff.OnHoliday, "2026-11-24T09:00:00Z"},
		{"the night after a holiday", holiday, "2026-11-24T01:00:00Z", handoff.OutsideWorkHours, "2026-11-24T09:00:00Z"},

		{"24:00 meets 00:00", night, "2026-11-21T04:59:00Z", open, "2026-11-21T08:00:00Z"},
		{"behind midnight", night, "2026-11-21T05:00:00Z", open, "2026-11-21T08:00:00Z"},
		{"the second night", night, "2026-11-22T04:30:00Z", open, "2026-11-22T09:00:00Z"},
		{"between the nights", night, "2026-11-21T12:00:00Z", handoff.OutsideWorkHours, "2026-11-22T04:00:00Z"},
		{"always open never closes", always, "2026-11-22T12:00:00Z", open, ""},
		{"no days at all", never, "2026-11-22T12:00:00Z", handoff.OutsideWorkHours, ""},
		{"an opening too short to begin in is none", brief10, "2026-11-23T08:00:00Z", handoff.OutsideWorkHours, "2026-11-23T12:00:00Z"},
		{"nor is one within it", brief10, "2026-11-23T09:05:00Z", handoff.ClosingSoon, "2026-11-23T12:00:00Z"},
		{"set to open", opened, "2026-11-22T12:00:00Z", open, ""},
		{"set to closed", shut, "2026-11-23T12:00:00Z", handoff.ByOverride, ""},
		{"set to neither", unset, "2026-11-23T12:00:00Z", open, "2026-11-24T00:00:00Z"},

		// Spring in Lisbon, 2026-03-29: 00:59 is followed by 02:00, which is 01:00Z.
		{"Lisbon, spring, before the gap", lisbon, "2026-03-29T00:45:00Z", open, "2026-03-29T02:00:00Z"},
		{"Lisbon, spring, behind the gap", lisbon, "2026-03-29T01:30:00Z", open, "2026-03-29T02:00:00Z"},
		{"Lisbon, spring, an hour earlier than in winter", lisbon, "2026-03-29T04:30:00Z", open, "2026-03-29T05:00:00Z"},
		{"Lisbon, spring, hours that do not exist", gapOnly, "2026-03-28T12:00:00Z", handoff.OutsideWorkHours, "2026-04-05T00:10:00Z"},
		// Autumn in Lisbon, 2026-10-25: 01:00 to 01:59 come twice, from 00:00Z and from 01:00Z.
		{"Lisbon, autumn, the first time", lisbon, "2026-10-25T00:30:00Z", open, "2026-10-25T03:00:00Z"},
		{"Lisbon, autumn, the second time", lisbon, "2026-10-25T01:30:00Z", open, "2026-10-25T03:00:00Z"},
		{"Lisbon, autumn, both halves and what is between", gapOnly, "2026-10-25T00:10:00Z", open, "2026-10-25T01:50:00Z"},
		{"Lisbon, autumn, until the second 01:50", gapOnly, "2026-10-25T01:50:00Z", handoff.OutsideWorkHours, "2026-11-01T01:10:00Z"},
		{"Lisbon, the day of 23 hours", allDay, "2026-03-28T12:00:00Z", open, "2026-03-29T23:00:00Z"},
		{"Lisbon, the day of 25 hours", allDay, "2026-10-24T12:00:00Z", open, "2026-10-26T00:00:00Z"},
		// New York: 2026-03-08 02:00 becomes 03:00 at 07:00Z; 2026-11-01 02:00 becomes 01:00 at 06:00Z.
		{"New York, spring, the end is in the gap", newYork, "2026-03-08T06:45:00Z", open, "2026-03-08T07:00:00Z"},
		{"New York, spring, behind it", newYork, "2026-03-08T07:00:00Z", handoff.OutsideWorkHours, "2026-03-08T08:00:00Z"},
		{"New York, autumn, from the first 01:30", newYork, "2026-11-01T05:30:00Z", open, "2026-11-01T07:30:00Z"},
		{"New York, autumn, not before it", newYork, "2026-11-01T05:29:00Z", handoff.OutsideWorkHours, "2026-11-01T05:30:00Z"},
		// Lord Howe changes by half an hour: 2026-10-04 02:00 (+10:30) becomes 02:30, at 15:30Z the day before;
		// 2026-04-05 02:00 (+11) becomes 01:30, at 15:00Z the day before.
		{"Lord Howe, spring, the end is in the gap", lordHowe, "2026-10-03T15:20:00Z", open, "2026-10-03T15:30:00Z"},
		{"Lord Howe, spring, behind it", lordHowe, "2026-10-03T15:30:00Z", handoff.OutsideWorkHours, "2026-10-03T17:00:00Z"},
		{"Lord Howe, autumn, from the first 01:45", lordHowe, "2026-04-04T14:45:00Z", open, "2026-04-04T15:45:00Z"},
		{"Lord Howe, autumn, the second 01:45", lordHowe, "2026-04-04T15:15:00Z", open, "2026-04-04T15:45:00Z"},
		// Santiago changes at midnight: 2026-09-05 24:00 (-04) becomes 01:00, at 04:00Z; 2026-04-04 24:00 (-03) becomes 23:00,
		// at 03:00Z.
		{"Santiago, spring, over midnight", santiago, "2026-09-06T03:30:00Z", open, "2026-09-06T05:00:00Z"},
		{"Santiago, autumn, the second 23:30", santiago, "2026-04-05T03:30:00Z", open, "2026-04-05T06:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339Nano, row.at)
			if err != nil {
				t.Fatal(err)
			}
			got := hours(t, row.hours).At(at)
			if got.Available != (row.reason == open) || got.Reason != row.reason {
				t.Errorf("available %v, reason %q; want reason %q", got.Available, got.Reason, row.reason)
			}
			told, other := got.NextOpen, got.NextClose
			if got.Available {
				told, other = other, told
			}
			if other != nil || row.next == "" && told != nil || row.next != "" && (told == nil || told.UTC().Format(time.RFC3339) != row.next) {
				t.Errorf("next_open %v, next_close %v; want %q", got.NextOpen, got.NextClose, row.next)
			}
			if len(got.Because) == 0 {
				t.Error("it does not say why")
			}
		})
	}
}

// TestNoHours: without hours it is always open.
func TestNoHours(t *testing.T) {
	var w *handoff.WorkHours
	if got := w.At(time.Now()); !got.Available || got.NextClose != nil {
		t.Errorf("%+v", got)
	}
}

// TestHoursRefused: what is wrong is refused with the name of the field.
func TestHoursRefused(t *testing.T) {
	for _, row := range []struct{ name, hours, says string }{
		{"no zone", `{}`, "time_zone"},
		{"an unknown zone", `{"time_zone":"Europe/Atlantis"}`, "time_zone"},
		{"the machine's own zone", `{"time_zone":"Local"}`, "time_zone"},
		{"a path", `{"time_zone":"../../etc/passwd"}`, "time_zone"},
		{"backwards", `{"time_zone":"UTC","days":{"mon":[["18:00","09:00"]]}}`, "backwards"},
		{"empty", `{"time_zone":"UTC","days":{"mon":[["09:00","09:00"]]}}`, "backwards"},
		{"over midnight", `{"time_zone":"UTC","days":{"mon":[["22:00","02:00"]]}}`, "24:00"},
		{"overlapping", `{"time_zone":"UTC","days":{"mon":[["13:00","18:00"],["09:00","13:01"]]}}`, "days.mon"},
		{"25 o'clock", `{"time_zone":"UTC","days":{"mon":[["09:00","25:00"]]}}`, "25:00"},
		{"24:01", `{"time_zone":"UTC","days":{"mon":[["09:00","24:01"]]}}`, "24:01"},
		{"60 minutes", `{"time_zone":"UTC","days":{"mon":[["09:60","10:00"]]}}`, "09:60"},
		{"one digit", `{"time_zone":"UTC","days":{"mon":[["9:00","10:00"]]}}`, "9:00"},
		{"a sign", `{"time_zone":"UTC","days":{"mon":[["+9:00","10:00"]]}}`, "+9:00"},
		{"seconds", `{"time_zone":"UTC","days":{"mon":[["09:00:00","10:00"]]}}`, "09:00:00"},
		{"no time", `{"time_zone":"UTC","days":{"mon":[["","10:00"]]}}`, "no time of day"},
		{"three times", `{"time_zone":"UTC","days":{"mon":[["09:00","10:00","11:00"]]}}`, "span"},
		{"numbers", `{"time_zone":"UTC","days":{"mon":[[9,17]]}}`, "span"},
		{"a day nobody knows", `{"time_zone":"UTC","days":{"Monday":[["09:00","10:00"]]}}`, "Monday"},
		{"a date nobody knows", `{"time_zone":"UTC","closed":["2026-02-30"]}`, "closed[0]"},
		{"a date in words", `{"time_zone":"UTC","closed":["2026-12-25","Christmas"]}`, "closed[1]"},
		{"a special opening without a date", `{"time_zone":"UTC","open":[{"from":"09:00","to":"10:00"}]}`, "open[0].date"},
		{"a special opening backwards", `{"time_zone":"UTC","open":[{"date":"2026-12-25","from":"10:00","to":"09:00"}]}`, "open[0]"},
		{"a stop before yesterday", `{"time_zone":"UTC","stop_before_close_minutes":1441}`, "stop_before_close_minutes"},
		{"a stop behind the close", `{"time_zone":"UTC","stop_before_close_minutes":-1}`, "stop_before_close_minutes"},
		{"an override nobody knows", `{"time_zone":"UTC","override":"maybe"}`, "override"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var w handoff.WorkHours
			err := json.Unmarshal([]byte(row.hours), &w)
			if err == nil {
				err = w.Validate()
			}
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("the error is %v, want one that says %q", err, row.says)
			}
		})
	}
}

// TestHoursRoundTrip: an admin page gets back what it sent.
func TestHoursRoundTrip(t *testing.T) {
	for _, text := range []string{office, night, always, shut} {
		first, err := json.Marshal(hours(t, text))
		if err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(hours(t, string(first)))
		if err != nil || string(first) != string(second) {
			t.Errorf("%s\nbecame %s, %v", first, second, err)
		}
	}
}

// drawHours makes any work hours that are valid.
func drawHours(t *rapid.T) *handoff.WorkHours {
	w := &handoff.WorkHours{
		TimeZone:               rapid.SampledFrom([]string{"UTC", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Africa/Casablanca"}).Draw(t, "zone"),
		Days:                   map[string][]handoff.Span{},
		StopBeforeCloseMinutes: rapid.SampledFrom([]int{0, 0, 15, 90}).Draw(t, "stop"),
	}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		marks := rapid.SliceOfNDistinct(rapid.IntRange(0, 96), 0, 4, rapid.ID).Draw(t, day)
		if len(marks)%2 == 1 {
			marks = marks[1:]
		}
		slices.Sort(marks)
		for i := 0; i < len(marks); i += 2 {
			w.Days[day] = append(w.Days[day], handoff.Span{From: marks[i] * 15, To: marks[i+1] * 15})
		}
	}
	date := func(name string) string {
		return time.Date(2026, 1, 1+rapid.IntRange(0, 400).Draw(t, name), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	for range rapid.IntRange(0, 3).Draw(t, "closures") {
		w.Closed = append(w.Closed, date("closed"))
	}
	for range rapid.IntRange(0, 3).Draw(t, "openings") {
		w.Open = append(w.Open, handoff.Opening{Date: date("open"), From: "08:00", To: "24:00"})
	}
	return w
}

// TestHoursProperties holds for every valid hours and every moment.
func TestHoursProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawHours(t)
		if err := w.Validate(); err != nil {
			t.Fatalf("%+v: %v", w, err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "at")) * time.Second)
		got := w.At(at)
		tell := func(what string) { t.Fatalf("%s: at %v %+v of %+v", what, at, got, w) }
		stop := time.Duration(w.StopBeforeCloseMinutes) * time.Minute
		switch {
		case got.Available && (got.Reason != "" || got.NextOpen != nil):
			tell("available, and yet a reason or an opening")
		case !got.Available && (got.Reason == "" || got.NextClose != nil):
			tell("unavailable, without a reason or with a closing")
		case got.Available && got.NextClose != nil:
			if !got.NextClose.After(at) {
				tell("the closing is over")
			}
			if last := got.NextClose.Add(-stop - time.Second); last.After(at) && !w.At(last).Available {
				tell("it closes earlier than it says")
			}
			if w.At(got.NextClose.Add(-stop)).Available {
				tell("it closes later than it says")
			}
		case got.NextOpen != nil:
			if !got.NextOpen.After(at) {
				tell("the opening is over")
			}
			if !w.At(*got.NextOpen).Available {
				tell("it is not open when it says")
			}
			if before := got.NextOpen.Add(-time.Minute); !before.Before(at) && w.At(before).Available {
				tell("it opens earlier than it says")
			}
			between := at.Add(time.Duration(rapid.Float64Range(0, 1).Draw(t, "between") * float64(got.NextOpen.Sub(at))))
			if between.Before(*got.NextOpen) && w.At(between).Available {
				tell(fmt.Sprintf("it is open before it opens, at %v", between))
			}
		}
	})
}

func BenchmarkHours(b *testing.B) {
	for name, text := range map[string]string{"office": office, "always": always} {
		w := hours(b, text)
		b.Run(name, func(b *testing.B) {
			at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			for b.Loop() {
				w.At(at)
			}
		})
	}
}

// FuzzWorkHours reads what an admin's browser could send: it is refused, or it has an answer for every moment.
func FuzzWorkHours(f *testing.F) {
	for _, text := range []string{office, holiday, night, always, never, brief10, opened, shut, unset, lisbon, lordHowe, santiago, `{"time_zone":"UTC","days":null}`, `[]`} {
		f.Add(text, int64(1_795_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		var w handoff.WorkHours
		if json.Unmarshal([]byte(text), &w) != nil || w.Validate() != nil {
			return
		}
		at := time.Unix(unix%(1<<33), 0)
		if got := w.At(at); got.Available == (got.Reason != "") {
			t.Errorf("at %v: %+v", at, got)
		}
	})
}
