package admin

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// reportFilter is what the address of a report says.
type reportFilter struct {
	From, To       string
	Agent, Channel handoff.ID
}

const usualDays = 30

// reportFilterOf fills in what the address leaves open: the last thirty days, today included.
func reportFilterOf(q url.Values, today time.Time) reportFilter {
	f := reportFilter{From: q.Get("from"), To: q.Get("to"), Agent: handoff.ID(q.Get("agent")), Channel: handoff.ID(q.Get("channel"))}
	if f.To == "" {
		f.To = today.Format(time.DateOnly)
	}
	if to, err := time.Parse(time.DateOnly, f.To); f.From == "" && err == nil {
		f.From = to.AddDate(0, 0, 1-usualDays).Format(time.DateOnly)
	}
	return f
}

func (f reportFilter) query() handoff.ReportQuery {
	return handoff.ReportQuery{From: f.From, To: f.To, Agent: f.Agent, Channel: f.Channel}
}

// dateWords say what is wrong with a date.
const dateWords = "Write a date like 2026-05-31."

// check says beside each field what to mend, in the words of these pages.
func (f reportFilter) check() *form {
	said := &form{}
	from, wrongFrom := time.Parse(time.DateOnly, f.From)
	to, wrongTo := time.Parse(time.DateOnly, f.To)
	if wrongFrom != nil && (f.From != "" || wrongTo == nil) { // without a right end there is no usual beginning
		said.wrong("from", dateWords)
	}
	if wrongTo != nil {
		said.wrong("to", dateWords)
	}
	switch {
	case said.failed():
	case to.Before(from):
		said.wrong("to", "“To” is before “From”.")
	case to.Sub(from) >= handoff.MaxReportDays*24*time.Hour:
		said.wrong("to", fmt.Sprintf("Choose at most %d days.", handoff.MaxReportDays))
	}
	return said
}

// under is a path with this filter.
func (f reportFilter) under(path string) string {
	q := url.Values{"from": {f.From}, "to": {f.To}}
	if f.Agent != "" {
		q.Set("agent", string(f.Agent))
	}
	if f.Channel != "" {
		q.Set("channel", string(f.Channel))
	}
	return path + "?" + q.Encode()
}

// ranges are the usual ranges, each with its address.
func (f reportFilter) ranges(today time.Time) []choice {
	var out []choice
	for _, days := range []int{7, 30, 90, 365} {
		r := f
		r.From, r.To = today.AddDate(0, 0, 1-days).Format(time.DateOnly), today.Format(time.DateOnly)
		out = append(out, choice{Label: fmt.Sprintf("%d days", days), Value: r.under("/admin/reports"), Chosen: r == f})
	}
	return out
}

// choice is one of several things that can be chosen.
type choice struct {
	Value, Label string
	Chosen       bool
}

// report is the page's content.
type report struct {
	Total    figures
	Days     columns
	Rows     []figures // the days or weeks of the picture
	Unit     string    // what a row is: day or week
	Agents   []figures
	Channels []figures
	Pictures []bars
	Refused  bars
}

// figures is a tally in words: a row of a table.
type figures struct {
	Name                        string
	Asked, Refused, Open        int
	Joined, Missed, Withdrawn   string
	JoinHalf, JoinMost          string
	LengthHalf, LengthMean      string
	Rating                      string
	OutsideHours, OtherRefusals int
}

func figuresOf(name string, t handoff.Tally) figures {
	f := figures{
		Name: name, Asked: t.Asked, Open: t.Open(),
		Joined:    of(t.Joined, t.Asked),
		Missed:    of(t.Ended[handoff.EndingMissed], t.Asked),
		Withdrawn: of(t.Ended[handoff.EndingWithdrawn], t.Asked),
		JoinHalf:  within(t.Join, 50), JoinMost: within(t.Join, 90),
		LengthHalf: within(t.Length, 50), LengthMean: "–", Rating: "–",
	}
	if t.Length.Count > 0 {
		f.LengthMean = span(t.Length.Mean())
	}
	for reason, n := range t.Refused {
		f.Refused += n
		switch reason {
		case handoff.OutsideWorkHours, handoff.OnHoliday, handoff.ClosingSoon, handoff.ByOverride:
			f.OutsideHours += n
		default:
			f.OtherRefusals += n
		}
	}
	if n, mean := t.Rated(); n > 0 {
		f.Rating = fmt.Sprintf("%.1f (%d)", mean, n)
	}
	return f
}

