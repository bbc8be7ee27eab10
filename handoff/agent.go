package handoff

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// Agent is the AI on a website and what an admin has set for it.
type Agent struct {
	ID             ID                `json:"id"`
	Name           string            `json:"name"`
	AllowedOrigins []string          `json:"allowed_origins"` // scheme://host[:port] of the pages that may carry the widget
	Handoff        Policy            `json:"handoff"`
	Texts          map[string]string `json:"texts,omitempty"` // replaces DefaultTexts, by name
	Answers        []KnownAnswer     `json:"answers,omitempty"`
	Files          bool              `json:"files,omitempty"`           // visitors may send files
	IdentitySecret string            `json:"identity_secret,omitempty"` // signs the website's identity tokens
	Webhook        *Webhook          `json:"webhook,omitempty"`         // kept for a later version: nothing is sent yet
	UpdatedAt      time.Time         `json:"updated_at"`
}

// Policy says whether, when and to whom the agent hands off.
type Policy struct {
	Enabled          bool       `json:"enabled"`
	Instruction      string     `json:"instruction,omitempty"` // when to hand off, in the admin's own words
	Channels         []ID       `json:"channels"`
	WaitSeconds      int        `json:"wait_seconds,omitempty"`   // until the fallback channels, then back to the agent; 0 means DefaultWait
	RemindSeconds    int        `json:"remind_seconds,omitempty"` // between reminders in the threads; 0 means none
	IdleSeconds      int        `json:"idle_seconds,omitempty"`   // silence on both sides that ends a handoff; 0 means DefaultIdle
	FallbackChannels []ID       `json:"fallback_channels,omitempty"`
	WorkHours        *WorkHours `json:"work_hours,omitempty"` // nil: always open
}

// KnownAnswer is one entry of the small list from which the built-in agent answers.
type KnownAnswer struct {
	Questions []string `json:"questions"`
	Answer    string   `json:"answer"`
}

// Webhook is where a company's back end will hear of events.
type Webhook struct {
	URL    string `json:"url"`
	Secret string `json:"secret,omitempty"`
}

// The waits of a policy that names none.
const (
	DefaultWait = 10 * time.Minute
	DefaultIdle = 60 * time.Minute
)

// Uses says whether handoffs go to a channel, at first or when nobody comes.
func (p Policy) Uses(channel ID) bool {
	return p.Enabled && (slices.Contains(p.Channels, channel) || slices.Contains(p.FallbackChannels, channel))
}

func (p Policy) wait() time.Duration {
	if p.WaitSeconds > 0 {
		return time.Duration(p.WaitSeconds) * time.Second
	}
	return DefaultWait
}

func (p Policy) idle() time.Duration {
	if p.IdleSeconds > 0 {
		return time.Duration(p.IdleSeconds) * time.Second
	}
	return DefaultIdle
}

var agentID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// The bounds of what an admin writes.
const (
	MaxInstruction = 8000 // characters
	MaxAnswers     = 500  // entries of Agent.Answers
)

// Validate checks everything that can be checked without the store, and tidies what is only a matter of writing (a
// trailing slash of an origin). The error is a *Error with CodeInvalid whose Msg names the field.
func (a *Agent) Validate() error {
	if !agentID.MatchString(string(a.ID)) {
		return refuse(CodeInvalid, "agent: use 1 to 64 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit")
	}
	if a.Name = strings.TrimSpace(a.Name); a.Name == "" {
		a.Name = string(a.ID)
	}
	for i, origin := range a.AllowedOrigins {
		tidy, err := originOf(origin)
		if err != nil {
			return refuse(CodeInvalid, fmt.Sprintf("allowed_origins[%d]: %v", i, err))
		}
		a.AllowedOrigins[i] = tidy
	}
	if err := a.Handoff.validate(); err != nil {
		return err
	}
	if len(a.Answers) > MaxAnswers {
		return refuse(CodeInvalid, fmt.Sprintf("answers: at most %d", MaxAnswers))
	}
	for i, known := range a.Answers {
		if len(known.Questions) == 0 || strings.TrimSpace(known.Answer) == "" || len([]rune(known.Answer)) > MaxText {
			return refuse(CodeInvalid, fmt.Sprintf("answers[%d]: needs questions and an answer of at most %d characters", i, MaxText))
		}
	}
	if a.Webhook != nil {
		if u, err := url.Parse(a.Webhook.URL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return refuse(CodeInvalid, "webhook.url: an absolute https address is needed")
		}
	}
	return validateTexts(a.Texts)
}

func (p Policy) validate() error {
	if len([]rune(p.Instruction)) > MaxInstruction {
		return refuse(CodeInvalid, fmt.Sprintf("handoff.instruction: at most %d characters", MaxInstruction))
	}
	for name, seconds := range map[string]int{"wait_seconds": p.WaitSeconds, "remind_seconds": p.RemindSeconds, "idle_seconds": p.IdleSeconds} {
		if seconds < 0 || seconds > 7*24*3600 {
			return refuse(CodeInvalid, "handoff."+name+": between 1 second and 7 days")
		}
	}
	if p.WorkHours == nil {
		return nil
	}
	if err := p.WorkHours.Validate(); err != nil {
		return &Error{Code: CodeInvalid, Msg: "handoff.work_hours." + err.Error()}
	}
	return nil
}

// originOf reduces what people type to the form that browsers send (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin):
// without the port that the scheme has anyway, and names beyond ASCII in their xn-- form. What no browser ever sends is refused: it
// would look allowed and never be.
func originOf(s string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", fmt.Errorf("%q is no origin; write it like https://www.example.com", s)
	}
	if strings.Contains(u.Host, "*") {
		return "", fmt.Errorf("%q: there are no wildcards; write each origin like https://www.example.com", s)
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return "", fmt.Errorf("%q is no origin: there can be no host of this name", s)
		}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

// Allows says whether a page of this origin may carry the widget.
func (a *Agent) Allows(origin string) bool {
	for _, allowed := range a.AllowedOrigins {
		if strings.EqualFold(allowed, origin) {
			return true
		}
	}
	return false
}
