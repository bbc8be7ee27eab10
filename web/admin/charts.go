package admin

import (
	"fmt"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// columns is a picture of days: one column each, made of parts that stand on each other. It has no words in it: what it says
// is in its title, its description and the table beneath.
type columns struct {
	Title, Desc   string
	Width, Height int // in the picture's own units, stretched to the page
	Columns       []column
	First, Last   string // what stands under the ends
	Highest       int
}

type column struct {
	Title string // what a pointer that rests on it reads
	Parts []part
}

// part is a rectangle; its Kind is its pattern.
type part struct {
	Kind                string
	X, Y, Width, Height float64
}

// The parts of a day, from below.
const (
	partJoined    = "joined"
	partMissed    = "missed"
	partWithdrawn = "withdrawn"
	partOpen      = "open"
)

const (
	columnUnit   = 12
	columnGap    = 2
	chartHeight  = 200
	weeksBeyond  = 93 // days, from which on a column is a week
	daysOfAWeek  = 7
	shortestPart = 1.5 // so that one among hundreds is seen
)

// drawColumns draws the days of a report, or its weeks where there are many days.
func drawColumns(days []bucket) columns {
	c := columns{Width: max(1, len(days)) * columnUnit, Height: chartHeight}
	sum := handoff.Tally{}
	for _, d := range days {
		c.Highest = max(c.Highest, d.Asked)
		sum.Asked += d.Asked
	}
	for i, d := range days {
		col := column{Title: d.say()}
		y := float64(chartHeight)
		for _, p := range d.parts() {
			if p.n == 0 {
				continue
			}
			h := max(float64(p.n)/float64(c.Highest)*chartHeight, shortestPart)
			y -= h
			col.Parts = append(col.Parts, part{Kind: p.kind, X: float64(i*columnUnit) + columnGap/2, Y: max(y, 0), Width: columnUnit - columnGap, Height: h})
		}
		c.Columns = append(c.Columns, col)
	}
	if len(days) > 0 {
		c.First, c.Last = days[0].Name, days[len(days)-1].Name
	}
	return c
}

// bucket is a column's day or week.
type bucket struct {
	Name string
	handoff.Tally
}

type share struct {
	kind string
	n    int
}

// parts splits what was asked for by what became of it. A handoff that was left and then missed was joined nevertheless.
func (b bucket) parts() []share {
	rest := b.Asked
	take := func(kind string, n int) share {
		n = min(n, rest)
		rest -= n
		return share{kind, n}
	}
	return []share{
		take(partJoined, b.Joined), take(partMissed, b.Ended[handoff.EndingMissed]),
		take(partWithdrawn, b.Ended[handoff.EndingWithdrawn]+b.Ended[handoff.EndingErased]+b.Ended[handoff.EndingElsewhere]),
		take(partOpen, rest),
	}
}

func (b bucket) say() string {
	p := b.parts()
	return fmt.Sprintf("%s: %d asked for; %d joined, %d missed, %d taken back, %d waiting", b.Name, b.Asked, p[0].n, p[1].n, p[2].n, p[3].n)
}

// buckets makes the days of a report to columns.
func buckets(days []handoff.DayTally) []bucket {
	var out []bucket
	for i, d := range days {
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue // the report names no other days
		}
		switch {
		case len(days) < weeksBeyond:
			out = append(out, bucket{Name: day.Format("Mon 2 Jan 2006"), Tally: d.Tally})
		case i == 0 || day.Weekday() == time.Monday:
			out = append(out, bucket{Name: "from " + day.Format("2 Jan 2006"), Tally: d.Tally})
		default:
			out[len(out)-1].Tally = handoff.Sum(out[len(out)-1].Tally, d.Tally)
		}
	}
	return out
}

// bars is a picture of a list: one bar for each line.
type bars struct {
	Title, Desc string
	Head        string // what the lines are, for the table's head
	Height      int
	Sum         int
	Bars        []bar
}

type bar struct {
	Label   string
	N       int
	Percent int
	Y       int     // of the line's upper edge
	Length  float64 // in the picture's own units
}

const (
	barLine   = 40
	barLength = 270.0 // the number stands behind the longest
)

// drawBars draws lines, each beside the sum of all.
func drawBars(title, head string, lines []bar) bars {
	b := bars{Title: title, Head: head, Bars: lines, Height: len(lines) * barLine}
	longest := 0
	for _, l := range lines {
		longest = max(longest, l.N)
		b.Sum += l.N
	}
	for i := range lines {
		l := &lines[i]
		l.Y = i * barLine
		if l.N > 0 {
			l.Length = max(float64(l.N)/float64(longest)*barLength, 2)
			l.Percent = (l.N*100 + b.Sum/2) / b.Sum
		}
		if i > 0 {
			b.Desc += "; "
		}
		b.Desc += fmt.Sprintf("%s: %d", l.Label, l.N)
	}
	return b
}

// spreadSteps are the bounds that a picture of a spread has lines for.
var spreadSteps = []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// drawSpread draws how many lie between one step and the next.
func drawSpread(title, head string, s handoff.Spread) bars {
	lines := []bar{{Label: "within " + span(spreadSteps[0])}}
	for i, step := range spreadSteps[1:] {
		lines = append(lines, bar{Label: "over " + span(spreadSteps[i]) + " to " + span(step)})
	}
	lines = append(lines, bar{Label: "over " + span(spreadSteps[len(spreadSteps)-1])})
	for bound, n := range s.Within {
		i := 0
		for i < len(spreadSteps) && (bound == 0 || time.Duration(bound)*time.Second > spreadSteps[i]) {
			i++
		}
		lines[i].N += n
	}
	return drawBars(title, head, lines)
}

// legend names the parts of a column.
var legend = []choice{{Value: partJoined, Label: "joined"}, {Value: partMissed, Label: "missed"}, {Value: partWithdrawn, Label: "taken back"}, {Value: partOpen, Label: "still waiting"}}
