package bench

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Signed puts the one thing in front of a bot that a token which was never seen
// before cannot be had without: the RSA check of its signature, RS256. The claims
// are not read, so this is less than any correct bot does.
func Signed(key *rsa.PublicKey, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := bearer(r)
		dot := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
		if dot < 0 || err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		sum := sha256.Sum256([]byte(token[:dot]))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// claims are what the channel's tokens carry.
type claims struct {
	jwt.RegisteredClaims
	ServiceURL string `json:"serviceurl"`
}

// Verified puts the usual check of a token in front of a bot, by golang-jwt: RS256
// with a known key, issuer, audience, times, and that serviceurl is there. It keeps
// no tokens in mind and compares nothing with the body.
func Verified(key *rsa.PublicKey, appID string, next http.Handler) http.Handler {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer("https://api.botframework.com"),
		jwt.WithAudience(appID), jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said claims
		_, err := parser.ParseWithClaims(bearer(r), &said, func(*jwt.Token) (any, error) { return key, nil })
		if err != nil || said.ServiceURL == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}
