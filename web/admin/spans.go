package admin

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/docket-handoff/docket/handoff"
)

// Hours are typed as people write them: "9-12.30, 13:30 – 18", "9am to 5pm". What is stored is shown again in one way of writing.

var (
	spanParts = regexp.MustCompile(`(?i)\s*[,;\n]\s*|\s+and\s+`)
	spanForm  = regexp.MustCompile(`(?i)^(.+?)\s*(?:-|\bto\b|\buntil\b)\s*(.+)$`)
	clockForm = regexp.MustCompile(`(?i)^(\d{1,2})(?:[:.h]?(\d{2})|h)?\s*(a\.?m\.?|p\.?m\.?)?$`)
	bareHour  = regexp.MustCompile(`^[1-9][\d:.h]*$`) // of the morning or of the afternoon
	afternoon = regexp.MustCompile(`(?i)p\.?m\.?$`)
	dateParts = regexp.MustCompile(`[\s,;]+`)
	dateRange = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})\s*-\s*(\d{4}-)`)
)

// plain puts the blank and the hyphen of the keyboard in the place of those that other programs write.
func plain(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Pd, r), r == '\u2212': // all kinds of dashes, and the minus sign
			return '-'
		}
		return r
	}, typed)
}

const (
	halfDay  = 12 * 60
	wholeDay = 24 * 60 // minutes
)

// readSpans reads the hours of a day. Nothing, or "closed", is none.
func readSpans(typed string) ([]handoff.Span, error) {
	typed = strings.TrimSpace(plain(typed))
	if typed == "" || strings.EqualFold(typed, "closed") || typed == "-" {
		return nil, nil
	}
	var out []handoff.Span
	for _, part := range spanParts.Split(typed, -1) {
		if part == "" {
			continue
		}
		match := spanForm.FindStringSubmatch(part)
		if match == nil {
			return nil, fmt.Errorf("“%s” is no span of hours. Write it like 09:00–17:30.", part)
		}
		from, err := readClock(match[1])
		if err != nil {
			return nil, err
		}
		to, err := readClock(match[2])
		if err != nil {
			return nil, err
		}
		if to == 0 {
			to = wholeDay // until midnight
		}
		switch {
		case bareHour.MatchString(match[1]) && afternoon.MatchString(match[2]) && from+halfDay < to:
			return nil, fmt.Errorf("“%s” can be read in two ways. Write %s–%s or %s–%s.", part, writeClock(from), writeClock(to), writeClock(from+halfDay), writeClock(to))
		case from == wholeDay:
			return nil, fmt.Errorf("“%s” begins when the day is over. Write it on the next day, from 00:00.", part)
		case to <= from:
			return nil, fmt.Errorf("“%s” ends before it begins. Past midnight, write %s–24:00 here and 00:00–%s on the next day.", part, writeClock(from), writeClock(to))
		}
		out = append(out, handoff.Span{From: from, To: to})
	}
	slices.SortFunc(out, func(a, b handoff.Span) int { return a.From - b.From })
	for i := 1; i < len(out); i++ {
		if out[i].From < out[i-1].To {
			return nil, fmt.Errorf("%s and %s overlap.", writeSpan(out[i-1]), writeSpan(out[i]))
		}
	}
	return out, nil
}

// readClock reads a time of day as minutes after midnight.
func readClock(typed string) (int, error) {
	match := clockForm.FindStringSubmatch(strings.TrimSpace(typed))
	if match == nil {
		return 0, fmt.Errorf("“%s” is no time of day. Write it like 09:00.", typed)
	}
	hour, _ := strconv.Atoi(match[1])
	minute := 0
	if match[2] != "" {
		minute, _ = strconv.Atoi(match[2])
	}
	minutes := hour*60 + minute
	if half := strings.ReplaceAll(strings.ToLower(match[3]), ".", ""); half != "" {
		if hour < 1 || hour > 12 {
			return 0, fmt.Errorf("“%s” is no time of day. Write it like 9am or 09:00.", typed)
		}
		minutes = hour%12*60 + minute
		if half == "pm" {
			minutes += halfDay
		}
	}
	if minute > 59 || minutes > wholeDay {
		return 0, fmt.Errorf("“%s” is no time of day. Write 00:00 to 24:00.", typed)
	}
	return minutes, nil
}

func writeClock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func writeSpan(s handoff.Span) string { return writeClock(s.From) + "–" + writeClock(s.To) }

func writeSpans(spans []handoff.Span) string {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b handoff.Span) int { return a.From - b.From })
	var out []string
	for _, s := range sorted {
		out = append(out, writeSpan(s))
	}
	return strings.Join(out, ", ")
}

const maxDates = 1000 // closed dates, or special openings

// readDates reads dates, and ranges of them such as "2026-12-24 to 2026-12-31", in order and each once.
func readDates(typed string) ([]string, error) {
	typed = dateRange.ReplaceAllString(plain(typed), "$1 - $2")
	words := slices.DeleteFunc(dateParts.Split(typed, -1), func(w string) bool { return w == "" })
	dates := map[string]bool{}
	for i := 0; i < len(words); i++ {
		if len(dates) > maxDates {
			break
		}
		if strings.EqualFold(words[i], "to") || strings.EqualFold(words[i], "until") || words[i] == "-" {
			if i == 0 || i+1 == len(words) {
				return nil, errors.New("A range of dates needs two of them, like 2026-12-24 to 2026-12-31.")
			}
			from, err := readDate(words[i-1])
			if err != nil {
				return nil, err
			}
			to, err := readDate(words[i+1])
			if err != nil {
				return nil, err
			}
			if to.Before(from) || to.Sub(from) > 366*24*time.Hour {
				return nil, fmt.Errorf("%s to %s is no range of dates within a year.", words[i-1], words[i+1])
			}
			for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
				dates[d.Format(time.DateOnly)] = true
			}
			i++
			continue
		}
		date, err := readDate(words[i])
		if err != nil {
			return nil, err
		}
		dates[date.Format(time.DateOnly)] = true
	}
	if len(dates) > maxDates {
		return nil, errors.New("There may be at most 1,000 dates.")
	}
	return slices.Sorted(maps.Keys(dates)), nil
}

func readDate(typed string) (time.Time, error) {
	date, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return date, fmt.Errorf("“%s” is no date. Write it like 2026-12-25.", typed)
	}
	return date, nil
}

// readOpenings reads one date a line with its hours, such as "2026-12-24 09:00–12:00".
func readOpenings(typed string) ([]handoff.Opening, error) {
	hours := map[string][]handoff.Span{}
	for line := range strings.Lines(plain(typed)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		date, rest, _ := strings.Cut(line, " ")
		date = strings.TrimRight(date, ":,;")
		if _, err := readDate(date); err != nil {
			return nil, err
		}
		spans, err := readSpans(strings.TrimSpace(rest))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", date, err)
		}
		if len(spans) == 0 {
			return nil, fmt.Errorf("%s needs its hours, like %s 09:00–12:00.", date, date)
		}
		if hours[date] != nil {
			return nil, fmt.Errorf("%s stands there twice. Write all of its hours on one line.", date)
		}
		hours[date] = spans
		if len(hours) > maxDates {
			return nil, errors.New("There may be at most 1,000 dates.")
		}
	}
	var out []handoff.Opening
	for date, spans := range hours {
		for _, s := range spans {
			out = append(out, handoff.Opening{Date: date, From: writeClock(s.From), To: writeClock(s.To)})
		}
	}
	slices.SortFunc(out, func(a, b handoff.Opening) int { return strings.Compare(a.Date+a.From, b.Date+b.From) })
	return out, nil
}

func writeOpenings(openings []handoff.Opening) string {
	sorted := slices.SortedFunc(slices.Values(openings), func(a, b handoff.Opening) int { return strings.Compare(a.Date+a.From, b.Date+b.From) })
	var lines []string
	for i, o := range sorted {
		span := o.From + "–" + o.To
		if i > 0 && sorted[i-1].Date == o.Date {
			lines[len(lines)-1] += ", " + span
			continue
		}
		lines = append(lines, o.Date+" "+span)
	}
	return strings.Join(lines, "\n")
}
