package cards

import "time"

// Values of HandoffView.State.
const (
	StateWaiting = "waiting" // nobody has joined yet
	StateJoined  = "joined"  // a specialist has the conversation
	StateEnded   = "ended"   // the agent has it back
)

// Verbs of the buttons on a handoff's card. The data of each is
// {"handoff": id} and nothing else.
const (
	VerbJoin       = "handoff.join"
	VerbTranscript = "handoff.transcript"
	VerbEnd        = "handoff.end"
	VerbLeave      = "handoff.leave"
	VerbBack       = "handoff.back"
	VerbCard       = "handoff.card" // from the transcript back to the card
)

// A HandoffView is all that the card of a handoff shows. Every string in it but
// Handoff and State may come from anybody: the card makes it safe.
type HandoffView struct {
	Handoff       string // the opaque id that the buttons carry
	State         string
	App           string // the app's display name
	Visitor       Person
	Account       string
	AccountDomain string
	Reason        string // why a person is needed
	WaitingSince  time.Time
	TimeZone      *time.Location // nil for UTC
	Summary       []string       // one sentence each
	OpenLoops     []string       // what is still unanswered
	Facts         []Fact
	Specialist    string // who joined
	JoinedAt      time.Time
	EndedAt       time.Time
	Ending        string // how it ended, in plain words
}

// A Person is a visitor as far as known. Pseudonym stands in for a Name that is
// not known yet. Verified says that a back end vouches for name and address.
type Person struct {
	Name      string
	Pseudonym string
	Email     string
	Verified  bool
}

// A Fact is something known about the visitor or the account.
type Fact struct {
	Title    string
	Value    string
	Verified bool
}

// Handoff returns the card that begins the thread of a handoff and follows its
// state. It shows who asks, why and since when, a summary, the open loops and the
// facts, and the buttons that fit the state; an ended handoff has none. The card
// does not refresh itself: everybody sees a change when the message is updated.
func Handoff(v HandoffView) Card {
	h := handoff{v, clock{v.TimeZone}}
	body := []Element{h.heading()}
	body = append(body, h.progress()...)
	body = append(body, section("Summary", h.summary())...)
	body = append(body, section("Open loops", h.loops())...)
	body = append(body, h.table()...)
	return Card{
		Lang:         "en",
		FullWidth:    true,
		FallbackText: h.fallback(),
		Body:         body,
		Actions:      h.buttons(),
	}
}

// Notice returns the line for the notification of a waiting handoff.
func Notice(v HandoffView) string {
	text := visitorLabel(v.Visitor, v.Account, " from ").String() + " needs a specialist"
	if v.Reason != "" {
		text += ": " + v.Reason
	}
	return SafeLine(text, maxSummary).String()
}

// Lengths of foreign texts on a card, in characters, and of lists, in entries.
const (
	maxName    = 80
	maxReason  = 500
	maxBullet  = 300
	maxTitle   = 40
	maxValue   = 200
	maxEntries = 10
	maxFacts   = 12
)

// handoff builds the card from its view.
type handoff struct {
	HandoffView
	clock clock
}

// heading says the state, on a band in its colour. The same colours as text would be faint: Teams shows a warning on white
// with a contrast of 1.5 to 1.
func (h handoff) heading() Element {
	state, band := "Handoff", ContainerStyle("")
	switch h.State {
	case StateWaiting:
		state, band = "Waiting", StyleWarning
	case StateJoined:
		state, band = "Joined", StyleGood
	case StateEnded:
		state = "Ended"
	}
	text := heading(Concat(Lit(state+" · "), visitorLabel(h.Visitor, h.Account, " · ")))
	if band == "" {
		return text
	}
	return Container{Items: []Element{text}, Style: band, Bleed: true}
}

// progress says why a person was asked for, and what has happened since.
func (h handoff) progress() []Element {
	why := []TextRun{subtle(Lit("No reason was given"))}
	if h.Reason != "" {
		why = []TextRun{{Text: SafeLine(h.Reason, maxReason)}}
	}
	if h.State == StateWaiting && !h.WaitingSince.IsZero() {
		why = append(why, subtle(Lit(" · waiting since "+h.clock.at(h.WaitingSince))))
	}
	lines := []Element{line(why...)}
	for _, text := range h.history() {
		lines = append(lines, line(TextRun{Text: text}))
	}
	return lines
}

// history tells of the join and the end, each in a line.
func (h handoff) history() []Text {
	var lines []Text
	if h.State == StateJoined || h.State == StateEnded && h.Specialist != "" {
		joined := Concat(specialistLabel(h.Specialist), Lit(" joined"), h.clock.after(" at ", h.JoinedAt))
		if !h.WaitingSince.IsZero() && !h.JoinedAt.IsZero() {
			joined = Concat(joined, Lit(" after "+elapsed(h.WaitingSince, h.JoinedAt)))
		}
		lines = append(lines, joined)
	}
	if h.State == StateEnded {
		lines = append(lines, Concat(ending(h.Ending), h.clock.after(" · ", h.EndedAt)))
	}
	return lines
}

