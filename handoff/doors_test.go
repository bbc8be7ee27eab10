package handoff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

func TestStart(t *testing.T) {
	play(t, func(h *house) {
		at := time.Now().Add(-time.Hour).UTC()
		started, err := h.desk.Start(h.Context(), handoff.NewConversation{
			Agent:   "marketing",
			Visitor: handoff.Visitor{Name: "Dana"},
			Page:    handoff.Page{URL: "https://example.com/pricing"},
			Transcript: []handoff.TranscriptLine{
				{From: handoff.FromVisitor, Text: "Hello", At: at},
				{From: handoff.FromAgent, Text: "Hi"},
				{From: handoff.FromVisitor, Text: "from the future", At: time.Now().Add(time.Hour)},
			},
		})
		h.must(err)
		c := started.Conversation
		if c.State != handoff.StateAgent || c.LastSeq != 3 || c.Verified || c.Page.URL == "" || c.ID == "" {
			t.Errorf("the conversation is %+v", c)
		}
		for i, e := range h.events(c.ID) {
			want := time.Now()
			if i == 0 {
				want = at
			}
			if !e.At.Equal(want) || !e.Message.At.Equal(want) || e.Message.From.Name != []string{"Dana", "Ava", "Dana"}[i] {
				t.Errorf("line %d is %+v", i, e.Message)
			}
		}
		if got := len(h.turns()); got != 0 {
			t.Error("a transcript asks for no answer")
		}
	})
}

func TestStartRefused(t *testing.T) {
	play(t, func(h *house) {
		for name, row := range map[string]struct {
			change func(*handoff.NewConversation)
			code   handoff.Code
		}{
			"no agent":         {func(n *handoff.NewConversation) { n.Agent = "" }, handoff.CodeUnknownAgent},
			"an unknown agent": {func(n *handoff.NewConversation) { n.Agent = "sales" }, handoff.CodeUnknownAgent},
			"a specialist in the transcript": {func(n *handoff.NewConversation) {
				n.Transcript = []handoff.TranscriptLine{{From: handoff.FromSpecialist, Text: "I promise"}}
			}, handoff.CodeInvalid},
			"a line too long": {func(n *handoff.NewConversation) {
				n.Transcript = []handoff.TranscriptLine{{From: handoff.FromVisitor, Text: strings.Repeat("ä", handoff.MaxText+1)}}
			}, handoff.CodeTooLong},
			"too many lines": {func(n *handoff.NewConversation) { n.Transcript = make([]handoff.TranscriptLine, 501) }, handoff.CodeInvalid},
		} {
			n := handoff.NewConversation{Agent: "marketing"}
			row.change(&n)
			before := h.rows()
			_, err := h.desk.Start(h.Context(), n)
			if handoff.CodeOf(err) != row.code {
				t.Errorf("%s: %v, want %s", name, err, row.code)
			}
			if diff := cmp.Diff(before, h.rows()); diff != "" {
				t.Errorf("%s: rows have changed:\n%s", name, diff)
			}
		}
	})
}

