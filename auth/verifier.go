package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/activity"
)

const (
	// leeway is the clock difference that every Bot Framework SDK allows.
	leeway = 5 * time.Minute
	// maxKeyID bounds the kid of a token header in bytes.
	maxKeyID = 128
)

// VerifierConfig says whose tokens a Verifier takes.
type VerifierConfig struct {
	AppID       string                   // the bot's app id; required
	Cloud       Cloud                    // zero is Public
	MetadataURL string                   // in place of the cloud's; http for loopback hosts alone
	Channels    []string                 // channels whose activities are accepted; empty is msteams alone
	Tenants     func(tenant string) bool // which tenants may speak; nil is all
	Hosts       Hosts                    // service hosts that are trusted; zero is the cloud's own
	HTTP        *http.Client             // for keys; nil is a plain client
	Clock       func() time.Time         // nil is time.Now
	Log         *slog.Logger             // nil is silence
}

// Verifier checks inbound requests of the channel service. See the package
// documentation for its two stages and its keys.
type Verifier struct {
	appID    string
	cloud    Cloud
	channels []string
	tenants  func(string) bool
	hosts    Hosts
	clock    func() time.Time
	parser   *jwt.Parser
	keys     *keyring
	seen     *seenTokens
}

// NewVerifier makes a verifier and starts nothing. It fails on an empty app id
// (there is no such thing as verification switched off) and on a metadata URL
// that is not https, unless its host is a loopback one. Whoever makes one closes
// it.
func NewVerifier(cfg VerifierConfig) (*Verifier, error) {
	if cfg.AppID == "" {
		return nil, errors.New("auth: the bot's app id is empty")
	}
	if cfg.Cloud.Issuer == "" {
		cfg.Cloud = Public
	}
	if cfg.MetadataURL == "" {
		cfg.MetadataURL = cfg.Cloud.Metadata
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []string{activity.ChannelTeams}
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Hosts.rules) == 0 {
		var err error
		if cfg.Hosts, err = NewHosts(cfg.Cloud); err != nil {
			return nil, err
		}
	}
	source, err := newKeySource(cfg.MetadataURL, cfg.Cloud, cfg.HTTP)
	if err != nil {
		return nil, err
	}
	return &Verifier{
		appID:    strings.ToLower(cfg.AppID),
		cloud:    cfg.Cloud,
		channels: cfg.Channels,
		tenants:  cfg.Tenants,
		hosts:    cfg.Hosts,
		clock:    cfg.Clock,
		parser:   newParser(cfg.Cloud.Issuer, cfg.Clock),
		keys:     newKeyring(source.fetch, cfg.Clock, cfg.Log),
		seen:     newSeenTokens(),
	}, nil
}

func newParser(issuer string, clock func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(clock),
		jwt.WithStrictDecoding(),
	)
}

// Preload fetches the signing keys if there are none yet, so that the first
// request need not wait. An error is a [*Error] with status 503.
func (v *Verifier) Preload(ctx context.Context) error {
	if err := v.keys.load(ctx); err != nil {
		return err
	}
	return nil
}

// Close cancels a key fetch that is under way and waits for its end. Afterwards
// no more keys are fetched; a request that would need it is answered with 503.
func (v *Verifier) Close() error {
	v.keys.close()
	return nil
}

// Verify is the header stage. It answers the claims of a token that the
// channel service signed for this bot, or a [*Error]. It uses the network only
// for a well-formed token of the right issuer and algorithm, and only when the
// key set does not hold its key or is due for a refresh.
//
// A token that was verified before costs no signature check until it expires
// or its key is withdrawn.
func (v *Verifier) Verify(ctx context.Context, h http.Header) (Claims, error) {
	token, refusal := bearer(h)
	if refusal != nil {
		return Claims{}, refusal
	}
	id := idOf(token)
	if known, ok := v.seen.get(id, v.clock()); ok {
		key, err := v.keys.find(ctx, known.key.id)
		if err != nil {
			return Claims{}, err
		}
		if key == known.key {
			return v.claimsOf(known), nil
		}
	}
	verified, refusal := v.check(ctx, token)
	if refusal != nil {
		return Claims{}, refusal
	}
	verified.id = id
	v.seen.put(verified)
	return v.claimsOf(verified), nil
}

