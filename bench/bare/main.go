// Bare serves the yardstick of package bench. It trusts everybody; bench/load
// starts it, and nobody else should.
package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"log"
	"net/http"
	"os"

	"github.com/docket-handoff/docket/bench"
)

// The environment: where to listen, and what is put around the bot. With nothing
// set there are neither checks nor limits.
const (
	addrVariable   = "BENCH_ADDR"
	limitsVariable = "BENCH_LIMITS"     // anything: time limits
	keyVariable    = "BENCH_PUBLIC_KEY" // base64 of its PKIX form: signatures are checked
	appVariable    = "BENCH_APP_ID"     // beside a key: tokens are verified
)

func main() {
	bot := bench.Bare(bench.BareClient())
	if os.Getenv(limitsVariable) != "" {
		bot = bench.Limited(bench.Bare(bench.LimitedClient()))
	}
	if encoded := os.Getenv(keyVariable); encoded != "" {
		key, err := publicKey(encoded)
		if err != nil {
			log.Fatalf("%s: %v", keyVariable, err)
		}
		bot = guarded(key, os.Getenv(appVariable), bot)
	}
	http.Handle("/api/messages", bot)
	log.Fatal(http.ListenAndServe(os.Getenv(addrVariable), nil))
}

func guarded(key *rsa.PublicKey, appID string, bot http.Handler) http.Handler {
	if appID == "" {
		return bench.Signed(key, bot)
	}
	return bench.Verified(key, appID, bot)
}

func publicKey(encoded string) (*rsa.PublicKey, error) {
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	return public, nil
}