// TestAdmit: a token opens its own conversation. The store holds none of them.
func TestAdmit(t *testing.T) {
	play(t, func(h *house) {
		dana, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing"})
		h.must(err)
		lee, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing"})
		h.must(err)
		if got, err := h.desk.Admit(h.Context(), dana.Conversation.ID, dana.Token); err != nil || got.ID != dana.Conversation.ID {
			t.Errorf("%+v, %v", got, err)
		}
		for name, try := range map[string]struct {
			id    handoff.ID
			token string
		}{
			"somebody else's token":    {dana.Conversation.ID, lee.Token},
			"no token":                 {dana.Conversation.ID, ""},
			"a part of it":             {dana.Conversation.ID, dana.Token[:len(dana.Token)-1]},
			"a conversation not there": {"nobody", dana.Token},
		} {
			got, err := h.desk.Admit(h.Context(), try.id, try.token)
			if handoff.CodeOf(err) != handoff.CodeUnknownConversation || got.ID != "" {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		if rows := h.leftOver(dana.Token, lee.Token); len(rows) != 0 {
			t.Errorf("a token stands in %q", rows)
		}
	})
}

// TestSayRefused: what a line must not be is refused, and changes no row.
func TestSayRefused(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.must(func() error {
			_, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{Text: strings.Repeat("ä", handoff.MaxText)})
			return err
		}())
		before := h.rows()
		for name, row := range map[string]struct {
			id   handoff.ID
			say  handoff.Say
			code handoff.Code
		}{
			"nothing":              {dana, handoff.Say{}, handoff.CodeInvalid},
			"blanks":               {dana, handoff.Say{Text: " \n\t"}, handoff.CodeInvalid},
			"one character more":   {dana, handoff.Say{Text: strings.Repeat("ä", handoff.MaxText+1)}, handoff.CodeTooLong},
			"a long client_id":     {dana, handoff.Say{Text: "x", ClientID: strings.Repeat("c", 201)}, handoff.CodeInvalid},
			"eleven files":         {dana, handoff.Say{Text: "x", Attachments: make([]handoff.Attachment, 11)}, handoff.CodeInvalid},
			"no such conversation": {"nobody", handoff.Say{Text: "x"}, handoff.CodeUnknownConversation},
			"a path":               {"../" + dana, handoff.Say{Text: "x"}, handoff.CodeUnknownConversation},
		} {
			for who, say := range map[string]func() error{
				"visitor": func() error { _, err := h.desk.FromVisitor(h.Context(), row.id, row.say); return err },
				"agent":   func() error { _, err := h.desk.FromAgent(h.Context(), row.id, row.say); return err },
			} {
				if err := say(); handoff.CodeOf(err) != row.code {
					t.Errorf("%s by the %s: %v, want %s", name, who, err, row.code)
				}
			}
		}
		if diff := cmp.Diff(before, h.rows()); diff != "" {
			t.Errorf("rows have changed:\n%s", diff)
		}
	})
}

// TestCrowded: two hundred posts may wait for a channel that is away; then the visitor is asked to wait.
func TestCrowded(t *testing.T) {
	play(t, func(h *house) {
		dana, _ := h.joined("Dana")
		h.chat.fails(func(handoff.Post) fault { return later(time.Hour) })
		for n := range 200 {
			if _, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{Text: fmt.Sprint(n)}); err != nil {
				t.Fatalf("line %d: %v", n, err)
			}
		}
		_, err := h.desk.FromVisitor(h.Context(), dana, handoff.Say{Text: "one more"})
		h.wantCode(err, handoff.CodeBehind)
		h.chat.fails(nil)
		h.pass(time.Hour)
		h.says(dana, "one more")
	})
}

func TestRequestRefused(t *testing.T) {
	points := func(n int, text string) []handoff.Point {
		out := make([]handoff.Point, n)
		for i := range out {
			out[i].Text = text
		}
		return out
	}
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		for name, request := range map[string]handoff.Request{
			"a long reason":     {Reason: strings.Repeat("ä", 501)},
			"too many points":   {Brief: handoff.Brief{Summary: points(13, "x")}},
			"too many loops":    {Brief: handoff.Brief{OpenLoops: points(13, "x")}},
			"an empty point":    {Brief: handoff.Brief{Summary: points(1, "")}},
			"a point of a mile": {Brief: handoff.Brief{OpenLoops: points(1, strings.Repeat("x", 501))}},
		} {
			request.By = handoff.FromAgent
			if _, err := h.desk.Request(h.Context(), dana, request); handoff.CodeOf(err) != handoff.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := h.desk.Request(h.Context(), "nobody", handoff.Request{By: handoff.FromAgent})
		h.wantCode(err, handoff.CodeUnknownConversation)
		_, err = h.desk.End(h.Context(), "nobody", handoff.FromAgent)
		h.wantCode(err, handoff.CodeUnknownConversation)
		_, err = h.desk.Handoff(h.Context(), "nothing")
		h.wantCode(err, handoff.CodeNoHandoff)

		own := handoff.Brief{Summary: points(1, "What the agent knows")}
		h.says(dana, "Is it free?")
		answer, err := h.desk.Request(h.Context(), dana, handoff.Request{By: handoff.FromAgent, Reason: "  pricing  ", Brief: own})
		h.must(err)
		got := h.handoff(answer.Handoff)
		if got.Reason != "pricing" || !cmp.Equal(got.Brief.Summary, own.Summary) || len(got.Brief.OpenLoops) != 1 {
			t.Errorf("the handoff is %+v: what the request says stays, what it leaves open is filled in", got)
		}
	})
}

