package admin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/handoff"
)

// TestHoursAsPeopleWriteThem reads the hours of a day. What is read is told in our own way of writing, or as what is said of it.
func TestHoursAsPeopleWriteThem(t *testing.T) {
	for _, row := range []struct{ name, typed, want string }{
		{"our own way", "09:00–12:30, 13:30–18:00", "09:00–12:30, 13:30–18:00"},
		{"hours alone", "9-17", "09:00–17:00"},
		{"dots, and dashes with blanks", "9-12.30, 13.30 – 18", "09:00–12:30, 13:30–18:00"},
		{"morning and afternoon", "9am to 5pm", "09:00–17:00"},
		{"the same with dots", "9 a.m. to 5:30 p.m.", "09:00–17:30"},
		{"the same in capitals", "9AM–5PM", "09:00–17:00"},
		{"only the end says which half", "9-5pm", "09:00–17:00"},
		{"only the end, and there is but one way to read it", "12-5pm", "12:00–17:00"},
		{"only the end, and the beginning is of 24 hours", "08:00-11pm", "08:00–23:00"},
		{"noon", "12pm-1pm", "12:00–13:00"},
		{"the first hour of the day", "12am-1am", "00:00–01:00"},
		{"as in France", "9h30-18h", "09:30–18:00"},
		{"without anything between", "0900-1730", "09:00–17:30"},
		{"three digits", "930-1730", "09:30–17:30"},
		{"until", "8:30 until 16:00", "08:30–16:00"},
		{"and", "9-12 and 13-17", "09:00–12:00, 13:00–17:00"},
		{"And", "9-12 AND 13-17", "09:00–12:00, 13:00–17:00"},
		{"semicolons", "9-12; 13-17;", "09:00–12:00, 13:00–17:00"},
		{"lines", "9-12\n13-17", "09:00–12:00, 13:00–17:00"},
		{"a long dash", "9—17", "09:00–17:00"},
		{"a minus, and a hyphen that does not break", "9−12, 13‑17", "09:00–12:00, 13:00–17:00"},
		{"blanks that do not break", "\u00a09\u00a0am\u00a0–\u00a05\u202fpm ", "09:00–17:00"},
		{"until midnight", "18-24", "18:00–24:00"},
		{"until midnight, as 0", "18:00-00:00", "18:00–24:00"},
		{"until midnight, as 12am", "6pm to 12am", "18:00–24:00"},
		{"all day", "0-24", "00:00–24:00"},
		{"all day, as 0 to 0", "0-0", "00:00–24:00"},
		{"out of order", "13-17, 9-12", "09:00–12:00, 13:00–17:00"},
		{"one after the other", "9-12, 12-17", "09:00–12:00, 12:00–17:00"},
		{"nothing", "", ""},
		{"blanks", " \t ", ""},
		{"closed", "Closed", ""},
		{"a dash", "–", ""},
		{"a comma", ",", ""},

		{"a word", "noon", "“noon” is no span of hours. Write it like 09:00–17:30."},
		{"one time", "09:00", "“09:00” is no span of hours. Write it like 09:00–17:30."},
		{"no end", "9-", "“9-” is no span of hours. Write it like 09:00–17:30."},
		{"a word at the end", "9 to noon", "“noon” is no time of day. Write it like 09:00."},
		{"a word at the beginning", "dawn-17", "“dawn” is no time of day. Write it like 09:00."},
		{"three times", "9-12-17", "“12-17” is no time of day. Write it like 09:00."},
		{"of the morning or of the afternoon", "1-5pm", "“1-5pm” can be read in two ways. Write 01:00–17:00 or 13:00–17:00."},
		{"likewise with minutes", "8:30 to 10 p.m.", "“8:30 to 10 p.m.” can be read in two ways. Write 08:30–22:00 or 20:30–22:00."},
		{"thirteen in the afternoon", "9am-13pm", "“13pm” is no time of day. Write it like 9am or 09:00."},
		{"zero in the morning", "0am-5pm", "“0am” is no time of day. Write it like 9am or 09:00."},
		{"minute 60", "9:60-17", "“9:60” is no time of day. Write 00:00 to 24:00."},
		{"hour 25", "9-25", "“25” is no time of day. Write 00:00 to 24:00."},
		{"a minute past the day", "9-24:01", "“24:01” is no time of day. Write 00:00 to 24:00."},
		{"seconds", "09:00:00-17:00", "“09:00:00” is no time of day. Write it like 09:00."},
		{"below zero", "-9-17", "“-9” is no time of day. Write it like 09:00."},
		{"backwards", "18-9", "“18-9” ends before it begins. Past midnight, write 18:00–24:00 here and 00:00–09:00 on the next day."},
		{"no time at all", "9-9", "“9-9” ends before it begins. Past midnight, write 09:00–24:00 here and 00:00–09:00 on the next day."},
		{"from the end of the day", "24-2", "“24-2” begins when the day is over. Write it on the next day, from 00:00."},
		{"overlapping", "13-17, 9-14", "09:00–14:00 and 13:00–17:00 overlap."},
		{"twice the same", "9-12, 9-12", "09:00–12:00 and 09:00–12:00 overlap."},
		{"a directive of a format", "%s-%d", "“%s” is no time of day. Write it like 09:00."},
	} {
		t.Run(row.name, func(t *testing.T) {
			spans, err := readSpans(row.typed)
			got := writeSpans(spans)
			if err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("%q is read as %q, want %q", row.typed, got, row.want)
			}
		})
	}
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	thousand := "2024-01-01 to 2024-12-31, 2025-01-01 to 2025-12-31, 2026-01-01 to 2026-09-26"
	for _, row := range []struct{ name, typed, want string }{
		{"one a line", "2026-12-25\n2026-12-24\n", "2026-12-24 2026-12-25"},
		{"commas", "2026-12-24, 2026-12-25; 2026-12-26", "2026-12-24 2026-12-25 2026-12-26"},
		{"a range", "2026-12-30 to 2027-01-02", "2026-12-30 2026-12-31 2027-01-01 2027-01-02"},
		{"a range with a dash", "2026-12-24 – 2026-12-25", "2026-12-24 2026-12-25"},
		{"a range with a dash and no blanks", "2026-12-24–2026-12-25", "2026-12-24 2026-12-25"},
		{"a range with a hyphen and no blanks", "2026-12-24-2026-12-25", "2026-12-24 2026-12-25"},
		{"a range until", "2026-12-24 until 2026-12-25", "2026-12-24 2026-12-25"},
		{"a range of one day", "2026-12-24 to 2026-12-24", "2026-12-24"},
		{"a leap day", "2028-02-28 to 2028-03-01", "2028-02-28 2028-02-29 2028-03-01"},
		{"a range among dates", "2026-01-01 2026-12-24 TO 2026-12-25 2027-01-01", "2026-01-01 2026-12-24 2026-12-25 2027-01-01"},
		{"twice", "2026-12-25 2026-12-25 2026-12-24 to 2026-12-26", "2026-12-24 2026-12-25 2026-12-26"},
		{"hyphens that do not break", "2026‑12‑25", "2026-12-25"},
		{"blanks that do not break", "2026-12-24\u00a02026-12-25", "2026-12-24 2026-12-25"},
		{"the last day there is", "9999-12-31", "9999-12-31"},
		{"nothing", " \n ", ""},

		{"a word", "christmas", "“christmas” is no date. Write it like 2026-12-25."},
		{"the day first", "25.12.2026", "“25.12.2026” is no date. Write it like 2026-12-25."},
		{"no such day", "2026-02-29", "“2026-02-29” is no date. Write it like 2026-12-25."},
		{"short", "2026-1-5", "“2026-1-5” is no date. Write it like 2026-12-25."},
		{"a range from nothing", "to 2026-12-25", "A range of dates needs two of them, like 2026-12-24 to 2026-12-31."},
		{"a range to nothing", "2026-12-24 to", "A range of dates needs two of them, like 2026-12-24 to 2026-12-31."},
		{"a range to a word", "2026-12-24 to easter", "“easter” is no date. Write it like 2026-12-25."},
		{"a range backwards", "2026-12-31 to 2026-12-24", "2026-12-31 to 2026-12-24 is no range of dates within a year."},
		{"a range of years", "2026-12-24 to 2028-12-24", "2026-12-24 to 2028-12-24 is no range of dates within a year."},
		{"a thousand", thousand, "1000 dates"},
		{"one more", thousand + " 2026-09-27", "There may be at most 1,000 dates."},
	} {
		t.Run(row.name, func(t *testing.T) {
			dates, err := readDates(row.typed)
			got := strings.Join(dates, " ")
			if len(dates) > 100 {
				got = fmt.Sprint(len(dates), " dates")
			}
			if err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("%q is read as %q, want %q", row.typed, got, row.want)
			}
		})
	}
}

