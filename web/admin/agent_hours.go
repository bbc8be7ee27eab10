package admin

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

var hoursTab = agentTab{
	file: "agent_hours.html", title: "Work hours", path: "/hours",
	fields: slices.Concat(
		[]labelled{{"when", "When handoffs may start"}, {"time_zone", "Time zone"}}, weekDays,
		[]labelled{{"stop", "Stop before closing"}, {"closed", "Closed dates"}, {"open", "Special openings"}},
	),
}

func init() {
	hoursTab.read, hoursTab.write, hoursTab.around = readHours, writeHours, (*visit).aroundHours
	hoursTab.says, hoursTab.confirm = saysHours, confirmHours
}

func (v *visit) hoursTab() error     { return v.showTab(&hoursTab) }
func (v *visit) saveHoursTab() error { return v.saveTab(&hoursTab) }

// lookAtHours shows the form as it was typed, with another week or with the answer for a moment. Nothing is stored.
func (v *visit) lookAtHours() error {
	stored, edited, f, err := v.typed(&hoursTab)
	if err != nil {
		return err
	}
	return v.showAgent(&hoursTab, agentView{Agent: stored, Typed: edited, Form: f, Tried: f.Value("ask") != ""})
}

// weekDays are the days in the order of a week's picture, by their names in handoff.WorkHours.Days.
var weekDays = []labelled{
	{"mon", "Monday"}, {"tue", "Tuesday"}, {"wed", "Wednesday"}, {"thu", "Thursday"}, {"fri", "Friday"}, {"sat", "Saturday"}, {"sun", "Sunday"},
}

// When handoffs may start, as the form's choice says it.
const (
	anyTime      = "any"
	inTheHours   = "hours"
	openAlways   = handoff.OverrideOpen
	closedAlways = handoff.OverrideClosed
)

func readHours(a handoff.Agent) url.Values {
	w := a.Handoff.WorkHours
	if w == nil {
		return url.Values{"when": {anyTime}}
	}
	values := url.Values{
		"when": {inTheHours}, "time_zone": {w.TimeZone}, "stop": {strconv.Itoa(w.StopBeforeCloseMinutes)},
		"closed": {strings.Join(w.Closed, "\n")}, "open": {writeOpenings(w.Open)},
	}
	if w.Override != "" {
		values.Set("when", w.Override)
	}
	for _, day := range weekDays {
		values.Set(day.Field, writeSpans(w.Days[day.Field]))
	}
	return values
}

func saysHours(_ *visit, field string, values []string) string {
	said := strings.Join(values, "")
	switch field {
	case "when":
		return map[string]string{
			anyTime: "At any time", inTheHours: "In the hours", openAlways: "Open until further notice", closedAlways: "Closed until further notice",
		}[said]
	case "stop":
		return cmp.Or(said, "0") + " min"
	case "time_zone":
		return ""
	}
	return cmp.Or(said, "none")
}

func writeHours(_ *visit, f *form, a *handoff.Agent) {
	when := f.Value("when")
	if when == anyTime {
		if a.Handoff.WorkHours == nil && f.hasHours() { // where some are stored, confirmHours asks
			f.wrong("when", "You have written hours, but “At any time” keeps none. Choose “In the hours below”, or empty the hours.")
		}
		a.Handoff.WorkHours = nil
		return
	}
	w := &handoff.WorkHours{TimeZone: zoneNamed(f.text("time_zone")), Days: map[string][]handoff.Span{}}
	switch when {
	case openAlways, closedAlways:
		w.Override = when
		if w.TimeZone == "" {
			w.TimeZone = "UTC"
		}
	case inTheHours:
	default:
		f.wrong("when", "Choose when handoffs may start.")
	}
	if w.TimeZone == "" {
		f.wrong("time_zone", "Say in which time zone these hours are, such as Europe/Lisbon.")
	} else if (&handoff.WorkHours{TimeZone: w.TimeZone}).Validate() != nil {
		f.wrong("time_zone", "This is no time zone. Write it like Europe/Lisbon or America/New_York.")
	}
	var above []handoff.Span
	for _, day := range weekDays {
		spans, err := readSpans(f.text(day.Field))
		if strings.EqualFold(f.text(day.Field), "same") {
			spans, err = above, nil
		}
		if err != nil {
			f.wrong(day.Field, day.Label+": "+err.Error())
		} else if len(spans) > 0 {
			w.Days[day.Field] = spans
		}
		above = spans
	}
	w.StopBeforeCloseMinutes = f.wholeMinutes("stop", 24*60)
	var err error
	if w.Closed, err = readDates(f.text("closed")); err != nil {
		f.wrong("closed", err.Error())
	}
	if w.Open, err = readOpenings(f.text("open")); err != nil {
		f.wrong("open", err.Error())
	}
	if len(f.Errors) == 0 && w.Override == "" && len(w.Days) == 0 && len(w.Open) == 0 {
		f.wrong("mon", "With these hours it would never be open. Fill in a day, or choose closed until further notice.")
	}
	a.Handoff.WorkHours = w
}

