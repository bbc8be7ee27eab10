package auth

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims is what a verified token says. Channel tokens carry exactly aud, exp,
// iss, nbf and serviceurl; the name of the last is all lower case on the wire,
// whatever documentation prints.
type Claims struct {
	Issuer       string    // iss, the channel service
	AppID        string    // aud, the bot's app id in lower case
	ServiceURL   string    // serviceurl, as it stands in the token
	NotBefore    time.Time // nbf; zero when the token has none
	Expires      time.Time // exp
	KeyID        string    // kid of the signing key; empty only where no token was verified
	Endorsements []string  // channels that the signing key may speak for
}

// Endorsed reports whether the key that signed the token may speak for channel.
func (c Claims) Endorsed(channel string) bool {
	return channel != "" && slices.Contains(c.Endorsements, channel)
}

// tokenClaims are the claims before they are trusted.
type tokenClaims struct {
	issuer     string
	audience   string
	serviceURL string
	senders    [2]string // appid and azp: apps that claim to have sent the token
	expires    time.Time
	notBefore  time.Time
}

// readClaims takes the claims by their exact names, which a struct's tags would
// not do: they match in any case.
func readClaims(members jwt.MapClaims) (c tokenClaims, err error) {
	err = errors.Join(
		textClaim(members, "iss", &c.issuer),
		textClaim(members, "serviceurl", &c.serviceURL),
		textClaim(members, "appid", &c.senders[0]),
		textClaim(members, "azp", &c.senders[1]),
		textClaim(members, "aud", &c.audience),
		dateClaim(members, "exp", &c.expires),
		dateClaim(members, "nbf", &c.notBefore),
	)
	return c, err
}

// textClaim takes null for a claim that is not there.
func textClaim(members jwt.MapClaims, name string, into *string) error {
	switch value := members[name].(type) {
	case nil:
	case string:
		*into = value
	default:
		return fmt.Errorf("claim %s is not a text", name)
	}
	return nil
}

// maxDate bounds a date in seconds from the epoch. It lies beyond all calendars and
// well inside of what can be reckoned with.
const maxDate = 1 << 53

// dateClaim wants a JSON number that is a time; the parser alone would take null
// for nothing and turn the far future into the past.
func dateClaim(members jwt.MapClaims, name string, into *time.Time) error {
	value, ok := members[name]
	if !ok {
		return nil
	}
	seconds, ok := value.(float64)
	if !ok || math.Abs(seconds) > maxDate {
		return fmt.Errorf("claim %s is not a time", name)
	}
	*into = time.Unix(int64(math.Floor(seconds)), 0)
	return nil
}
