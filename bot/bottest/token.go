package bottest

import (
	"crypto/rsa"
	"maps"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TokenOptions bend a channel token. The zero value is the good token that every
// delivery carries: RS256, claims aud, exp, iss, nbf and serviceurl.
type TokenOptions struct {
	Issuer         string
	Audience       any // string or []string
	Expiry         time.Time
	NotBefore      time.Time
	ServiceURL     string
	OmitServiceURL bool

	Claims map[string]any // set last; a nil value removes the claim
	Header map[string]any // likewise, for the token's header

	Alg string // RS256 by default; RS384, PS256, HS256, none, …
	Kid string // which published key signs and is named
	Key any    // signs in place of the key that Kid names: *rsa.PrivateKey, or []byte for HS256

	// What is sent in the header in place of the token; Anonymous sends none.
	Authorization string
	Anonymous     bool
}

// Token makes a channel token.
func (s *Service) Token(o TokenOptions) string {
	now := s.now()
	claims := jwt.MapClaims{
		"iss": s.cfg.Cloud.Issuer, "aud": s.cfg.AppID, "serviceurl": s.ServiceURL(),
		"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	if o.Issuer != "" {
		claims["iss"] = o.Issuer
	}
	if o.Audience != nil {
		claims["aud"] = o.Audience
	}
	if !o.Expiry.IsZero() {
		claims["exp"] = o.Expiry.Unix()
	}
	if !o.NotBefore.IsZero() {
		claims["nbf"] = o.NotBefore.Unix()
	}
	if o.ServiceURL != "" {
		claims["serviceurl"] = o.ServiceURL
	}
	if o.OmitServiceURL {
		delete(claims, "serviceurl")
	}
	bend(claims, o.Claims)
	return s.sign(claims, o)
}

func (s *Service) sign(claims jwt.MapClaims, o TokenOptions) string {
	s.mu.Lock()
	key := s.keys[len(s.keys)-1]
	if named := s.key(o.Kid); named != nil {
		key = named
	}
	s.mu.Unlock()
	method := jwt.GetSigningMethod(o.Alg)
	if method == nil {
		method = jwt.SigningMethodRS256
	}
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = key.id
	token.Header["x5t"] = key.id
	if o.Kid != "" {
		token.Header["kid"] = o.Kid
	}
	bend(token.Header, o.Header)
	signed, err := token.SignedString(signer(method, key.private, o.Key))
	if err != nil {
		panic("bottest: the token cannot be signed: " + err.Error())
	}
	return signed
}

// signer picks what the method can sign with.
func signer(method jwt.SigningMethod, own *rsa.PrivateKey, given any) any {
	switch {
	case given != nil:
		return given
	case method == jwt.SigningMethodNone:
		return jwt.UnsafeAllowNoneSignatureType
	}
	return own
}

// bend sets members, and removes those whose value is nil.
func bend(members, changes map[string]any) {
	maps.Copy(members, changes)
	maps.DeleteFunc(members, func(_ string, v any) bool { return v == nil })
}
