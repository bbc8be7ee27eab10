package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// TestEveryCloudTakesItsOwnTokens plays the channel of each cloud to a bot of that cloud.
func TestEveryCloudTakesItsOwnTokens(t *testing.T) {
	const stranger = "66666666-6666-4666-8666-666666666666"
	clouds := []auth.Cloud{auth.Public, auth.Gov, auth.DoD, auth.China}
	for _, cloud := range clouds {
		t.Run(cloud.Name, func(t *testing.T) {
			svc := bottest.Start(t, bottest.Config{Cloud: cloud})
			v := newVerifier(t, svc.VerifierConfig())
			verified := func(o bottest.TokenOptions) error {
				_, err := v.Verify(t.Context(), bearer(svc.Token(o)))
				return err
			}
			if err := verified(bottest.TokenOptions{}); err != nil {
				t.Error(err)
			}
			for _, other := range clouds {
				if other.Issuer != cloud.Issuer {
					wantRefusal(t, verified(bottest.TokenOptions{Issuer: other.Issuer}), http.StatusUnauthorized, auth.WrongIssuer)
				}
			}
			_, err := v.Verify(t.Context(), http.Header{})
			wantRefusal(t, err, http.StatusUnauthorized, auth.MissingHeader)
			wantRefusal(t, verified(bottest.TokenOptions{Issuer: "https://issuer.example"}), http.StatusUnauthorized, auth.WrongIssuer)
			wantRefusal(t, verified(bottest.TokenOptions{Claims: map[string]any{"iss": nil}}), http.StatusUnauthorized, auth.WrongIssuer)
			wantRefusal(t, verified(bottest.TokenOptions{Claims: map[string]any{"aud": nil}}), http.StatusUnauthorized, auth.WrongAudience)
			wantRefusal(t, verified(bottest.TokenOptions{Audience: ""}), http.StatusUnauthorized, auth.WrongAudience)
			wantRefusal(t, verified(bottest.TokenOptions{Audience: stranger}), http.StatusUnauthorized, auth.WrongAudience)
			wantRefusal(t, verified(bottest.TokenOptions{OmitServiceURL: true}), http.StatusUnauthorized, auth.ServiceURLMissing)
		})
	}
}

// TestTheBodyIsHeldToTheTokenInEveryCloud compares service URLs, and looks at who is said to have called.
func TestTheBodyIsHeldToTheTokenInEveryCloud(t *testing.T) {
	for cloud, caller := range map[string]string{"public": "urn:botframework:azure", "gov": "urn:botframework:azureusgov", "dod": "urn:botframework:azureusgov", "china": ""} {
		t.Run(cloud, func(t *testing.T) {
			own, err := auth.CloudByName(cloud)
			if err != nil {
				t.Fatal(err)
			}
			svc := bottest.Start(t, bottest.Config{Cloud: own})
			v := newVerifier(t, svc.VerifierConfig())
			claims, err := v.Verify(t.Context(), bearer(svc.Token(bottest.TokenOptions{})))
			if err != nil {
				t.Fatal(err)
			}
			a := &activity.Activity{Type: activity.TypeMessage, ServiceURL: svc.ServiceURL(), ChannelID: activity.ChannelTeams, CallerID: "urn:botframework:aadappid:forged"}
			if err := v.Authorize(claims, a); err != nil || a.CallerID != caller {
				t.Errorf("callerId %q, %v", a.CallerID, err)
			}
			a.ServiceURL = "https://elsewhere.example/"
			wantRefusal(t, v.Authorize(claims, a), http.StatusForbidden, auth.ServiceURLMismatch)
		})
	}
}

// certificate makes one for a key, as long ago or as late as the caller likes.
func certificate(t *testing.T, key *rsa.PrivateKey, from, until time.Time) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "login.botframework.com"}, NotBefore: from, NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// TestACertificateIsNoKey: what counts is the published modulus. A certificate beside it, good or expired, or in the token's own
// header, changes nothing.
func TestACertificateIsNoKey(t *testing.T) {
	now := time.Now()
	key, stranger := rsaKey(t, 2048), rsaKey(t, 2048)
	good, expired := certificate(t, key, now.Add(-time.Hour), now.Add(time.Hour)), certificate(t, key, now.Add(-2*time.Hour), now.Add(-time.Hour))
	strangers := certificate(t, stranger, now.Add(-time.Hour), now.Add(time.Hour))
	for _, row := range []struct {
		name    string
		members map[string]any // of the published key
		signer  *rsa.PrivateKey
		trusted bool
	}{
		{"a certificate beside the key", map[string]any{"x5c": []string{good}}, key, true},
		{"an expired certificate beside the key", map[string]any{"x5c": []string{expired}}, key, true},
		{"a good certificate in place of the key", map[string]any{"n": nil, "e": nil, "x5c": []string{good}}, key, false},
		{"an expired certificate in place of the key", map[string]any{"n": nil, "e": nil, "x5c": []string{expired}}, key, false},
		{"a certificate of another key beside the key", map[string]any{"x5c": []string{strangers}}, stranger, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPublisher(t)
			p.publish(published(key, "k", row.members))
			v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata"})
			if _, err := v.Verify(t.Context(), tokenBy(t, row.signer, "k")); (err == nil) != row.trusted {
				t.Errorf("got %v, want trusted %t", err, row.trusted)
			}
		})
	}
	t.Run("a certificate in the token", func(t *testing.T) {
		p := newPublisher(t)
		p.publish(published(key, "k", nil))
		v := newVerifier(t, auth.VerifierConfig{AppID: appID, MetadataURL: p.URL + "/metadata"})
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
			"iss": auth.Public.Issuer, "aud": appID, "exp": now.Add(time.Hour).Unix(), "serviceurl": "https://smba.trafficmanager.net/amer/",
		})
		token.Header["kid"], token.Header["x5c"] = "k", []string{strangers}
		signed, err := token.SignedString(stranger)
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Verify(t.Context(), bearer(signed))
		wantRefusal(t, err, http.StatusUnauthorized, auth.WrongSignature)
	})
}
