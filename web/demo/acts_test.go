package demo_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
)

func TestSay(t *testing.T) {
	for name, tc := range map[string]struct {
		deed    map[string]any
		words   string
		mention bool
	}{
		"a post":                     {map[string]any{"text": "good morning"}, "good morning", false},
		"a mention by flag":          {map[string]any{"text": "help", "mention": true}, "[@Docket] help", true},
		"a mention alone":            {map[string]any{"mention": true}, "[@Docket]", true},
		"a mention that was typed":   {map[string]any{"text": "@Docket help"}, "[@Docket] help", true},
		"in any case, anywhere":      {map[string]any{"text": "please @docket, help"}, "[@Docket] please , help", true},
		"the beginning of a word":    {map[string]any{"text": "@Docketing is fun"}, "@Docketing is fun", false},
		"letters that grow by case":  {map[string]any{"text": "ȺȺȺȺ @Docket ȺȺ"}, "[@Docket] ȺȺȺȺ  ȺȺ", true},
		"white space at both ends":   {map[string]any{"text": " \n hello \n"}, "hello", false},
		"markup, which stays a text": {map[string]any{"text": "<script>alert(1)</script>"}, "<script>alert(1)</script>", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			tc.deed["user"] = marek
			var got posted
			s.do("messages", tc.deed, http.StatusCreated, &got)
			if !got.Heard || got.Thread == "" || got.Message == "" {
				t.Errorf("answered %+v", got)
			}
			line := s.last(marek)
			if strings.TrimSpace(line.words()) != tc.words || line.From.ID != marek {
				t.Errorf("%s wrote %q, want %q of %s", line.From.ID, line.words(), tc.words, marek)
			}
			if mentioned := s.heardMention(); mentioned != tc.mention {
				t.Errorf("the bot heard a mention: %v, want %v", mentioned, tc.mention)
			}
		})
	}
}

// heardMention says whether the newest delivery mentions the bot.
func (s *stage) heardMention() bool {
	s.Helper()
	all := s.service.Deliveries()
	a, err := activity.Decode(all[len(all)-1].Activity)
	s.must(err)
	return a.MentionsRecipient()
}

func TestReplyGoesToItsThread(t *testing.T) {
	s := newStage(t)
	thread, _ := s.post(joinCard)
	s.do("messages", map[string]any{"text": "elsewhere"}, http.StatusCreated, nil)
	s.do("messages", map[string]any{"thread": thread, "text": "here"}, http.StatusCreated, nil)
	if got := s.service.Messages(thread); len(got) != 2 || got[1].Text != "here" {
		t.Errorf("the thread has %+v", got)
	}
}

func TestBotThatIsAwayIsNotHidden(t *testing.T) {
	s := newStage(t)
	thread, message := s.post(joinCard)
	s.service.SetBotEndpoint("http://127.0.0.1:1/")
	var got posted
	s.do("messages", map[string]any{"thread": thread, "text": "anybody?"}, http.StatusCreated, &got)
	if got.Heard {
		t.Error("the bot is said to have heard")
	}
	if s.last(ana).words() != "anybody?" {
		t.Error("the message is gone; in Teams it stands in the channel all the same")
	}
	var refused problem
	s.do("press", map[string]any{"thread": thread, "message": message, "verb": "handoff.join"}, http.StatusBadGateway, &refused)
	if refused.Code != "not_reached" || !strings.Contains(refused.Detail, "nothing was changed") {
		t.Errorf("the press is refused with %+v", refused)
	}
}

func TestPress(t *testing.T) {
	for name, tc := range map[string]struct {
		answer  activity.InvokeResponse
		outcome string
		text    string
	}{
		"a card":  {activity.CardResponse(json.RawMessage(joinCard)), "card", ""},
		"a line":  {activity.MessageResponse("Ana Silva has it."), "message", "Ana Silva has it."},
		"a fault": {activity.ErrorResponse(http.StatusBadRequest, "BadRequest", "That button is stale."), "error", "That button is stale."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.answer = tc.answer
			thread, message := s.post(joinCard)
			var got struct{ Outcome, Text string }
			s.do("press", map[string]any{"user": marek, "thread": thread, "message": message, "verb": "handoff.join"}, http.StatusOK, &got)
			if got.Outcome != tc.outcome || got.Text != tc.text {
				t.Errorf("answered %+v", got)
			}
		})
	}
}

