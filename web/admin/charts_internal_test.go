package admin

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/docket-handoff/docket/handoff"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than 1 s", 400 * time.Millisecond: "less than 1 s", time.Second: "1 s", 59*time.Second + 600*time.Millisecond: "1 min",
		61 * time.Second: "1 min 1 s", time.Hour: "1 h", 61 * time.Minute: "1 h 1 min", 25 * time.Hour: "1 d 1 h", 7 * 24 * time.Hour: "7 d", -time.Minute: "less than 1 s",
	} {
		if got := strings.ReplaceAll(span(d), "\u00a0", " "); got != want {
			t.Errorf("%s is said as %q, want %q", d, got, want)
		}
	}
}

// TestColumns: whatever was counted, the parts of a day stand on each other inside the picture and are as high as what
// they count.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 366).Draw(t, "days")
		day := time.Date(2024, 1, rapid.IntRange(1, 31).Draw(t, "from"), 0, 0, 0, 0, time.UTC)
		var days []handoff.DayTally
		asked := 0
		for i := range n {
			tally := handoff.Tally{Asked: rapid.IntRange(0, 500).Draw(t, "asked"), Ended: map[handoff.Ending]int{}}
			tally.Joined = rapid.IntRange(0, tally.Asked).Draw(t, "joined")
			tally.Ended[handoff.EndingMissed] = rapid.IntRange(0, tally.Asked).Draw(t, "missed")
			tally.Ended[handoff.EndingWithdrawn] = rapid.IntRange(0, tally.Asked).Draw(t, "withdrawn")
			asked += tally.Asked
			days = append(days, handoff.DayTally{Day: day.AddDate(0, 0, i).Format(time.DateOnly), Tally: tally})
		}
		all := buckets(days)
		c := drawColumns(all)
		if len(c.Columns) != len(all) || len(all) > 92 {
			t.Fatalf("%d days are %d columns of %d", n, len(c.Columns), len(all))
		}
		sum := 0
		for i, b := range all {
			sum += b.Asked
			shares := 0
			for _, p := range b.parts() {
				shares += p.n
			}
			if shares != b.Asked {
				t.Fatalf("%s has %d parts of %d", b.Name, shares, b.Asked)
			}
			y := float64(chartHeight)
			for _, p := range c.Columns[i].Parts {
				if p.Height <= 0 || p.Y < -0.001 || p.X < 0 || p.X+p.Width > float64(c.Width) || math.Abs(p.Y+p.Height-y) > 8 {
					t.Fatalf("%s: %+v is out of place", b.Name, p)
				}
				y = p.Y
			}
		}
		if sum != asked {
			t.Fatalf("%d were asked for, and %d are shown", asked, sum)
		}
	})
}

func TestBars(t *testing.T) {
	got := drawBars("Ratings", "Rating", []bar{{Label: "5 of 5", N: 3}, {Label: "4 of 5", N: 0}, {Label: "3 of 5", N: 1}})
	want := []bar{{Label: "5 of 5", N: 3, Percent: 75, Y: 0, Length: barLength}, {Label: "4 of 5", Y: 40}, {Label: "3 of 5", N: 1, Percent: 25, Y: 80, Length: barLength / 3}}
	if diff := cmp.Diff(want, got.Bars); diff != "" || got.Desc != "5 of 5: 3; 4 of 5: 0; 3 of 5: 1" {
		t.Errorf("%q, -want +got:\n%s", got.Desc, diff)
	}
	drawBars("Nothing", "Nothing", nil) // does not divide by it
}

func TestSpreadPicture(t *testing.T) {
	s := handoff.Spread{Count: 6, Within: map[int]int{30: 2, 40: 1, 600: 1, 7200: 1, 0: 1}}
	var got []int
	for _, b := range drawSpread("", "", s).Bars {
		got = append(got, b.N)
	}
	if diff := cmp.Diff([]int{2, 1, 0, 0, 1, 0, 0, 2}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
