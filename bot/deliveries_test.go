package bot_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// A delivery is one request, for whoever is to judge it.
type delivery struct {
	name          string
	authorization []string // values of the header, one line each
	body          []byte
}

// maker makes deliveries that differ from a good one in one respect.
type maker struct {
	svc        *bottest.Service
	webchat    string // kid of a key that is endorsed for other channels
	nothing    string // kid of a key whose list of endorsements is empty
	unendorsed string // kid of a key without the list
}

// botID is an app id whose letters have a case.
const botID = "abcdef01-2345-4678-89ab-cdef01234567"

func newMaker(t *testing.T) maker {
	t.Helper()
	svc := bottest.Start(t, bottest.Config{AppID: botID})
	return maker{
		svc:     svc,
		webchat: svc.PublishKey([]string{"webchat", "slack"}), nothing: svc.PublishKey([]string{}), unendorsed: svc.PublishKey(nil),
	}
}

// token makes a delivery whose token is bent.
func (m maker) token(name string, o bottest.TokenOptions) delivery {
	return m.header(name, "Bearer "+m.svc.Token(o))
}

// claim makes one whose token has a claim of that value; nil takes it away.
func (m maker) claim(name, claim string, value any) delivery {
	return m.token(name, bottest.TokenOptions{Claims: map[string]any{claim: value}})
}

// head is claim for the token's header.
func (m maker) head(name, member string, value any) delivery {
	return m.token(name, bottest.TokenOptions{Header: map[string]any{member: value}})
}

// header makes one with these Authorization headers.
func (m maker) header(name string, values ...string) delivery {
	return delivery{name: name, authorization: values, body: goodActivity(m.svc).json()}
}

// body makes one with a good token and a bent activity.
func (m maker) body(name string, bend func(members)) delivery {
	a := goodActivity(m.svc)
	bend(a)
	return delivery{name: name, authorization: []string{"Bearer " + m.good()}, body: a.json()}
}

// raw makes one with a good token and a body of bytes.
func (m maker) raw(name string, bend func([]byte) []byte) delivery {
	d := m.header(name, "Bearer "+m.good())
	d.body = bend(d.body)
	return d
}

// service makes one whose claim and body name service URLs.
func (m maker) service(name, claim, body string) delivery {
	d := m.body(name, set("serviceUrl", body))
	d.authorization = []string{"Bearer " + m.svc.Token(bottest.TokenOptions{ServiceURL: claim})}
	return d
}

func (m maker) good() string { return m.svc.Token(bottest.TokenOptions{}) }

// text makes one whose token is signed over texts of the caller's making; what they leave out is good. %s in the
// claims stands for the good ones without their brackets, in the header for the good kid.
func (m maker) text(name, header, claims string) delivery {
	if header == "" {
		header = `{"alg":"RS256","kid":"%s"}`
	}
	if strings.Contains(header, "%s") {
		header = fmt.Sprintf(header, m.svc.KeyID())
	}
	if strings.Contains(claims, "%s") {
		claims = fmt.Sprintf(claims, fmt.Sprintf(`"iss":%q,"aud":%q,"serviceurl":%q,"exp":%d`,
			auth.Public.Issuer, botID, m.svc.ServiceURL(), time.Now().Add(time.Hour).Unix()))
	}
	return m.header(name, "Bearer "+signed(m.svc.PrivateKey(m.svc.KeyID()), header, claims))
}

func encoded(s []byte) string { return base64.RawURLEncoding.EncodeToString(s) }

// signed is a token by RS256 over two texts, whatever they say.
func signed(key *rsa.PrivateKey, header, claims string) string {
	input := encoded([]byte(header)) + "." + encoded([]byte(claims))
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return input + "." + encoded(signature)
}

// deliveries is what both validators are asked about.
func (m maker) deliveries() []delivery {
	var all []delivery
	for _, some := range [][]delivery{
		m.genuine(), m.headers(), m.algorithms(), m.keys(), m.shapes(), m.texts(), m.issuers(), m.senders(), m.audiences(), m.times(),
		m.serviceClaims(), m.serviceURLs(), m.channels(), m.tenants(), m.bodies(),
	} {
		all = append(all, some...)
	}
	return all
}

func TestEveryDeliveryHasANameOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	for _, d := range newMaker(t).deliveries() {
		if names[d.name] {
			t.Errorf("two deliveries are named %q", d.name)
		}
		names[d.name] = true
	}
	if len(names) < 120 {
		t.Errorf("%d deliveries, want 120 and more", len(names))
	}
}