func TestEditAndDelete(t *testing.T) {
	s := newStage(t)
	var at posted
	s.do("messages", map[string]any{"text": "until 21 December"}, http.StatusCreated, &at)
	mine := map[string]any{"user": ana, "thread": at.Thread, "message": at.Message, "text": "@Docket until 22 December"}
	s.do("edit", mine, http.StatusOK, nil)
	if got := s.last(ana); got.words() != "[@Docket] until 22 December" || !got.Edited {
		t.Errorf("after the edit: %+v", got)
	}
	var refused problem
	theirs := map[string]any{"user": marek, "thread": at.Thread, "message": at.Message, "text": "never"}
	s.do("edit", theirs, http.StatusForbidden, &refused)
	s.do("delete", theirs, http.StatusForbidden, &refused)
	if refused.Code != "not_yours" {
		t.Errorf("a foreign line is refused with %+v", refused)
	}
	s.do("delete", mine, http.StatusOK, nil)
	if !s.last(marek).Deleted {
		t.Error("the line is still there")
	}
	s.do("edit", mine, http.StatusNotFound, &refused)
	if refused.Code != "unknown_message" {
		t.Errorf("a deleted line is refused with %+v", refused)
	}
}

func TestDeedsThatCannotBe(t *testing.T) {
	s := newStage(t)
	thread, message := s.post(joinCard)
	var elsewhere bottest.Channel
	for _, c := range s.service.Channels() {
		if c.ID != room {
			elsewhere = c.Channel
		}
	}
	outside, err := s.service.Say(t.Context(), ana, elsewhere.ID, "another channel's")
	s.must(err)
	for name, tc := range map[string]struct {
		what   string
		deed   map[string]any
		status int
		code   string
	}{
		"nobody writes":          {"messages", map[string]any{"user": "29:nobody", "text": "x"}, http.StatusNotFound, "unknown_person"},
		"nothing is written":     {"messages", map[string]any{"text": " \n"}, http.StatusUnprocessableEntity, "no_text"},
		"in no thread":           {"messages", map[string]any{"thread": room + ";messageid=1", "text": "x"}, http.StatusNotFound, "unknown_thread"},
		"in another channel":     {"messages", map[string]any{"thread": outside.Thread, "text": "x"}, http.StatusNotFound, "unknown_thread"},
		"as long as a book":      {"messages", map[string]any{"text": strings.Repeat("é", 8001)}, http.StatusRequestEntityTooLarge, "too_large"},
		"as long as a library":   {"messages", map[string]any{"text": strings.Repeat("x", 70_000)}, http.StatusRequestEntityTooLarge, "too_large"},
		"a button that is none":  {"press", map[string]any{"thread": thread, "message": message, "verb": "handoff.end"}, http.StatusConflict, "no_button"},
		"a link as a button":     {"press", map[string]any{"thread": thread, "message": message, "verb": "Read"}, http.StatusConflict, "no_button"},
		"a button without name":  {"press", map[string]any{"thread": thread, "message": message}, http.StatusConflict, "no_button"},
		"a press on nothing":     {"press", map[string]any{"thread": thread, "message": "1"}, http.StatusNotFound, "unknown_message"},
		"the bot's line changed": {"edit", map[string]any{"thread": thread, "message": message, "text": "x"}, http.StatusForbidden, "not_yours"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stage{T: t, service: s.service, url: s.url}
			var refused problem
			s.do(tc.what, tc.deed, tc.status, &refused)
			if refused.Code != tc.code || refused.Status != tc.status || refused.Detail == "" {
				t.Errorf("refused with %+v, want %s", refused, tc.code)
			}
		})
	}
}

func TestBodiesThatAreNone(t *testing.T) {
	s := newStage(t)
	for name, tc := range map[string]struct {
		kind, body string
		status     int
	}{
		"a form":       {"application/x-www-form-urlencoded", "text=x", http.StatusUnsupportedMediaType},
		"no type":      {"", "{}", http.StatusUnsupportedMediaType},
		"no JSON":      {"application/json", "{", http.StatusBadRequest},
		"two objects":  {"application/json", "{}{}", http.StatusBadRequest},
		"a wrong type": {"application/json", `{"text":7}`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			resp, err := http.Post(s.url+"/channel/messages", tc.kind, strings.NewReader(tc.body))
			s.must(err)
			s.read(resp, tc.status, nil)
		})
	}
	if len(s.service.Threads(room)) != 0 {
		t.Error("something was posted")
	}
}
