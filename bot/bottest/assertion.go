package bottest

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/auth"
)

// A bot proves itself by a secret, by a statement that it signs with a certificate's key, or by a statement that another
// issuer made for it.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#get-a-token

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// statementMethods are those of keys that can be published; certificateMethods those that Entra takes of a certificate's.
var (
	statementMethods   = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
	certificateMethods = []string{"RS256", "PS256"}
)

func invalidClient(description string) *tokenRefusal {
	return &tokenRefusal{http.StatusUnauthorized, "invalid_client", description}
}

// checkCredential looks at how the app proves itself at a token endpoint.
func (s *Service) checkCredential(form url.Values, endpoint string) *tokenRefusal {
	statement := form.Get("client_assertion")
	switch {
	case statement != "" && form.Has("client_secret"):
		return &tokenRefusal{http.StatusBadRequest, "invalid_request", "the request has two credentials (RFC 6749, section 2.3)"}
	case statement == "" && !form.Has("client_secret"):
		return invalidClient("AADSTS7000218: the request body contains neither client_assertion nor client_secret")
	case statement == "" && form.Get("client_secret") != s.cfg.AppSecret:
		return invalidClient("AADSTS7000215: invalid client secret provided")
	case statement == "":
		return nil
	case form.Get("client_assertion_type") != assertionType:
		return invalidClient("AADSTS7000218: client_assertion_type is not the one of a signed statement")
	}
	claims := jwt.MapClaims{}
	token, _, err := jwt.NewParser().ParseUnverified(statement, claims)
	if err != nil || !slices.Contains(statementMethods, token.Method.Alg()) {
		return invalidClient("AADSTS50027: the client assertion is no signed token")
	}
	if issuer, _ := claims.GetIssuer(); strings.HasPrefix(issuer, "https://") {
		return s.checkFederated(claims)
	}
	return s.checkCertified(token, claims, statement, endpoint)
}

// checkFederated looks at a statement of another issuer. Who may issue for whom stands in the app's registration, which there
// is none of here: its keys and its subject are not looked at.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
func (s *Service) checkFederated(claims jwt.MapClaims) *tokenRefusal {
	err := s.validate(claims, jwt.WithAudience(exchangeAudience(s.cfg.Cloud)))
	subject, _ := claims.GetSubject()
	switch {
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return invalidClient("AADSTS700212: no matching federated identity record for the assertion's audience")
	case err != nil:
		return untimely(err)
	case subject == "":
		return invalidClient("AADSTS700213: no matching federated identity record for the assertion's subject")
	}
	return nil
}

// checkCertified looks at a statement of the app's own.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials#assertion-format
func (s *Service) checkCertified(token *jwt.Token, claims jwt.MapClaims, statement, endpoint string) *tokenRefusal {
	err := s.validate(claims, jwt.WithAudience(endpoint), jwt.WithIssuer(s.cfg.AppID), jwt.WithSubject(s.cfg.AppID))
	id, _ := claims["jti"].(string)
	switch {
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenInvalidSubject):
		return invalidClient("AADSTS700021: issuer and subject of the client assertion are not the client_id")
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return invalidClient("AADSTS700023: the audience of the client assertion is not this endpoint")
	case err != nil:
		return untimely(err)
	case id == "":
		return invalidClient("AADSTS50027: the client assertion has no jti")
	case token.Header["x5t"] == nil && token.Header["x5t#S256"] == nil, !slices.Contains(certificateMethods, token.Method.Alg()):
		return invalidClient("AADSTS700027: the client assertion names no certificate, or is signed otherwise than by RSA")
	case s.cfg.Certificate != nil && !signedBy(s.cfg.Certificate, token, statement):
		return invalidClient("AADSTS700027: the certificate by which the client assertion is signed is not registered")
	}
	return nil
}

// validate holds claims to the clock and to what else is wanted of them.
func (s *Service) validate(claims jwt.MapClaims, more ...jwt.ParserOption) error {
	rules := append(more, jwt.WithTimeFunc(s.now), jwt.WithExpirationRequired())
	return jwt.NewValidator(rules...).Validate(claims)
}

// untimely explains what else validate finds.
func untimely(err error) *tokenRefusal {
	if errors.Is(err, jwt.ErrTokenRequiredClaimMissing) {
		return invalidClient("AADSTS50027: the client assertion lacks one of aud, exp, iss and sub")
	}
	return invalidClient("AADSTS700024: the client assertion is not within its valid time range")
}

// signedBy reports whether a statement names the certificate and is signed by its key.
func signedBy(certificate *x509.Certificate, token *jwt.Token, statement string) bool {
	long, short := sha256.Sum256(certificate.Raw), sha1.Sum(certificate.Raw)
	for header, digest := range map[string][]byte{"x5t#S256": long[:], "x5t": short[:]} {
		if named := token.Header[header]; named != nil && named != base64.RawURLEncoding.EncodeToString(digest) {
			return false
		}
	}
	signed := statement[:strings.LastIndexByte(statement, '.')]
	return token.Method.Verify(signed, token.Signature, certificate.PublicKey) == nil
}

// exchangeAudience is what another issuer's statement must be made for.
func exchangeAudience(cloud auth.Cloud) string {
	switch cloud.Name {
	case auth.Gov.Name, auth.DoD.Name:
		return "api://AzureADTokenExchangeUSGov"
	case auth.China.Name:
		return "api://AzureADTokenExchangeChina"
	}
	return "api://AzureADTokenExchange"
}
