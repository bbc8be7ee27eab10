package admin

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/docket-handoff/docket/agent"
	"github.com/docket-handoff/docket/handoff"
)

var handoffTab = agentTab{
	file: "agent_handoff.html", title: "Human Handoff",
	fields: []labelled{
		{"name", "Name"}, {"enabled", "Human Handoff"}, {"instruction", "Instruction"}, {"channels", "Channels"},
		{"wait", "Waiting time"}, {"remind", "Reminders"}, {"fallbacks", "Fallback channels"}, {"idle", "Silence that ends it"},
	},
}

// The functions are joined in init because the tab is among the tabs that they show.
func init() {
	handoffTab.read, handoffTab.write, handoffTab.around, handoffTab.says = readHandoff, writeHandoff, (*visit).aroundHandoff, saysHandoff
}

func (v *visit) handoffTab() error     { return v.showTab(&handoffTab) }
func (v *visit) saveHandoffTab() error { return v.saveTab(&handoffTab) }

// examples are Instructions to begin with.
var examples = []string{
	"Hand off when the visitor asks about pricing for more than 50 seats, about a discount, or about a contract.",
	"Hand off when the visitor wants a demo or a trial, mentions a competitor, or asks for a call.",
	"Hand off when the visitor mentions a refund, a data breach, a complaint, or the GDPR.",
}

const (
	maxMinutes = 7 * 24 * 60 // of any of the waits
	onValue    = "on"        // of a box that is ticked
)

func readHandoff(a handoff.Agent) url.Values {
	p := a.Handoff
	values := url.Values{
		"name": {a.Name}, "instruction": {p.Instruction}, "channels": ids(p.Channels), "fallbacks": ids(p.FallbackChannels),
		"wait": {minutesOf(p.WaitSeconds)}, "remind": {minutesOf(p.RemindSeconds)}, "idle": {minutesOf(p.IdleSeconds)},
	}
	if p.Enabled {
		values.Set("enabled", onValue)
	}
	return values
}

func writeHandoff(v *visit, f *form, a *handoff.Agent) {
	a.Name = f.text("name")
	checkName(f, a.Name)
	p := &a.Handoff
	p.Enabled = f.Value("enabled") == onValue
	p.Instruction = f.text("instruction")
	if n := utf8.RuneCountInString(p.Instruction); n > handoff.MaxInstruction {
		f.wrong("instruction", fmt.Sprintf("An Instruction has at most %s characters; this one has %d.", grouped(handoff.MaxInstruction), n))
	}
	p.Channels = v.chosen(f, "channels", p.Channels)
	p.FallbackChannels = v.chosen(f, "fallbacks", p.FallbackChannels)
	p.WaitSeconds = f.minutes("wait")
	p.RemindSeconds = f.minutes("remind")
	p.IdleSeconds = f.minutes("idle")
	for _, id := range p.FallbackChannels {
		if slices.Contains(p.Channels, id) {
			f.wrong("fallbacks", "A fallback channel is asked after the others. "+v.channelName(id)+" is among the first ones already.")
			break
		}
	}
}

func saysHandoff(v *visit, field string, values []string) string {
	switch field {
	case "enabled":
		return onOff(values)
	case "channels", "fallbacks":
		var names []string
		for _, id := range values {
			names = append(names, v.channelName(handoff.ID(id)))
		}
		return cmp.Or(strings.Join(names, ", "), "none")
	case "wait", "remind", "idle":
		if minutes := strings.Join(values, ""); minutes != "" {
			return minutes + " min"
		}
		return map[string]string{"wait": usually(handoff.DefaultWait), "remind": "none", "idle": usually(handoff.DefaultIdle)}[field]
	}
	return ""
}

// usually says what counts where a field of minutes is empty.
func usually(wait time.Duration) string {
	return strconv.Itoa(int(wait/time.Minute)) + " min, as usual"
}

// ids are a field's values.
func ids(list []handoff.ID) []string {
	var out []string
	for _, id := range list {
		out = append(out, string(id))
	}
	return out
}

// chosen are the channels whose boxes are ticked: those that were chosen before keep their order.
func (v *visit) chosen(f *form, name string, before []handoff.ID) []handoff.ID {
	ticked := f.Values(name)
	out := slices.DeleteFunc(slices.Clone(before), func(id handoff.ID) bool { return !slices.Contains(ticked, string(id)) })
	for _, value := range ticked {
		id := handoff.ID(value)
		if _, err := v.desk.Channel(v.ctx(), id); err != nil {
			f.wrong(name, "One of these channels does not exist any more. Choose again.")
			break
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (v *visit) channelName(id handoff.ID) string {
	c, err := v.desk.Channel(v.ctx(), id)
	if err != nil {
		return string(id)
	}
	return c.Title()
}

// minutesOf writes seconds as people set them: in minutes, empty for the default.
func minutesOf(seconds int) string {
	if seconds == 0 {
		return ""
	}
	return strconv.FormatFloat(math.Round(float64(seconds)/60*10000)/10000, 'f', -1, 64)
}

// minutes reads a field of minutes as seconds; an empty one is 0.
func (f *form) minutes(name string) int {
	typed := strings.ReplaceAll(f.text(name), ",", ".")
	if typed == "" {
		return 0
	}
	n, err := strconv.ParseFloat(typed, 64)
	seconds := math.Round(n * 60)
	if err != nil || math.IsNaN(n) || seconds < 1 || n > maxMinutes { // no seconds at all would mean the default, which nobody wants who types 0
		f.wrong(name, "Write a number of minutes above 0, at most 10080 (a week), or leave it empty.")
		return 0
	}
	return int(seconds)
}

// handoffMore is what stands around the form.
type handoffMore struct {
	Channels  []channelBox
	Fallbacks []channelBox
	Examples  []string
	Named     []string // what the built-in agent takes from the Instruction
	Quotes    bool     // it takes nothing else, because these stand in quotes
	Wait      int      // minutes that count where the field is empty
	Idle      int
	Recent    []recent // conversations to try the Instruction on
}

// channelBox is a channel with its box.
type channelBox struct {
	channelView
	Ticked bool
}

// boxes is a list of channels to tick, for the template "boxes".
type boxes struct {
	field
	Boxes []channelBox
}

func newBoxes(f *form, name, label, hint string, channels []channelBox) boxes {
	return boxes{newField(f, name, label, hint, "checkbox"), channels}
}

func (v *visit) aroundHandoff(view *agentView) (any, error) {
	f := view.Form
	more := handoffMore{
		Examples: examples, Named: agent.Named(f.Value("instruction")), Quotes: agent.Quotes(f.Value("instruction")),
		Wait: int(handoff.DefaultWait / time.Minute), Idle: int(handoff.DefaultIdle / time.Minute),
	}
	channels, err := v.desk.Channels(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		shown := channelView{c}
		more.Channels = append(more.Channels, channelBox{shown, slices.Contains(f.Values("channels"), string(c.ID))})
		more.Fallbacks = append(more.Fallbacks, channelBox{shown, slices.Contains(f.Values("fallbacks"), string(c.ID))})
	}
	if more.Recent, err = v.recentConversations(view.Agent.ID); err != nil {
		return nil, err
	}
	return more, nil
}
