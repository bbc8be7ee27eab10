package admin

import (
	"fmt"
	"strconv"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// span says how long something took, in at most two units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	days, hours, minutes, seconds := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case d < time.Second:
		return "less than 1 s"
	case days > 0:
		return units(days, "d", hours, "h")
	case hours > 0:
		return units(hours, "h", minutes, "min")
	case minutes > 0:
		return units(minutes, "min", seconds, "s")
	}
	return units(seconds, "s", 0, "")
}

func units(n int, unit string, more int, smaller string) string {
	if more == 0 {
		return fmt.Sprintf("%d\u00a0%s", n, unit)
	}
	return fmt.Sprintf("%d\u00a0%s %d\u00a0%s", n, unit, more, smaller)
}

// within says a share of a spread, which is known as a bound.
func within(s handoff.Spread, percent int) string {
	d, known := s.Share(percent)
	switch {
	case s.Count == 0:
		return "–"
	case !known:
		return "more than 7\u00a0d"
	}
	return span(d)
}

// of says a part with its percentage, such as "9 (75 %)".
func of(part, whole int) string {
	if whole == 0 {
		return strconv.Itoa(part)
	}
	return fmt.Sprintf("%d (%d\u00a0%%)", part, (part*100+whole/2)/whole)
}

var endingWords = map[handoff.Ending]string{
	handoff.EndingSpecialist: "The specialist ended it",
	handoff.EndingVisitor:    "The visitor ended it",
	handoff.EndingAgent:      "The agent ended it",
	handoff.EndingHandedBack: "Handed back to the agent",
	handoff.EndingIdle:       "Both fell silent",
	handoff.EndingLost:       "The channel was lost",
	handoff.EndingMissed:     "Nobody came",
	handoff.EndingWithdrawn:  "Taken back while waiting",
	handoff.EndingErased:     "The visitor was erased",
	handoff.EndingElsewhere:  "Another channel had it",
}

var endWords = map[handoff.EndReason]string{
	handoff.EndedBySpecialist: "The specialist ended it",
	handoff.EndedByVisitor:    "The visitor ended it",
	handoff.EndedByAgent:      "The agent ended it",
	handoff.EndedHandedBack:   "Handed back to the agent",
	handoff.EndedIdle:         "Both fell silent",
	handoff.EndedChannelLost:  "The channel was lost",
	handoff.EndedNobodyCame:   "Nobody came",
}

var refusalWords = map[handoff.UnavailableBy]string{
	handoff.OutsideWorkHours: "Outside work hours",
	handoff.OnHoliday:        "On a closed date",
	handoff.ClosingSoon:      "Shortly before closing",
	handoff.ByOverride:       "Set to closed by hand",
	handoff.HandoffDisabled:  "Human Handoff is off",
	handoff.NoChannel:        "No connected channel is chosen",
}

// refusals lists the reasons in the order in which reports show them.
var refusals = []handoff.UnavailableBy{handoff.OutsideWorkHours, handoff.OnHoliday, handoff.ClosingSoon, handoff.ByOverride, handoff.HandoffDisabled, handoff.NoChannel}

// grouped writes a number below a million as people read it, such as 8,000.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
