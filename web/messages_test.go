package web_test

import (
	"strings"
	"testing"
)

func TestMessages(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	say := func(id, text string, as func(*call)) call {
		return post(talk.path+"/messages", obj{"client_id": id, "text": text}, as)
	}
	first := s.want(201, say("c1", "Hello", talk.token))
	if again := s.want(200, say("c1", "Hello", talk.token)); again.raw != first.raw {
		t.Errorf("again: %s, first %s", again.raw, first.raw)
	}
	s.refused(409, "client_id_reused", say("c1", "Good bye", talk.token))
	s.refused(400, "client_id_required", say("", "Hello", talk.token))
	s.want(201, say("", "I am the agent", withKey))
	keyed := post(talk.path+"/messages", obj{"text": "once"}, withKey, withHeader("Idempotency-Key", "m1"))
	s.want(201, keyed)
	s.want(200, keyed)

	long := s.refused(400, "message_too_long", say("c2", strings.Repeat("ä", 4001), talk.token))
	if long.json["limit"] != float64(4000) || !strings.Contains(long.json["detail"].(string), "4000") {
		t.Errorf("too long: %s", long.raw)
	}
	s.want(201, say("c3", strings.Repeat("ä", 4000), talk.token))

	list := func(query string) []any {
		return s.want(200, get(talk.path+"/messages"+query, talk.token)).json["messages"].([]any)
	}
	all := list("")
	if len(all) != 4 {
		t.Fatalf("%d messages", len(all))
	}
	for _, member := range []string{"id", "seq", "from", "text", "at", "edited_at", "deleted", "attachments"} {
		if _, there := all[0].(obj)[member]; !there {
			t.Errorf("a message without %s", member)
		}
	}
	if rest := list("?after=1&limit=2"); len(rest) != 2 || rest[0].(obj)["text"] != "I am the agent" {
		t.Errorf("a page: %v", rest)
	}
	for _, query := range []string{"?limit=201", "?limit=99999999999999999999"} {
		if got := list(query); len(got) != 4 {
			t.Errorf("%s: %d messages", query, len(got))
		}
	}
	for _, query := range []string{"after=-1", "after=x", "after=1e3", "after=.1", "limit=0", "limit=-1", "limit=-99999999999999999999", "limit=ten"} {
		s.refused(400, "invalid_query", get(talk.path+"/messages?"+query, talk.token))
	}
}
