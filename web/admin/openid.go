package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OpenID is where admins sign in by OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html), and who of them may do
// what. Whoever is named in neither list gets in nowhere.
type OpenID struct {
	Issuer       string
	ClientID     string
	ClientSecret string // empty: a public client, which proves itself by PKCE alone

	// Admins and Viewers are e-mail addresses (what has an @ in it) and values of the roles claim (anything else).
	Admins, Viewers []string
	RolesClaim      string // the claim that holds roles or groups; "roles" when empty

	// AnyEmail takes an address also where the provider does not say whether it is verified, as Microsoft Entra ID does not. One that the
	// provider calls unverified is never taken.
	AnyEmail bool
}

// openID signs people in at one provider.
type openID struct {
	OpenID
	flights flights

	mu       sync.Mutex
	provider *oidc.Provider // nil until it was reached
}

const providerTime = 10 * time.Second // for each call to the provider

// providerClient follows no redirect: a provider says in its own description where things are.
var providerClient = &http.Client{Timeout: providerTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// openidReturn is where the provider sends people back to.
const openidReturn = "/admin/signin/openid/return"

// reach reads the provider's description, once.
func (o *openID) reach(ctx context.Context) (*oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, providerClient), o.Issuer)
		if err != nil {
			return nil, err
		}
		o.provider = provider
	}
	return o.provider, nil
}

func (v *visit) client(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: v.openid.ClientID, ClientSecret: v.openid.ClientSecret, Endpoint: p.Endpoint(),
		RedirectURL: strings.TrimRight(v.public.String(), "/") + openidReturn, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

var (
	errNoOpenID = problem{http.StatusNotFound, "Not set up", "Signing in with a company’s account is not set up on this server."}
	errAway     = problem{http.StatusBadGateway, "The sign-in service does not answer", "Your company’s sign-in service cannot be reached, or does not answer as it should. Please try again in a moment; whoever runs this server finds the cause in its log."}
	errStale    = problem{http.StatusBadRequest, "Please begin again", "This return does not belong to a sign-in that you began in this browser, came back a second time, or took longer than ten minutes."}
	errStranger = problem{http.StatusForbidden, "You have no access", "You signed in, but nobody has let your account into these pages. Whoever runs this server can add it."}
)

// openidStart sends the browser to the provider.
func (v *visit) openidStart() error {
	if v.openid == nil {
		return errNoOpenID
	}
	provider, err := v.openid.reach(v.ctx())
	if err != nil {
		v.log.Warn("the sign-in provider cannot be reached", "setting", "DOCKET_OIDC_ISSUER", "err", err)
		return errAway
	}
	f := flight{
		State: newToken(), Nonce: newToken(), Verifier: oauth2.GenerateVerifier(),
		Return: v.safeReturn(v.r.URL.Query().Get("return_to")), Until: v.now().Add(flightTime),
	}
	http.SetCookie(v.w, v.flightCookie(v.openid.flights.seal(f), flightTime))
	return v.redirect(v.client(provider).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)))
}

// openidBack takes somebody back from the provider. Everything in the address is a stranger's word until the token proves it.
func (v *visit) openidBack() error {
	if v.openid == nil {
		return errNoOpenID
	}
	q := v.r.URL.Query()
	f, ok := v.land(q.Get("state"))
	http.SetCookie(v.w, v.flightCookie("", 0))
	if !ok {
		return errStale
	}
	if code := q.Get("error"); code != "" {
		v.log.Info("the sign-in provider refused", "code", short(code))
		if err := v.refused(wayOpenID); err != nil {
			return err
		}
		return problem{http.StatusBadRequest, "You were not signed in", "Your company’s sign-in service says: " + short(q.Get("error_description")+" ("+code+")")}
	}
	claims, err := v.openidClaims(q.Get("code"), f)
	if err != nil {
		var refusal *oauth2.RetrieveError
		if errors.As(err, &refusal) { // its text holds the whole answer
			err = fmt.Errorf("the token endpoint answered %d %s", refusal.Response.StatusCode, refusal.ErrorCode)
		}
		v.log.Warn("a sign-in did not hold", "err", err)
		return errors.Join(v.refused(wayOpenID), errAway)
	}
	person := v.openid.person(claims)
	if person.Role = v.openid.role(person); person.Role == "" {
		return errors.Join(v.refused(wayOpenID, person.called()), errStranger)
	}
	if err := v.begin(person, wayOpenID); err != nil {
		return err
	}
	// The cookie is for our own pages alone, and this answer still belongs to the provider's: the next request is ours.
	return v.show("hop.html", "One moment", f.Return, func(fr *frame) { fr.Refresh, fr.Nav = f.Return, nil })
}