func (n names) report(r handoff.Report) report {
	days := buckets(r.Days)
	out := report{Total: figuresOf("All", r.Total), Days: drawColumns(days), Unit: "day"}
	if len(r.Days) >= weeksBeyond {
		out.Unit = "week"
	}
	out.Days.Title = "Handoffs by " + out.Unit
	out.Days.Desc = fmt.Sprintf("%d handoffs in %d columns, at most %d in one. Each column is split into those joined, missed, taken back and still waiting; the table has the figures.", r.Total.Asked, len(days), out.Days.Highest)
	for _, d := range days {
		out.Rows = append(out.Rows, figuresOf(d.Name, d.Tally))
	}
	for _, a := range r.Agents {
		out.Agents = append(out.Agents, figuresOf(n.agent(a.Agent), a.Tally))
	}
	for _, c := range r.Channels {
		out.Channels = append(out.Channels, figuresOf(n.channel(c.Channel), c.Tally))
	}
	out.Pictures = []bars{
		drawBars("How they ended", "Ending", endingLines(r.Total)),
		drawSpread("Time until somebody joined", "Time", r.Total.Join),
		drawSpread("Length, from the first join to the end", "Length", r.Total.Length),
		drawBars("Ratings", "Rating", ratingLines(r.Total)),
	}
	out.Refused = drawBars("Wishes that could not be met", "Why", refusalLines(r.Total))
	return out
}

func endingLines(t handoff.Tally) []bar {
	var lines []bar
	for _, ending := range handoff.Endings {
		if n := t.Ended[ending]; n > 0 || ending != handoff.EndingErased && ending != handoff.EndingElsewhere {
			lines = append(lines, bar{Label: endingWords[ending], N: n})
		}
	}
	return append(lines, bar{Label: "Still under way", N: t.Open()})
}

func ratingLines(t handoff.Tally) []bar {
	var lines []bar
	for i := len(t.Ratings) - 1; i >= 0; i-- {
		lines = append(lines, bar{Label: stars(i + 1), N: t.Ratings[i]})
	}
	return lines
}

func refusalLines(t handoff.Tally) []bar {
	var lines []bar
	for _, reason := range refusals {
		lines = append(lines, bar{Label: refusalWords[reason], N: t.Refused[reason]})
	}
	return lines
}

// reportHead names the columns of a report's file.
var reportHead = []string{
	"day", "agent", "channel", "asked", "joined", "still_under_way", "ended_by_specialist", "ended_by_visitor", "ended_by_agent", "handed_back",
	"idle", "channel_lost", "missed", "withdrawn", "erased", "joined_elsewhere", "refused_outside_hours", "refused_otherwise", "join_half_within_seconds", "join_90_percent_within_seconds",
	"join_mean_seconds", "length_half_within_seconds", "length_mean_seconds", "ratings", "rating_mean",
}

// reportRow is a day as a row of that file. What is not known is empty.
func reportRow(day, agent, channel string, t handoff.Tally) []string {
	f := figuresOf("", t)
	row := []string{day, agent, channel, strconv.Itoa(t.Asked), strconv.Itoa(t.Joined), strconv.Itoa(t.Open())}
	for _, ending := range handoff.Endings {
		row = append(row, strconv.Itoa(t.Ended[ending]))
	}
	row = append(row, strconv.Itoa(f.OutsideHours), strconv.Itoa(f.OtherRefusals), shareSeconds(t.Join, 50), shareSeconds(t.Join, 90), meanSeconds(t.Join), shareSeconds(t.Length, 50), meanSeconds(t.Length))
	n, mean := t.Rated()
	if n == 0 {
		return append(row, "0", "")
	}
	return append(row, strconv.Itoa(n), strconv.FormatFloat(mean, 'f', 2, 64))
}

func shareSeconds(s handoff.Spread, percent int) string {
	if d, known := s.Share(percent); known {
		return strconv.Itoa(int(d.Seconds()))
	}
	return ""
}

func meanSeconds(s handoff.Spread) string {
	if s.Count == 0 {
		return ""
	}
	return strconv.Itoa(int(s.Mean().Seconds()))
}

// figureTable is a table of figures, whose lines are days, agents or channels.
type figureTable struct {
	Head string
	Rows []figures
}
