package admin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

const openidReturn = "/admin/signin/openid/return"

// realProvider runs a provider with three people, and makes a site trust it.
func realProvider(t *testing.T) func(*admin.Config) {
	return func(cfg *admin.Config) {
		people := filepath.Join(t.TempDir(), "people.json")
		err := os.WriteFile(people, []byte(`{
			"1": {"ID": "1", "Username": "ada", "Password": "ada's", "FirstName": "Ada", "LastName": "Byron", "Email": "Ada@Example.com", "EmailVerified": true},
			"2": {"ID": "2", "Username": "ben", "Password": "ben's", "Email": "ben@example.com", "EmailVerified": true},
			"3": {"ID": "3", "Username": "eve", "Password": "eve's", "Email": "ada@example.com", "EmailVerified": false}}`), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		users, err := storage.StoreFromFile(people)
		if err != nil {
			t.Fatal(err)
		}
		client := storage.WebClient("docket", "client-s3cr3t", cfg.PublicURL+openidReturn)
		server := httptest.NewUnstartedServer(nil)
		issuer := "http://" + server.Listener.Addr().String()
		server.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorageWithClients(users, map[string]*storage.Client{"docket": client}), nil, false)
		server.Start()
		t.Cleanup(server.Close)
		cfg.OpenID = &admin.OpenID{
			Issuer: issuer, ClientID: "docket", ClientSecret: "client-s3cr3t", Admins: []string{"ada@example.com"}, Viewers: []string{"BEN@example.com"},
		}
	}
}

// TestSignInAtARealProvider plays three people in Chromium, from the page they wanted to the page they get.
func TestSignInAtARealProvider(t *testing.T) {
	for _, row := range []struct{ user, page, shows, role string }{
		{"ada", "/admin/keys", "Make a key", "admin"},
		{"ben", "/admin/audit?act=sign_in", "Signed in", "viewer"},
		{"eve", "/admin/keys", "You have no access", ""}, // her provider does not vouch for the address
	} {
		t.Run(row.user, func(t *testing.T) {
			b := admintest.New(t, realProvider(t)).Browser()
			b.Expect("Failed to load resource") // the provider's icon, and our refusal
			b.Open(row.page)
			b.See("company’s account")
			if row.role == "admin" {
				b.Judge("signin-openid")
			}
			b.Click("main a.button")
			b.Wait("the provider's form", `document.querySelector("input[name=username]")`)
			admintest.Eval[bool](b, fmt.Sprintf(`(document.querySelector("[name=username]").value = %q, document.querySelector("[name=password]").value = %q, true)`, row.user, row.user+"'s"))
			b.Click("button[type=submit], input[type=submit]")
			b.See(row.shows)
			if row.role == "" {
				return
			}
			if at := admintest.Eval[string](b, "location.pathname + location.search"); at != row.page {
				t.Errorf("it leads to %s, want %s", at, row.page)
			}
			if role := admintest.Eval[string](b, `document.querySelector(".side .person small").innerText`); role != row.role {
				t.Errorf("the role is %s, want %s", role, row.role)
			}
		})
	}
}

