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

// The environment: where to listen, and what stands in front of the bot. With
// nothing set nothing is checked.
const (
	addrVariable = "BENCH_ADDR"
	keyVariable  = "BENCH_PUBLIC_KEY" // base64 of its PKIX form; signatures are checked
	appVariable  = "BENCH_APP_ID"     // beside a key; tokens are verified
)

func main() {
	bot := bench.Bare(bench.BareClient())
	if encoded := os.Getenv(keyVariable); encoded != "" {
		key, err := publicKey(encoded)
		if err != nil {
			log.Fatalf("%s: %v", keyVariable, err)
		}
		if app := os.Getenv(appVariable); app != "" {
			bot = bench.Verified(key, app, bot)
		} else {
			bot = bench.Signed(key, bot)
		}
	}
	http.Handle("/api/messages", bot)
	log.Fatal(http.ListenAndServe(os.Getenv(addrVariable), nil))
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
