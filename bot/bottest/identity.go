package bottest

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// audience is the aud of the bot's access tokens.
// See https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication.
func (s *Service) audience() string { return strings.TrimSuffix(s.cfg.Cloud.Scope, "/.default") }

func (s *Service) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                s.cfg.Cloud.Issuer,
		"authorization_endpoint":                "https://invalid.botframework.com",
		"jwks_uri":                              s.baseURL() + "/v1/.well-known/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
	})
}

func (s *Service) serveKeys(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	published := make([]map[string]any, 0, len(s.keys))
	for _, key := range s.keys {
		published = append(published, key.jwk())
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"keys": published})
}

func (k *signingKey) jwk() map[string]any {
	member := map[string]any{
		"kty": "RSA", "use": "sig", "kid": k.id, "x5t": k.id,
		"n": base64.RawURLEncoding.EncodeToString(k.private.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.private.E)).Bytes()),
	}
	if k.endorsements != nil {
		member["endorsements"] = k.endorsements
	}
	return member
}

// tokenRefusal is an error of the token endpoint, with Entra's own codes.
// See https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
type tokenRefusal struct {
	status      int
	oauth       string
	description string
}

func (s *Service) serveToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if refused := s.checkTokenRequest(r); refused != nil {
		s.violate(OpToken, "%s", refused.description)
		writeJSON(w, refused.status, map[string]any{
			"error": refused.oauth, "error_description": refused.description, "correlation_id": uuid.NewString(),
		})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type":     "Bearer",
		"expires_in":     int(s.cfg.TokenLifetime / time.Second),
		"ext_expires_in": int(s.cfg.TokenLifetime / time.Second),
		"access_token":   s.accessToken(r.PathValue("tenant")),
	})
}

func (s *Service) checkTokenRequest(r *http.Request) *tokenRefusal {
	if err := r.ParseForm(); err != nil {
		return &tokenRefusal{http.StatusBadRequest, "invalid_request", "AADSTS900144: the request body cannot be read"}
	}
	form := r.PostForm
	switch {
	case !s.knowsTenant(r.PathValue("tenant")):
		return &tokenRefusal{http.StatusBadRequest, "invalid_request", "AADSTS90002: the tenant was not found"}
	case form.Get("grant_type") != "client_credentials":
		return &tokenRefusal{http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: the grant type is not client_credentials"}
	case form.Get("client_id") != s.cfg.AppID:
		return &tokenRefusal{http.StatusBadRequest, "unauthorized_client", "AADSTS700016: the application was not found in the directory"}
	case form.Get("scope") != s.cfg.Cloud.Scope:
		return &tokenRefusal{http.StatusBadRequest, "invalid_scope", "AADSTS70011: the scope is not the Bot Framework's"}
	}
	return s.checkCredential(form, s.baseURL()+r.URL.EscapedPath())
}

func (s *Service) accessToken(tenant string) string {
	now := s.now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://sts.windows.net/" + tenant + "/", "aud": s.audience(), "tid": tenant,
		"appid": s.cfg.AppID, "ver": "1.0", "uti": uuid.NewString(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(s.cfg.TokenLifetime).Unix(),
	})
	token.Header["kid"] = s.entra.id
	signed, err := token.SignedString(s.entra.private)
	if err != nil {
		panic("bottest: the access token cannot be signed: " + err.Error())
	}
	return signed
}

// RevokeTokens refuses every access token that was handed out so far with 401, as
// happens when a secret is renewed. That is no violation of the bot's.
func (s *Service) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			s.revoked[token] = true
		}
	}
}

// checkBearer verifies the access token of a Connector call. A token that was
// revoked answers errRevoked.
func (s *Service) checkBearer(r *http.Request) error {
	raw, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return fmt.Errorf("the request carries no bearer token")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(s.audience()), jwt.WithExpirationRequired(),
		jwt.WithIssuer("https://sts.windows.net/"+s.cfg.Tenant+"/"), jwt.WithTimeFunc(s.now),
	)
	claims := jwt.MapClaims{}
	_, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return &s.entra.private.PublicKey, nil })
	if err != nil {
		return fmt.Errorf("the access token is not valid: %w", err)
	}
	if claims["appid"] != s.cfg.AppID {
		return fmt.Errorf("the access token is another app's")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked[raw] {
		return errRevoked
	}
	return nil
}