func TestOpeningsAsPeopleWriteThem(t *testing.T) {
	for _, row := range []struct{ name, typed, want string }{
		{"our own way", "2026-12-24 09:00–12:00", "2026-12-24 09:00–12:00"},
		{"two spans", "2026-12-24 9-12, 13-14", "2026-12-24 09:00–12:00, 13:00–14:00"},
		{"out of order", "2026-12-31 9-12\n\n 2026-12-24 13-14, 9-12", "2026-12-24 09:00–12:00, 13:00–14:00\n2026-12-31 09:00–12:00"},
		{"a colon", "2026-12-24: 9 to 12", "2026-12-24 09:00–12:00"},
		{"a comma", "2026-12-24, 9-12", "2026-12-24 09:00–12:00"},
		{"from a spreadsheet", "2026-12-24\t9-12\r\n2026-12-31\t9-11", "2026-12-24 09:00–12:00\n2026-12-31 09:00–11:00"},
		{"all day", "2026-12-24 0-24", "2026-12-24 00:00–24:00"},
		{"nothing", "\n \n", ""},

		{"no hours", "2026-12-24", "2026-12-24 needs its hours, like 2026-12-24 09:00–12:00."},
		{"closed", "2026-12-24 closed", "2026-12-24 needs its hours, like 2026-12-24 09:00–12:00."},
		{"no date", "9-12", "“9-12” is no date. Write it like 2026-12-25."},
		{"no such day", "2026-02-30 9-12", "“2026-02-30” is no date. Write it like 2026-12-25."},
		{"backwards", "2026-12-24 12-9", "2026-12-24: “12-9” ends before it begins. Past midnight, write 12:00–24:00 here and 00:00–09:00 on the next day."},
		{"overlapping", "2026-12-24 9-12, 11-14", "2026-12-24: 09:00–12:00 and 11:00–14:00 overlap."},
		{"twice", "2026-12-24 9-12\n2026-12-24 13-14", "2026-12-24 stands there twice. Write all of its hours on one line."},
		{"too many", manyOpenings(1001), "There may be at most 1,000 dates."},
	} {
		t.Run(row.name, func(t *testing.T) {
			openings, err := readOpenings(row.typed)
			got := writeOpenings(openings)
			if err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("%.80q is read as %q, want %q", row.typed, got, row.want)
			}
		})
	}
	if got, err := readOpenings(manyOpenings(1000)); err != nil || len(got) != 1000 {
		t.Errorf("a thousand openings are read as %d, %v", len(got), err)
	}
}

