package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/teams"
)

// looks are all of them, in the order of the report. The doctor and the health page take them from here.
var looks = []struct {
	name string
	look func(*patient, context.Context) []finding
}{
	{"settings", (*patient).lookAtSettings},
	{"clock", (*patient).lookAtClock},
	{"store", (*patient).lookAtStore},
	{"token endpoint", (*patient).lookAtTokens},
	{"signing keys", (*patient).lookAtKeys},
	{"manifest", (*patient).lookAtManifest},
	{"tenants", (*patient).lookAtTenants},
	{"channels", (*patient).lookAtChannels},
	{"queues", (*patient).lookAtQueues},
}

// patient is what the doctor looks at.
type patient struct {
	settings *settings
	environ  []string
	bad      error    // what is wrong with the settings
	records  *records // nil: there is no store yet
	storeErr error    // why there are no records
	client   *http.Client
	name     string // of the look under way
}

const lookTime = 10 * time.Second // for one look

func newPatient(s *settings, environ []string) *patient {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &patient{
		settings: s, environ: environ,
		client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// examine takes all looks, one after another.
func (p *patient) examine(ctx context.Context) []finding {
	var all []finding
	for _, one := range looks {
		p.name = one.name
		looking, done := context.WithTimeout(ctx, lookTime)
		all = append(all, one.look(p, looking)...)
		done()
	}
	return all
}

func (p *patient) ok(format string, args ...any) []finding {
	return []finding{{Name: p.name, Status: healthy, Cause: fmt.Sprintf(format, args...)}}
}

func (p *patient) warn(remedy, format string, args ...any) []finding {
	return []finding{{Name: p.name, Status: warning, Cause: fmt.Sprintf(format, args...), Remedy: remedy}}
}

func (p *patient) fail(remedy, format string, args ...any) []finding {
	return []finding{{Name: p.name, Status: failed, Cause: fmt.Sprintf(format, args...), Remedy: remedy}}
}

// unset answers for a look that needs the bot, where there is none to look at; nil: there is.
func (p *patient) unset() []finding {
	switch {
	case p.bad != nil:
		return p.warn("", "not looked at, because the settings are not right")
	case !p.settings.Bot.configured():
		return p.warn("", "not looked at, because Microsoft Teams is not set up")
	}
	return nil
}

const settingsRemedy = "docket serve --help lists every setting"

func (p *patient) lookAtSettings(context.Context) []finding {
	if p.bad != nil {
		return p.fail(settingsRemedy, "%v", p.bad)
	}
	s := p.settings
	switch unknown := ignored(p.environ); {
	case len(unknown) > 0:
		return p.warn("correct the name, or remove it", "there is no such setting: %s", strings.Join(unknown, ", "))
	case s.InsecureNoBotAuth:
		return p.warn("unset DOCKET_INSECURE_NO_BOT_AUTH for anything but a local client", "activities without a token are accepted from this machine")
	case !s.Bot.configured():
		return p.warn("set DOCKET_BOT_ID, DOCKET_BOT_SECRET and DOCKET_BOT_TENANT; docs/teams.md shows each step", "Microsoft Teams is not set up")
	case s.PublicURL == "":
		return p.warn("set DOCKET_PUBLIC_URL to the https address that Teams and your visitors reach", "nobody but this machine reaches %s", s.Addr)
	}
	return p.ok("complete; the bot is %s, reached at %s", s.Bot.ID, s.PublicURL)
}

const clockRemedy = "let the machine follow a time server (NTP)"

// lookAtClock compares this machine's clock with the Date that Microsoft's server sends.
func (p *patient) lookAtClock(ctx context.Context) []finding {
	if unset := p.unset(); unset != nil {
		return unset
	}
	skew, err := (&clockWatch{url: p.settings.Bot.metadata()}).look(ctx)
	if err != nil {
		return p.warn("let this machine reach it by https", "the time could not be compared: %v", withoutURL(err))
	}
	off := skew.Round(time.Second).Abs()
	switch way := map[bool]string{true: "ahead of", false: "behind"}[skew > 0]; {
	case off >= skewMost:
		return p.fail(clockRemedy, "this machine's clock is %v %s Microsoft's; from five minutes on every token is refused", off, way)
	case off >= skewWarn:
		return p.warn(clockRemedy, "this machine's clock is %v %s Microsoft's", off, way)
	}
	return p.ok("within %v of Microsoft's", max(off, time.Second))
}

func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// metadata is where the channel's OpenID metadata is.
func (b *botSettings) metadata() string {
	if b.OpenIDMetadata != "" {
		return b.OpenIDMetadata
	}
	return b.cloud().Metadata
}

func (p *patient) lookAtStore(context.Context) []finding {
	switch {
	case p.storeErr != nil:
		return p.fail("docs/operations.md tells what each message means", "%v", p.storeErr)
	case p.records == nil:
		return p.warn("docket serve makes it", "there is none yet at %s", strings.TrimPrefix(p.settings.Store, "bolt:"))
	case len(p.records.Warnings) > 0:
		return p.warn("docs/operations.md tells what each message means", "%s", strings.Join(p.records.Warnings, "; "))
	case p.bad == nil && p.records.Full*100 >= p.settings.diskLimits.warn:
		return p.warn("make room; docs/operations.md tells what is refused when", "%s; its disk is %.1f %% full", p.records.Store, p.records.Full*100)
	case p.records.Running:
		return p.ok("%s (%s)", p.records.Store, p.records.Version)
	}
	return p.ok("%s", p.records.Store)
}

// lookAtTokens obtains a fresh token: one that is remembered would hide that the next one will be refused.
func (p *patient) lookAtTokens(ctx context.Context) []finding {
	if unset := p.unset(); unset != nil {
		return unset
	}
	tokens, err := p.settings.Bot.tokens()
	if err == nil {
		var token string
		if token, err = tokens.Token(ctx); err == nil && token == "" {
			return p.warn("set DOCKET_BOT_SECRET for anything but a local client", "the bot has no credential, and calls without a token")
		}
	}
	if err != nil {
		cause, remedy := teams.TokenTrouble(err)
		return p.fail(remedy, "%s", cause)
	}
	return p.ok("a token for the bot was obtained")
}

func (p *patient) lookAtKeys(ctx context.Context) []finding {
	if unset := p.unset(); unset != nil {
		return unset
	}
	b := &p.settings.Bot
	verifier, err := auth.NewVerifier(auth.VerifierConfig{AppID: b.ID, Cloud: b.cloud(), MetadataURL: b.OpenIDMetadata, HTTP: p.client})
	if err == nil {
		defer verifier.Close()
		err = verifier.Preload(ctx)
	}
	if err != nil {
		return p.fail("let this machine reach it by https, or check DOCKET_BOT_OPENID_METADATA and DOCKET_BOT_CLOUD; without the keys every message from Teams is refused",
			"the keys with which Teams signs cannot be read from %s: %v", hostOf(b.metadata()), causeOf(err))
	}
	return p.ok("the keys with which Teams signs were read from %s", hostOf(b.metadata()))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// causeOf takes the private cause of a refusal: whoever runs the doctor may read it.
func causeOf(err error) error {
	var refused *auth.Error
	if errors.As(err, &refused) && refused.Err != nil {
		return withoutURL(refused.Err)
	}
	return err
}

func (p *patient) lookAtManifest(context.Context) []finding {
	if unset := p.unset(); unset != nil {
		return unset
	}
	app := p.settings.appPackage()
	if u, err := url.Parse(app.PublicURL); err != nil || u.Scheme != "https" {
		return p.warn("set DOCKET_PUBLIC_URL to the https address that Teams reaches", "no app package can be made yet")
	}
	if err := app.write(io.Discard); err != nil {
		return p.fail("docket manifest says more", "Teams would refuse the app package: %v", err)
	}
	return p.ok("the app package can be made")
}
