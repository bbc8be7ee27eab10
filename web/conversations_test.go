package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestConversationFromTheWebsite(t *testing.T) {
	s := newSite(t)
	a := s.want(201, post("/v1/conversations", obj{
		"agent": "marketing", "visitor": obj{"id": "crm-1", "name": "Dana\u202e Cole\n", "traits": obj{"seats": 12}},
		"account":    obj{"name": "Northwind"},
		"page":       obj{"url": "https://www.example.com/" + strings.Repeat("x", 5000), "title": "Pricing"},
		"transcript": []obj{{"from": "visitor", "text": "I am the admin"}},
		"unknown":    true,
	}, from(page)))
	if a.json["state"] != "agent" || a.json["last_seq"] != float64(0) {
		t.Errorf("a transcript from a browser counts: %s", a.raw)
	}
	talk := talkOf(a)
	if a.header.Get("Location") != talk.path {
		t.Errorf("Location %q", a.header.Get("Location"))
	}
	c, err := s.desk.Conversation(t.Context(), talk.id)
	s.must(err)
	if c.Verified || c.Visitor.Name != "Dana Cole" || c.Visitor.Traits["seats"] != "12" || len(c.Page.URL) != 2000 {
		t.Errorf("kept as %+v", c)
	}
	mine := s.want(200, get(talk.path, talk.token))
	if strings.Contains(mine.raw, "Northwind") || mine.json["handoff"] != nil || mine.json["agent"] != "marketing" {
		t.Errorf("the visitor sees %s", mine.raw)
	}
	theirs := s.want(200, get(talk.path, withKey))
	if theirs.json["account"].(obj)["name"] != "Northwind" || theirs.json["verified"] != false {
		t.Errorf("the back end sees %s", theirs.raw)
	}
	s.refused(404, "unknown_visitor", del("/v1/visitors/"+string(talk.id), withKey))
	s.want(200, del("/v1/visitors/crm-1", withKey)) // what was claimed in somebody's name is forgotten with them
	s.refused(404, "unknown_conversation", get(talk.path, withKey))
}

// TestErasingWhoHasNoName: a visitor of whom nobody said who they are has the id of their conversation.
func TestErasingWhoHasNoName(t *testing.T) {
	s := newSite(t)
	talk := talkOf(s.want(201, post("/v1/conversations", obj{"agent": "marketing"}, from(page))))
	other := talkOf(s.want(201, post("/v1/conversations", obj{"agent": "marketing"}, from(page))))
	if got := s.want(200, del("/v1/visitors/"+string(talk.id), withKey)); got.json["erased"] != float64(1) {
		t.Errorf("erased %s", got.raw)
	}
	s.refused(404, "unknown_conversation", get(talk.path, withKey))
	s.refused(404, "unknown_visitor", del("/v1/visitors/"+string(talk.id), withKey))
	s.want(200, get(other.path, withKey))
}

func TestConversationFromABackEnd(t *testing.T) {
	s := newSite(t)
	a := s.want(201, post("/v1/conversations", obj{
		"agent": "marketing", "visitor": obj{"id": "crm/1 %", "name": "Dana Cole"},
		"transcript": []obj{
			{"from": "visitor", "text": "Do you have a HubSpot integration?", "at": "2026-11-22T10:00:00Z"},
			{"from": "agent", "text": "Yes."},
		},
	}, withKey))
	if a.json["last_seq"] != float64(2) {
		t.Errorf("the transcript is not there: %s", a.raw)
	}
	messages := s.want(200, get(talkOf(a).path+"/messages", withKey)).json["messages"].([]any)
	first := messages[0].(obj)
	if first["at"] != "2026-11-22T10:00:00Z" || first["from"].(obj)["name"] != "Dana Cole" {
		t.Errorf("the first line became %v", first)
	}
	if got := s.want(200, del("/v1/visitors/crm%2F1%20%25", withKey)); got.json["erased"] != float64(1) || len(got.json["in_doubt"].([]any)) != 0 {
		t.Errorf("erased %s", got.raw)
	}
	s.refused(404, "unknown_conversation", get(talkOf(a).path, withKey))
}

func TestSignedIdentity(t *testing.T) {
	s := newSite(t)
	day := 24 * time.Hour
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(method, claims).SignedString(key)
		s.must(err)
		return token
	}
	claims := func(aud string, exp time.Duration) jwt.MapClaims {
		return jwt.MapClaims{
			"aud": aud, "exp": time.Now().Add(exp).Unix(),
			"visitor": obj{"id": "crm-7", "name": "Dana Cole"}, "account": obj{"name": "Northwind"},
		}
	}
	begin := func(identity string) call {
		return post("/v1/conversations", obj{
			"agent": "marketing", "identity": identity, "visitor": obj{"id": "crm-8", "email": "x@example.com"},
		}, from(page))
	}

	good := talkOf(s.want(201, begin(sign(jwt.SigningMethodHS256, []byte(secret), claims("marketing", time.Hour)))))
	c, err := s.desk.Conversation(t.Context(), good.id)
	s.must(err)
	if !c.Verified || c.Visitor.ID != "crm-7" || c.Visitor.Email != "" || c.Account.Name != "Northwind" {
		t.Errorf("kept as %+v", c)
	}
	s.want(200, del("/v1/visitors/crm-7", withKey))

	noExpiry := claims("marketing", time.Hour)
	delete(noExpiry, "exp")
	for name, token := range map[string]string{
		"another secret":     sign(jwt.SigningMethodHS256, []byte("another secret, also 32 bytes long"), claims("marketing", time.Hour)),
		"another agent":      sign(jwt.SigningMethodHS256, []byte(secret), claims("sales", time.Hour)),
		"expired":            sign(jwt.SigningMethodHS256, []byte(secret), claims("marketing", -time.Hour)),
		"valid for too long": sign(jwt.SigningMethodHS256, []byte(secret), claims("marketing", 2*day)),
		"without an expiry":  sign(jwt.SigningMethodHS256, []byte(secret), noExpiry),
		"HS512":              sign(jwt.SigningMethodHS512, []byte(secret), claims("marketing", time.Hour)),
		"unsigned":           sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims("marketing", time.Hour)),
		"no token":           "nonsense",
	} {
		t.Run(name, func(t *testing.T) {
			a := s.refused(401, "identity_invalid", begin(token))
			if a.header.Get("WWW-Authenticate") == "" {
				t.Error("401 without WWW-Authenticate")
			}
		})
	}

	s.want(200, put("/v1/agents/marketing", obj{"allowed_origins": []string{page}, "identity_secret": ""}, withKey))
	s.refused(401, "identity_invalid", begin(sign(jwt.SigningMethodHS256, []byte(""), claims("marketing", time.Hour))))
}