func TestRate(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("Dana")
		h.wantCode(h.desk.Rate(h.Context(), dana, 5, ""), handoff.CodeNothingToRate)
		id := h.asks(dana)
		h.wantCode(h.desk.Rate(h.Context(), dana, 5, ""), handoff.CodeNothingToRate)
		h.ends(dana, handoff.FromVisitor)
		for _, score := range []int{0, 6, -1} {
			h.wantCode(h.desk.Rate(h.Context(), dana, score, ""), handoff.CodeInvalid)
		}
		h.wantCode(h.desk.Rate(h.Context(), dana, 5, strings.Repeat("x", 1001)), handoff.CodeInvalid)
		h.must(h.desk.Rate(h.Context(), dana, 2, "slow"))
		h.must(h.desk.Rate(h.Context(), dana, 4, "well"))
		if got := h.handoff(id).Rating; got == nil || got.Score != 4 || got.Comment != "well" || !got.At.Equal(time.Now()) {
			t.Errorf("the rating is %+v", got)
		}
	})
}

func TestAgents(t *testing.T) {
	play(t, func(h *house) {
		for name, row := range map[string]struct {
			change func(*handoff.Agent)
			says   string
		}{
			"an id with blanks":         {func(a *handoff.Agent) { a.ID = "my agent" }, "agent"},
			"an id like a path":         {func(a *handoff.Agent) { a.ID = "../x" }, "agent"},
			"no id":                     {func(a *handoff.Agent) { a.ID = "" }, "agent"},
			"an origin with a path":     {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://example.com/x"} }, "allowed_origins[0]"},
			"an origin without scheme":  {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://a.example", "example.com"} }, "allowed_origins[1]"},
			"an origin with a user":     {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://me@example.com"} }, "allowed_origins[0]"},
			"a wildcard":                {func(a *handoff.Agent) { a.AllowedOrigins = []string{"*"} }, "allowed_origins[0]"},
			"an origin with a wildcard": {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://*.example.com"} }, "no wildcards"},
			"an origin of no host":      {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://:8443"} }, "allowed_origins[0]"},
			"a name that cannot be":     {func(a *handoff.Agent) { a.AllowedOrigins = []string{"https://bü\u00adcher\u2024de"} }, "allowed_origins[0]"},
			"a long instruction":        {func(a *handoff.Agent) { a.Handoff.Instruction = strings.Repeat("x", 8001) }, "instruction"},
			"a wait before yesterday":   {func(a *handoff.Agent) { a.Handoff.WaitSeconds = -1 }, "wait_seconds"},
			"a wait of a month":         {func(a *handoff.Agent) { a.Handoff.WaitSeconds = 30 * 24 * 3600 }, "wait_seconds"},
			"hours without a zone":      {func(a *handoff.Agent) { a.Handoff.WorkHours = &handoff.WorkHours{} }, "work_hours.time_zone"},
			"an unknown text":           {func(a *handoff.Agent) { a.Texts = map[string]string{"hello": "x"} }, "texts.hello"},
			"a long text":               {func(a *handoff.Agent) { a.Texts = map[string]string{handoff.TextLeft: strings.Repeat("x", 1001)} }, "texts.left"},
			"an answer to nothing":      {func(a *handoff.Agent) { a.Answers = []handoff.KnownAnswer{{Answer: "x"}} }, "answers[0]"},
			"no answer":                 {func(a *handoff.Agent) { a.Answers = []handoff.KnownAnswer{{Questions: []string{"x"}}} }, "answers[0]"},
			"a webhook that is a path":  {func(a *handoff.Agent) { a.Webhook = &handoff.Webhook{URL: "/hook"} }, "webhook.url"},
			"a webhook of a file":       {func(a *handoff.Agent) { a.Webhook = &handoff.Webhook{URL: "file:///etc/passwd"} }, "webhook.url"},
		} {
			a := handoff.Agent{ID: "other", Name: "Other"}
			row.change(&a)
			_, err := h.desk.PutAgent(h.Context(), audit.Actor{Kind: audit.System}, a)
			if handoff.CodeOf(err) != handoff.CodeInvalid || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v, want one that says %q", name, err, row.says)
			}
		}
		_, err := h.desk.PutAgent(h.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "other", Handoff: handoff.Policy{FallbackChannels: []handoff.ID{"nowhere"}}})
		h.wantCode(err, handoff.CodeUnknownChannel)
		_, err = h.desk.Agent(h.Context(), "other")
		h.wantCode(err, handoff.CodeUnknownAgent)
		_, err = h.desk.Availability(h.Context(), "other", time.Now())
		h.wantCode(err, handoff.CodeUnknownAgent)

		put, err := h.desk.PutAgent(h.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "other", AllowedOrigins: []string{
			"https://Example.com/", "http://localhost:8080", "https://shop.example:443", "http://shop.example:80/", "https://shop.example:80", "https://Bücher.example", "http://[::1]:3978",
		}})
		if err != nil || put.Name != "other" || put.UpdatedAt.IsZero() {
			t.Fatalf("%+v, %v", put, err)
		}
		got, err := h.desk.Agent(h.Context(), "other")
		h.must(err)
		for origin, want := range map[string]bool{
			"https://example.com": true, "https://EXAMPLE.com": true, "http://localhost:8080": true,
			"https://shop.example": true, "http://shop.example": true, "https://shop.example:80": true, "https://xn--bcher-kva.example": true, "http://[::1]:3978": true, // as browsers send them
			"http://example.com": false, "https://example.com.evil.example": false, "https://www.example.com": false, "http://localhost": false, "null": false, "": false,
		} {
			if got.Allows(origin) != want {
				t.Errorf("Allows(%q) is %v", origin, !want)
			}
		}
		if all, err := h.desk.Agents(h.Context()); err != nil || len(all) != 2 || all[0].ID != "marketing" || all[1].ID != "other" {
			t.Errorf("the agents are %+v, %v", all, err)
		}
	})
}

// TestTexts: an admin's text replaces ours, and an empty one mutes it.
func TestTexts(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) {
			a.Texts = map[string]string{handoff.TextAsking: "", handoff.TextJoined: "{specialist} is here for {agent}. {unknown}", handoff.TextEnded: "Bye, says {specialist}."}
		})
		sly := handoff.Person{ID: "sly", Name: "{agent} {loops}"}
		dana := h.visitor("Dana")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sly, sales, id)
		h.does(handoff.VerbEnd, sly, sales, id)
		wantLines(t, "the log", h.log(dana),
			"handoff: waiting",
			"handoff: joined by {agent} {loops}",
			"agent: {agent} {loops} is here for Ava. {unknown}",
			"handoff: agent, specialist",
			"agent: Bye, says {agent} {loops}.")
	})
}

