package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/activity"
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
	Endorsements []string  // channels that the signing key may speak for; to be read, since other claims share them
}

// Endorsed reports whether the key that signed the token may speak for channel.
func (c Claims) Endorsed(channel string) bool {
	return channel != "" && slices.Contains(c.Endorsements, channel)
}

// tokenClaims are the claims before they are trusted. The parser decodes them and
// asks them for what it checks itself.
type tokenClaims struct {
	issuer     string
	audience   jwt.ClaimStrings
	serviceURL string
	senders    [2]string // appid and azp: apps that claim to have sent the token
	expires    jwt.NumericDate
	notBefore  jwt.NumericDate
}

// UnmarshalJSON takes the claims by their exact names, which a struct's tags would
// not do: they match in any case.
func (c *tokenClaims) UnmarshalJSON(data []byte) error {
	return activity.EachMember(data, func(name, value []byte) error {
		switch string(name) {
		case "iss":
			return readText(name, value, &c.issuer)
		case "aud":
			return readAudience(value, &c.audience)
		case "serviceurl":
			return readText(name, value, &c.serviceURL)
		case "appid":
			return readText(name, value, &c.senders[0])
		case "azp":
			return readText(name, value, &c.senders[1])
		case "exp":
			return readDate(name, value, &c.expires)
		case "nbf":
			return readDate(name, value, &c.notBefore)
		}
		return nil
	})
}

// readText takes null for a claim that is not there.
func readText(name, value []byte, into *string) error {
	if value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
		*into = string(value[1 : len(value)-1])
		return nil
	}
	if json.Unmarshal(value, into) != nil {
		return fmt.Errorf("claim %s is not a text", name)
	}
	return nil
}

// readAudience wants a text or a list of texts (https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3).
func readAudience(value []byte, into *jwt.ClaimStrings) error {
	if value[0] == '"' {
		*into = make(jwt.ClaimStrings, 1)
		return readText([]byte("aud"), value, &(*into)[0])
	}
	var list []*string
	if json.Unmarshal(value, &list) != nil {
		return errors.New("claim aud is neither a text nor a list of texts")
	}
	for _, id := range list {
		if id == nil {
			return errors.New("claim aud holds what is no text")
		}
		*into = append(*into, *id)
	}
	return nil
}

// maxDate bounds a date in seconds from the epoch. It lies beyond all calendars and
// well inside of what can be reckoned with.
const maxDate = 1 << 53

// readDate wants a JSON number that is a time. A value in quotes is none, and
// neither is null.
func readDate(name, value []byte, into *jwt.NumericDate) error {
	seconds, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.Abs(seconds) > maxDate {
		return fmt.Errorf("claim %s is not a time", name)
	}
	into.Time = time.Unix(int64(math.Floor(seconds)), 0)
	return nil
}

// The methods below are jwt.Claims. The channel sends no iat, and sub means nothing here.

func (c *tokenClaims) GetExpirationTime() (*jwt.NumericDate, error) { return given(&c.expires), nil }
func (c *tokenClaims) GetNotBefore() (*jwt.NumericDate, error)      { return given(&c.notBefore), nil }
func (c *tokenClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (c *tokenClaims) GetAudience() (jwt.ClaimStrings, error)       { return c.audience, nil }
func (c *tokenClaims) GetIssuer() (string, error)                   { return c.issuer, nil }
func (c *tokenClaims) GetSubject() (string, error)                  { return "", nil }

// given answers nil for a date that no claim named.
func given(date *jwt.NumericDate) *jwt.NumericDate {
	if date.IsZero() {
		return nil
	}
	return date
}