// land checks the state of a return against what this browser took along, once.
func (v *visit) land(state string) (flight, bool) {
	cookie, err := v.r.Cookie(v.flightCookie("", 0).Name)
	if err != nil {
		return flight{}, false
	}
	f, ok := v.openid.flights.open(cookie.Value)
	if !ok || subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 {
		return flight{}, false
	}
	return f, v.openid.flights.use(f, v.now())
}

// openidClaims trades the code for tokens and reads what they prove.
func (v *visit) openidClaims(code string, f flight) (claims, error) {
	provider, err := v.openid.reach(v.ctx())
	if err != nil {
		return nil, err
	}
	ctx := oidc.ClientContext(v.ctx(), providerClient)
	token, err := v.client(provider).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, errors.New("the token endpoint gave no id_token")
	}
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: v.openid.ClientID, Now: v.now}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return nil, errors.New("the id_token's nonce is not ours")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, err
		}
	}
	found := claims{}
	if err := id.Claims(&found); err != nil {
		return nil, err
	}
	return found, v.askMore(ctx, provider, token, found)
}

// askMore completes the claims of an id_token that names no address, from the provider's userinfo: some put it there alone.
func (v *visit) askMore(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, found claims) error {
	if found.text("email") != "" || provider.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if info.Subject != found.text("sub") {
		return errors.New("the userinfo is about somebody else")
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return err
	}
	for name, value := range more {
		if _, there := found[name]; !there {
			found[name] = value
		}
	}
	return nil
}

// claims are what a provider says about somebody.
type claims map[string]any

func (c claims) text(name string) string {
	text, _ := c[name].(string)
	return text
}

// texts are the strings of a claim that is one or a list of them.
func (c claims) texts(name string) []string {
	switch value := c[name].(type) {
	case string:
		return []string{value}
	case []any:
		var out []string
		for _, one := range value {
			if text, ok := one.(string); ok {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}

// person is who the claims are about. An address that the provider does not vouch for is nobody's: a provider may leave email_verified out
// where it is false.
func (o *openID) person(c claims) Person {
	sum := sha256.Sum256([]byte(o.Issuer + "\x00" + c.text("sub")))
	p := Person{Account: "openid:" + hex.EncodeToString(sum[:8]), Name: short(c.text("name"))}
	verified := c["email_verified"]
	vouched := verified == true || verified == "true" || (verified == nil && o.AnyEmail)
	if email := strings.ToLower(c.text("email")); strings.Contains(email, "@") && vouched {
		p.Email = short(email)
	}
	roles := o.RolesClaim
	if roles == "" {
		roles = "roles"
	}
	for _, value := range c.texts(roles) { // only those that matter are kept
		if !strings.Contains(value, "@") && (named(o.Admins, value) || named(o.Viewers, value)) {
			p.Roles = append(p.Roles, value)
		}
	}
	return p
}

// role is what the lists, as they are now, let a person do; empty when nothing.
func (o *openID) role(p Person) Role {
	if o == nil {
		return ""
	}
	for _, list := range []struct {
		names []string
		role  Role
	}{{o.Admins, RoleAdmin}, {o.Viewers, RoleViewer}} {
		if p.Email != "" && named(list.names, p.Email) || slices.ContainsFunc(p.Roles, func(r string) bool { return named(list.names, r) }) {
			return list.role
		}
	}
	return ""
}

func named(list []string, name string) bool {
	return slices.ContainsFunc(list, func(entry string) bool { return strings.EqualFold(strings.TrimSpace(entry), name) })
}