// TestDefaultTexts: what people read is calm, and every slot in it is filled.
func TestDefaultTexts(t *testing.T) {
	for name, text := range handoff.DefaultTexts {
		if strings.Contains(text, "!") || text == "" || text != strings.TrimSpace(text) {
			t.Errorf("%s: %q", name, text)
		}
		filled := (&handoff.Agent{Name: "Ava"}).Text(name, "specialist", "Sam", "next_open", "tomorrow", "loops", "the price", "since", "12:00")
		if strings.ContainsAny(filled, "{}") {
			t.Errorf("%s has a slot that nothing fills: %q", name, filled)
		}
	}
}

// TestLabels: specialists see a real name, or two friendly words that stay the same. Visitors never see these.
func TestLabels(t *testing.T) {
	play(t, func(h *house) {
		dana := h.visitor("")
		id := h.asks(dana)
		h.does(handoff.VerbJoin, sam, sales, id)
		h.says(dana, "Hello")
		var labels []string
		for _, p := range h.chat.in(sales) {
			if p.View != nil {
				labels = append(labels, p.View.Label)
				if !p.View.Pseudonym {
					t.Error("a made-up name is shown as a real one")
				}
			}
			for _, line := range p.Lines {
				labels = append(labels, line.Speaker)
			}
		}
		for _, label := range labels {
			if label != labels[0] || len(strings.Fields(label)) != 2 {
				t.Errorf("the labels are %q", labels)
			}
		}
		for _, line := range h.log(dana) {
			if strings.Contains(line, labels[0]) {
				t.Errorf("the visitor reads %q", line)
			}
		}
		names := map[string]bool{}
		for i := range 50 {
			started, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing", Verified: true, Visitor: handoff.Visitor{ID: handoff.ID(fmt.Sprint("crm-", i%25))}})
			h.must(err)
			id := h.asks(started.Conversation.ID)
			acted, err := h.desk.Act(h.Context(), handoff.Act{Verb: handoff.VerbStatus, Handoff: id, Place: handoff.Place{Channel: sales, Thread: h.handoff(id).Threads[0].Address}})
			h.must(err)
			names[acted.View.Label] = true
			h.ends(started.Conversation.ID, handoff.FromAgent)
		}
		if len(names) < 20 || len(names) > 25 {
			t.Errorf("25 visitors have %d names", len(names))
		}
	})
}