func manyOpenings(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)+" 9-10")
	}
	return strings.Join(lines, "\n")
}

// drawSpans are the hours of one day, in order.
func drawSpans(t *rapid.T, label string, least int) (out []handoff.Span) {
	marks := rapid.SliceOfNDistinct(rapid.IntRange(0, wholeDay), 2*least, 8, rapid.ID).Draw(t, label)
	slices.Sort(marks)
	for i := 0; i+1 < len(marks); i += 2 {
		out = append(out, handoff.Span{From: marks[i], To: marks[i+1]})
	}
	return out
}

// TestHoursAreReadAsWritten: what the form shows of what is stored is read as the same.
func TestHoursAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans := drawSpans(t, "hours", 0)
		if got, err := readSpans(writeSpans(spans)); err != nil || !cmp.Equal(got, spans) {
			t.Fatalf("%v is written %q and read as %v, %v", spans, writeSpans(spans), got, err)
		}
		var openings []handoff.Opening
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 3000), 0, 4, rapid.ID).Draw(t, "days")
		slices.Sort(days)
		for _, day := range days {
			for _, s := range drawSpans(t, "opening", 1) {
				date := time.Date(2024, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				openings = append(openings, handoff.Opening{Date: date, From: writeClock(s.From), To: writeClock(s.To)})
			}
		}
		if got, err := readOpenings(writeOpenings(openings)); err != nil || !cmp.Equal(got, openings) {
			t.Fatalf("%v is written %q and read as %v, %v", openings, writeOpenings(openings), got, err)
		}
	})
}

// FuzzHours: whatever is typed is refused in words, or makes hours that the desk takes and that are shown as they were read.
func FuzzHours(f *testing.F) {
	f.Add("9-12.30, 13:30 – 18", "2026-12-24 to 2026-12-26", "2026-12-24 10:00–12:00")
	f.Add("9am to 5pm and 6pm until 12am", "2026-12-24–2026-12-25, 2027-01-01", "2026-12-24: 0900-1200, 13h-14h30")
	f.Add("24-24", "to", "2026-12-24")
	f.Add("0-0,", "0000-01-01 - 0000-12-31", "9999-12-31\t0-24")
	f.Fuzz(func(t *testing.T, day, closed, open string) {
		w := &handoff.WorkHours{TimeZone: "Europe/Lisbon", Days: map[string][]handoff.Span{}}
		var wrong [3]error
		w.Days["mon"], wrong[0] = readSpans(day)
		w.Closed, wrong[1] = readDates(closed)
		w.Open, wrong[2] = readOpenings(open)
		for i, err := range wrong {
			if err != nil && (strings.TrimSpace(err.Error()) == "" || i == 0 && w.Days["mon"] != nil || i == 1 && w.Closed != nil || i == 2 && w.Open != nil) {
				t.Errorf("refused as %q, and yet read", err)
			}
		}
		if err := w.Validate(); err != nil {
			t.Fatalf("%q, %q and %q make hours that are refused: %v", day, closed, open, err)
		}
		if again, err := readSpans(writeSpans(w.Days["mon"])); err != nil || !slices.Equal(again, w.Days["mon"]) {
			t.Errorf("%q is shown as %q, which is read as %v, %v", day, writeSpans(w.Days["mon"]), again, err)
		}
		if again, err := readDates(strings.Join(w.Closed, "\n")); err != nil || !slices.Equal(again, w.Closed) {
			t.Errorf("%q is shown as %q, which is read as %v, %v", closed, w.Closed, again, err)
		}
		if again, err := readOpenings(writeOpenings(w.Open)); err != nil || !slices.Equal(again, w.Open) {
			t.Errorf("%q is shown as %q, which is read as %v, %v", open, writeOpenings(w.Open), again, err)
		}
	})
}