func (h handoff) summary() []Text { return listed("• ", h.Summary) }
func (h handoff) loops() []Text   { return listed("☐ ", h.OpenLoops) }

// fact is one line of what is known.
type fact struct{ title, value, doubt Text }

func newFact(title, value Text, verified bool) fact {
	if verified {
		return fact{title, value, Text{}}
	}
	return fact{title, value, Lit(" (not verified)")}
}

func (h handoff) facts() []fact {
	var facts []fact
	if who := h.visitorFact(); !who.empty() {
		facts = append(facts, newFact(Lit("Visitor"), who, h.Visitor.Verified))
	}
	if h.AccountDomain != "" {
		facts = append(facts, newFact(Lit("Account"), joined(" · ", h.Account, h.AccountDomain), true))
	}
	for i, f := range h.Facts {
		if i == maxFacts {
			break
		}
		if title, value := SafeLine(f.Title, maxTitle), SafeLine(f.Value, maxValue); !title.empty() && !value.empty() {
			facts = append(facts, newFact(title, value, f.Verified))
		}
	}
	return facts
}

// table shows the facts, one to a line: a FactSet would interpret Markdown.
func (h handoff) table() []Element {
	var rows []Element
	for _, f := range h.facts() {
		runs := []TextRun{{Text: Concat(f.title, Lit(": ")), Weight: WeightBolder}, {Text: f.value}}
		if !f.doubt.empty() {
			runs = append(runs, subtle(f.doubt))
		}
		rows = append(rows, line(runs...))
	}
	if len(h.Facts) > maxFacts {
		rows = append(rows, line(subtle(more(len(h.Facts)-maxFacts))))
	}
	if len(rows) == 0 {
		return nil
	}
	return []Element{Container{Items: rows, Base: Base{Separator: true, Spacing: SpacingMedium}}}
}

func (h handoff) visitorFact() Text {
	who := joined(" · ", h.Visitor.Name, h.Visitor.Email)
	if h.Visitor.Name != "" && h.Visitor.Pseudonym != "" {
		who = Concat(who, Lit(" · was "), SafeLine(h.Visitor.Pseudonym, maxName))
	}
	return who
}

func (h handoff) buttons() []Action {
	transcript := h.button("View transcript", VerbTranscript, "")
	switch h.State {
	case StateWaiting:
		return []Action{h.button("Join conversation", VerbJoin, StylePositive), transcript}
	case StateJoined:
		return []Action{
			h.button("End conversation", VerbEnd, StylePositive),
			h.button("Leave", VerbLeave, ""),
			h.button("Hand back", VerbBack, ""),
			transcript,
		}
	}
	return nil
}

var tooltips = map[string]string{
	VerbJoin:       "Talk to the visitor from this thread",
	VerbTranscript: "Read what was said so far",
	VerbCard:       "Show the handoff's card again",
	VerbEnd:        "Finish, and post the closing summary here",
	VerbLeave:      "Step out: the visitor waits for somebody else",
	VerbBack:       "Let the AI agent go on",
}

func (h handoff) button(title, verb string, style ActionStyle) Action {
	b := NewExecute(title, verb, map[string]string{"handoff": h.Handoff})
	b.ID, b.Style, b.Tooltip, b.IgnoreInputs = verb, style, tooltips[verb], true
	return b
}

// fallback says in lines what the card says.
func (h handoff) fallback() Text {
	who := visitorLabel(h.Visitor, h.Account, " from ")
	f := fallback{}
	switch h.State {
	case StateWaiting:
		f.line(Lit("Waiting: "), who, Lit(" needs a specialist."))
		f.line(h.clock.after("Waiting since ", h.WaitingSince))
	case StateJoined:
		f.line(Lit("Joined: "), who, Lit(" talks to a specialist."))
	default:
		f.line(Lit("Ended: the conversation with "), who, Lit("."))
	}
	for _, text := range h.history() {
		f.line(text)
	}
	if h.Reason != "" {
		f.line(Lit("Why: "), SafeLine(h.Reason, maxReason))
	}
	f.list("Summary:", h.summary())
	f.list("Open loops:", h.loops())
	for _, fact := range h.facts() {
		f.line(fact.title, Lit(": "), fact.value, fact.doubt)
	}
	if h.State == StateWaiting || h.State == StateJoined {
		f.line(Lit("The buttons of this card need a current version of Teams. Mentioning "), appLabel(h.App), Lit(" with the word help works everywhere."))
	}
	return f.text
}