// hasHours says whether hours or dates were typed, whatever they are.
func (f *form) hasHours() bool {
	fields := append([]labelled{{Field: "closed"}, {Field: "open"}}, weekDays...)
	return slices.ContainsFunc(fields, func(field labelled) bool { return f.text(field.Field) != "" })
}

// confirmHours asks once more before hours are thrown away.
func confirmHours(f *form, stored, edited handoff.Agent) {
	if stored.Handoff.WorkHours != nil && edited.Handoff.WorkHours == nil && f.Value("forget") != onValue {
		f.wrong("when", "This forgets the hours below. To keep them, choose open until further notice; to forget them, save once more.")
		f.values.Set("forget", onValue)
	}
}

// wholeMinutes reads a field of minutes; an empty one is 0.
func (f *form) wholeMinutes(name string, most int) int {
	if f.text(name) == "" {
		return 0
	}
	n, err := strconv.Atoi(f.text(name))
	if err != nil || n < 0 || n > most {
		f.wrong(name, fmt.Sprintf("Write a whole number of minutes from 0 to %d.", most))
		return 0
	}
	return n
}

// hoursMore is what stands around the form.
type hoursMore struct {
	Days   []labelled
	Week   *weekPicture // nil: what was typed makes no week
	At     string       // the moment that is asked about, as datetime-local writes it
	Answer *answer      // nil: nothing was asked
	Zone   string
}

// answer says whether a handoff at a moment would start.
type answer struct {
	At      string
	Yes     bool
	Shifted string // why it is not the moment that was asked about; empty: it is
	Because []string
}

func (v *visit) aroundHours(view *agentView) (any, error) {
	f, more := view.Form, hoursMore{Days: weekDays}
	zone := view.Agent.Zone()
	if len(f.Errors) == 0 {
		zone = view.Typed.Zone()
	}
	now := v.now().In(zone)
	more.Zone, more.At = zone.String(), cmp.Or(f.Value("at"), now.Format(localTime))
	if len(f.Errors) > 0 {
		return more, nil
	}
	shown := now
	if asked, err := time.ParseInLocation(time.DateOnly, f.Value("week"), zone); err == nil {
		shown = asked.Add(12 * time.Hour)
	}
	if asks, _ := view.Tried.(bool); asks {
		at, skipped, err := onTheWall(more.At, zone)
		if err != nil {
			f.wrong("at", "Write a date and a time, like 2026-12-24T17:30.")
		} else {
			shown = at
			if more.Answer, err = v.wouldFire(view.Typed, at); err != nil {
				return nil, err
			}
			if skipped != "" {
				more.Answer.Shifted = skipped + " does not exist on that day, because the clocks go forward; this is the answer for " + at.Format("15:04") + "."
			}
		}
	}
	more.Week = drawWeek(view.Typed.Handoff.WorkHours.Week(shown), shown, now)
	return more, nil
}

const localTime = "2006-01-02T15:04" // what <input type=datetime-local> sends

// onTheWall reads a moment as the clocks of a zone show it. One that they skip is as long after the skip as it would have been; then
// skipped is the time of day that there is not.
func onTheWall(typed string, zone *time.Location) (at time.Time, skipped string, err error) {
	meant, err := time.Parse(localTime, typed)
	if err != nil {
		return at, "", err
	}
	at = time.Date(meant.Year(), meant.Month(), meant.Day(), meant.Hour(), meant.Minute(), 0, 0, zone)
	wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	if wall.Equal(meant) {
		return at, "", nil
	}
	if wall.Before(meant) { // the package time may take either side of the skip
		at = at.Add(meant.Sub(wall))
	}
	return at, meant.Format("15:04"), nil
}

// smallWords stand in small letters within the names of zones, such as America/Port_of_Spain.
var smallWords = []string{"and", "au", "da", "es", "in", "of"}

// zoneNamed is the zone's name as it is spelt in the database of zones, when what was typed differs from it by capitals alone; otherwise
// it is what was typed.
func zoneNamed(typed string) string {
	words := strings.Builder{}
	word := ""
	finish := func() {
		if word != "" && !slices.Contains(smallWords, word) {
			word = capital(word)
		}
		words.WriteString(word)
		word = ""
	}
	for _, r := range strings.ToLower(typed) {
		if r == '/' || r == '_' || r == '-' {
			finish()
			words.WriteRune(r)
		} else {
			word += string(r)
		}
	}
	finish()
	for _, name := range []string{typed, words.String(), strings.ToUpper(typed)} {
		if _, err := time.LoadLocation(name); err == nil {
			return name
		}
	}
	return typed
}

func (v *visit) wouldFire(a handoff.Agent, at time.Time) (*answer, error) {
	said, err := v.desk.Consider(v.ctx(), a, at)
	if err != nil {
		return nil, err
	}
	out := &answer{At: at.Format("Monday 2 January 2006, 15:04"), Yes: said.Available, Because: said.Because}
	switch said.Reason {
	case handoff.HandoffDisabled, handoff.NoChannel: // the hours are what this page is about
		out.Because = slices.Concat(out.Because, a.Handoff.WorkHours.At(at).Because)
	}
	return out, nil
}