// TestChannels: connecting again keeps what was known, and an input tells that a channel lives.
func TestChannels(t *testing.T) {
	play(t, func(h *house) {
		first := handoff.Channel{ID: "chat-new", Platform: "chat", Tenant: "t1", Name: "New", Team: handoff.Team{ID: "7", Name: "Team"}, ConnectedBy: "Sam", Reference: []byte(`{"v":1}`)}
		h.must(h.desk.Connect(h.Context(), h.key(), first, "thread", "This channel is connected."))
		h.pass(time.Hour)
		wantLines(t, "the channel", h.chat.said("chat-new"), "notice: This channel is connected.")
		again := handoff.Channel{ID: "chat-new", Platform: "chat", Tenant: "t1", ConnectedBy: "Kim", Reference: []byte(`{"v":2}`)}
		h.must(h.desk.Connect(h.Context(), h.key(), again, "thread", "This channel is connected."))
		got := h.channel("chat-new")
		if got.Name != "New" || got.Team.Name != "Team" || got.ConnectedBy != "Sam" || time.Since(got.ConnectedAt) != time.Hour || string(got.Reference) != `{"v":2}` {
			t.Errorf("connected again: %+v", got)
		}

		h.must(h.desk.UpdateChannel(h.Context(), audit.Actor{Kind: audit.System}, "chat-new", func(c *handoff.Channel) { c.State = handoff.ChannelDisconnected }))
		h.must(h.desk.UpdateChannel(h.Context(), audit.Actor{Kind: audit.System}, "nowhere", func(*handoff.Channel) { t.Error("there is no such channel") }))
		h.must(h.desk.Connect(h.Context(), h.key(), again, "thread", "This channel is connected."))
		if got := h.channel("chat-new"); got.State != handoff.ChannelConnected || got.ConnectedBy != "Kim" || time.Since(got.ConnectedAt) != 0 {
			t.Errorf("connected after a disconnection: %+v", got)
		}

		_, id := h.joined("Dana")
		h.pass(2 * time.Minute)
		_, err := h.desk.FromSpecialist(h.Context(), handoff.SpecialistLine{Key: h.key(), Person: kim, Text: "x",
			Place: handoff.Place{Channel: sales, Thread: h.handoff(id).Home.Address, Reference: []byte(`{"v":3}`)}})
		h.must(err)
		if got := h.channel(sales); time.Since(got.LastSeen) != 0 || string(got.Reference) != `{"v":3}` {
			t.Errorf("after an input: %+v", got)
		}
		if handoff.ChannelID("chat", "a", "b") == handoff.ChannelID("chat", "ab", "") {
			t.Error("two channels have one id")
		}
	})
}

func (h *house) channel(id handoff.ID) handoff.Channel {
	h.Helper()
	all, err := h.desk.Channels(h.Context())
	h.must(err)
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	h.Fatalf("there is no channel %s", id)
	return handoff.Channel{}
}