// hostile is a provider that says whatever a row wants.
type hostile struct {
	*httptest.Server
	key, other *rsa.PrivateKey

	mu     sync.Mutex
	claims jwt.MapClaims
	sign   func(jwt.MapClaims) string
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{}
	var err error
	if h.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if h.other, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(path string, body func() any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body())
		})
	}
	answer("/.well-known/openid-configuration", func() any {
		return map[string]any{
			"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		}
	})
	answer("/keys", func() any {
		key, _ := jwk.FromRaw(h.key.Public())
		_ = key.Set(jwk.KeyIDKey, "k")
		return map[string]any{"keys": []any{key}}
	})
	answer("/token", func() any {
		h.mu.Lock()
		defer h.mu.Unlock()
		return map[string]any{"access_token": "at", "token_type": "Bearer", "id_token": h.sign(h.claims)}
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *hostile) signed(claims jwt.MapClaims) string { return signedBy(h.key, claims) }

func signedBy(key *rsa.PrivateKey, claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "k"
	text, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return text
}

// begin starts a sign-in and answers what the browser takes to the provider.
func begin(t *testing.T, c *admintest.Client, back string) url.Values {
	t.Helper()
	page := c.Get("/admin/signin/openid?return_to=" + url.QueryEscape(back))
	at, err := url.Parse(page.Location)
	if err != nil || page.Status != http.StatusSeeOther {
		t.Fatalf("the sign-in began with %d %s", page.Status, page.Location)
	}
	return at.Query()
}

// TestTokensThatDoNotHold has a provider give out tokens that are wrong in one way each. None signs anybody in, and none leaves more than a
// refusal in the log.
func TestTokensThatDoNotHold(t *testing.T) {
	h := newHostile(t)
	for _, row := range []struct {
		name   string
		change func(jwt.MapClaims)
		sign   func(jwt.MapClaims) string
		want   int
	}{
		{"a good one", func(jwt.MapClaims) {}, h.signed, http.StatusOK},
		{"good by a role", func(c jwt.MapClaims) { delete(c, "email"); c["roles"] = []string{"other", "Docket.Admin"} }, h.signed, http.StatusOK},
		{"another nonce", func(c jwt.MapClaims) { c["nonce"] = "another" }, h.signed, http.StatusBadGateway},
		{"no nonce", func(c jwt.MapClaims) { delete(c, "nonce") }, h.signed, http.StatusBadGateway},
		{"another audience", func(c jwt.MapClaims) { c["aud"] = "another" }, h.signed, http.StatusBadGateway},
		{"another issuer", func(c jwt.MapClaims) { c["iss"] = "https://login.example" }, h.signed, http.StatusBadGateway},
		{"expired", func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, h.signed, http.StatusBadGateway},
		{"no expiry", func(c jwt.MapClaims) { delete(c, "exp") }, h.signed, http.StatusBadGateway},
		{"another's key", func(jwt.MapClaims) {}, func(c jwt.MapClaims) string { return signedBy(h.other, c) }, http.StatusBadGateway},
		{"no signature", func(jwt.MapClaims) {}, func(c jwt.MapClaims) string {
			text, _ := jwt.NewWithClaims(jwt.SigningMethodNone, c).SignedString(jwt.UnsafeAllowNoneSignatureType)
			return text
		}, http.StatusBadGateway},
		{"no token", func(jwt.MapClaims) {}, func(jwt.MapClaims) string { return "" }, http.StatusBadGateway},
		{"an access token's hash that is another's", func(c jwt.MapClaims) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" }, h.signed, http.StatusBadGateway},
		{"somebody on no list", func(c jwt.MapClaims) { c["email"] = "eve@example.com" }, h.signed, http.StatusForbidden},
		{"an address that nobody vouches for", func(c jwt.MapClaims) { delete(c, "email_verified") }, h.signed, http.StatusForbidden},
		{"an unverified address", func(c jwt.MapClaims) { c["email_verified"] = false }, h.signed, http.StatusForbidden},
		{"a role that looks like an address", func(c jwt.MapClaims) { delete(c, "email"); c["roles"] = []string{"ada@example.com"} }, h.signed, http.StatusForbidden},
		{"an address that looks like a role", func(c jwt.MapClaims) { c["email"] = "Docket.Admin" }, h.signed, http.StatusForbidden},
	} {
		t.Run(row.name, func(t *testing.T) {
			site := admintest.New(t, h.trusted)
			c := site.Stranger()
			asked := begin(t, c, "/admin/keys")
			claims := jwt.MapClaims{
				"iss": h.URL, "aud": "docket", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": asked.Get("nonce"), "email": "ada@example.com", "email_verified": true,
			}
			row.change(claims)
			h.mu.Lock()
			h.claims, h.sign = claims, row.sign
			h.mu.Unlock()
			page := c.Get(openidReturn + "?code=x&state=" + asked.Get("state"))
			if page.Status != row.want {
				t.Errorf("it was answered %d, want %d:\n%s", page.Status, row.want, page.Body)
			}
			signedIn := c.Get("/admin/keys").Status == http.StatusOK
			if signedIn != (row.want == http.StatusOK) {
				t.Errorf("signed in: %v", signedIn)
			}
			for key := range site.Dump() {
				if strings.HasPrefix(key, "admin/sessions/") && !signedIn {
					t.Errorf("a session was kept: %s", key)
				}
			}
			if signedIn && !strings.Contains(page.Body, `content="0;url=/admin/keys"`) {
				t.Errorf("it does not lead back:\n%s", page.Body)
			}
		})
	}
}

func (h *hostile) trusted(cfg *admin.Config) {
	cfg.OpenID = &admin.OpenID{Issuer: h.URL, ClientID: "docket", ClientSecret: "client-s3cr3t", Admins: []string{"ada@example.com", "Docket.Admin"}}
}

// TestReturnsThatDoNotHold sends browsers back with a state that is missing, another browser's, used, or too old.
func TestReturnsThatDoNotHold(t *testing.T) {
	h := newHostile(t)
	h.sign = h.signed
	var ahead atomic.Int64 // the desk asks for the time too
	site := admintest.New(t, h.trusted, func(cfg *admin.Config) {
		cfg.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	good := func(asked url.Values) string {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.claims = jwt.MapClaims{
			"iss": h.URL, "aud": "docket", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "nonce": asked.Get("nonce"), "email": "ada@example.com", "email_verified": true,
		}
		return openidReturn + "?code=x&state=" + asked.Get("state")
	}
	refused := func(name string, page admintest.Page) {
		t.Helper()
		if page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "Please begin again") {
			t.Errorf("%s: %d\n%s", name, page.Status, page.Body)
		}
	}
	before := site.Dump()
	c := site.Stranger()
	refused("no sign-in under way", c.Get(openidReturn+"?code=x&state=made-up"))
	asked := begin(t, c, "/admin/")
	refused("no state", c.Get(openidReturn+"?code=x"))
	asked = begin(t, c, "/admin/")
	refused("another state", c.Get(openidReturn+"?code=x&state=made-up"))
	refused("another browser", site.Stranger().Get(good(begin(t, c, "/admin/"))))
	asked = begin(t, c, "/admin/")
	ahead.Store(int64(11 * time.Minute))
	refused("eleven minutes later", c.Get(good(asked)))
	ahead.Store(0)
	unchanged(t, "refused returns", before, site.Dump())

	asked = begin(t, c, "/admin/")
	kept := c.Cookies()
	if page := c.Get(good(asked)); page.Status != http.StatusOK {
		t.Fatalf("the good one was answered %d\n%s", page.Status, page.Body)
	}
	thief := site.Stranger()
	var cookies []string
	for _, cookie := range kept {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	refused("a second time, with everything the browser had", thief.Send(http.MethodGet, good(asked), nil, http.Header{"Cookie": {strings.Join(cookies, "; ")}}))
}

// TestWhoIsTakenOffTheList loses access at once, in the middle of a session.
func TestWhoIsTakenOffTheList(t *testing.T) {
	h := newHostile(t)
	h.sign = h.signed
	var openid *admin.OpenID
	site := admintest.New(t, h.trusted, func(cfg *admin.Config) { openid = cfg.OpenID })
	c := site.Stranger()
	asked := begin(t, c, "/admin/")
	h.claims = jwt.MapClaims{"iss": h.URL, "aud": "docket", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "nonce": asked.Get("nonce"), "email": "ada@example.com", "email_verified": true}
	c.Get(openidReturn + "?code=x&state=" + asked.Get("state"))
	if got := c.Get("/admin/keys").Status; got != http.StatusOK {
		t.Fatalf("she was not signed in: %d", got)
	}
	openid.Admins[0] = "somebody.else@example.com" // as a restart with other settings would
	if got := c.Get("/admin/keys").Status; got != http.StatusSeeOther {
		t.Errorf("she still gets in: %d", got)
	}
}