func (v *Verifier) claimsOf(t verifiedToken) Claims {
	return Claims{
		Issuer:       v.cloud.Issuer,
		AppID:        v.appID,
		ServiceURL:   t.serviceURL,
		NotBefore:    t.notBefore,
		Expires:      t.expires,
		KeyID:        t.key.id,
		Endorsements: t.key.endorsements,
	}
}

// check does the whole work for one token that was not seen before.
func (v *Verifier) check(ctx context.Context, token string) (verifiedToken, *Error) {
	var claims tokenClaims
	var key *signingKey
	parsed, err := v.parser.ParseWithClaims(token, &claims, func(t *jwt.Token) (_ any, err error) {
		if key, err = v.keyFor(ctx, t, claims.issuer); err != nil {
			return nil, err
		}
		return key.public, nil
	})
	if err != nil {
		return verifiedToken{}, refusalOf(parsed, err)
	}
	if !v.forUs(claims.audience) {
		return verifiedToken{}, unauthorized(WrongAudience, "the token is for another bot")
	}
	if !v.fromChannel(claims.senders) {
		return verifiedToken{}, unauthorized(WrongIssuer, "the token names another bot as its sender")
	}
	if claims.serviceURL == "" {
		return verifiedToken{}, unauthorized(ServiceURLMissing, "the token has no serviceurl claim")
	}
	return verifiedToken{
		key:        key,
		serviceURL: claims.serviceURL,
		notBefore:  claims.notBefore.Time,
		expires:    claims.expires.Time,
	}, nil
}

// keyFor runs after the parser has checked the algorithm and before it checks
// the signature, hence on claims that nobody vouches for yet: they may only
// lead to a refusal without a network call.
func (v *Verifier) keyFor(ctx context.Context, t *jwt.Token, issuer string) (*signingKey, error) {
	if issuer != v.cloud.Issuer {
		return nil, unauthorized(WrongIssuer, "the token's issuer is not the channel service")
	}
	if _, critical := t.Header["crit"]; critical {
		return nil, unauthorized(MalformedToken, "the token header names critical extensions")
	}
	kid, _ := t.Header["kid"].(string)
	if kid == "" || len(kid) > maxKeyID {
		return nil, unauthorized(KeyUnknown, "the token names no usable key id")
	}
	return v.keys.find(ctx, kid)
}

// forUs accepts the app id alone, as a string or in an array. A token that is
// meant for other bots as well is not one that the channel service makes.
func (v *Verifier) forUs(audience []string) bool {
	for _, id := range audience {
		if !strings.EqualFold(id, v.appID) {
			return false
		}
	}
	return len(audience) > 0
}

// fromChannel refuses a token that names a sending app other than the bot, as
// only the token of a skill does: the channel speaks for itself.
func (v *Verifier) fromChannel(senders [2]string) bool {
	for _, app := range senders {
		if app != "" && !strings.EqualFold(app, v.appID) {
			return false
		}
	}
	return true
}

// refusalOf turns the parser's error into one of ours. The parser reports all
// claims that are wrong; the first in this order is named.
func refusalOf(token *jwt.Token, err error) *Error {
	if own := (*Error)(nil); errors.As(err, &own) {
		return own
	}
	switch {
	case token != nil && token.Header != nil && token.Header["alg"] != jwt.SigningMethodRS256.Alg():
		return unauthorized(WrongAlgorithm, "the token is not signed with RS256")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return unauthorized(WrongSignature, "%w", jwt.ErrTokenSignatureInvalid)
	case errors.Is(err, jwt.ErrTokenExpired):
		return unauthorized(Expired, "%w", jwt.ErrTokenExpired)
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return unauthorized(NotYetValid, "%w", jwt.ErrTokenNotValidYet)
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return unauthorized(WrongIssuer, "%w", jwt.ErrTokenInvalidIssuer)
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return unauthorized(MalformedToken, "%w", jwt.ErrTokenRequiredClaimMissing)
	}
	return unauthorized(MalformedToken, "%w", fmt.Errorf("unreadable token: %w", err))
}
