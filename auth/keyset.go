package auth

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// minKeyBits is the shortest RSA key that is trusted.
const minKeyBits = 2048

// keySet is one published set, by key id.
type keySet map[string]*signingKey

type signingKey struct {
	id           string
	public       *rsa.PublicKey
	endorsements []string
}

// replacedBy answers the new set, in which a key that did not change is still
// the same pointer. Keys that are not in it are gone.
func (s keySet) replacedBy(next keySet) keySet {
	for id, key := range next {
		if old := s[id]; old != nil && old.public.Equal(key.public) && slices.Equal(old.endorsements, key.endorsements) {
			next[id] = old
		}
	}
	return next
}

// jsonWebKey holds the members of a published key that count. A certificate
// beside it (x5c) is not among them. Endorsements name the channels that the
// key may speak for; the member is the channel service's own.
// See https://www.rfc-editor.org/rfc/rfc7517#section-4.
type jsonWebKey struct {
	Type         string   `json:"kty"`
	ID           string   `json:"kid"`
	Use          string   `json:"use"`
	Algorithm    string   `json:"alg"`
	Modulus      string   `json:"n"`
	Exponent     string   `json:"e"`
	Endorsements []string `json:"endorsements"`
}

// parseKeys keeps the keys that can sign a channel token: RSA, long enough, for
// signing. Of two keys with one id the first counts. A set without usable keys
// is an error, so that it does not replace a good one.
func parseKeys(document []byte) (keySet, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys := make(keySet)
	for _, raw := range set.Keys {
		var published jsonWebKey
		if json.Unmarshal(raw, &published) != nil || keys[published.ID] != nil {
			continue
		}
		if key := published.signingKey(); key != nil {
			keys[key.id] = key
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("keys: the document holds no usable key")
	}
	return keys, nil
}

// signingKey answers nil for a key that is not for RS256 signatures.
func (k jsonWebKey) signingKey() *signingKey {
	fits := k.Type == "RSA" && k.ID != "" && (k.Use == "" || k.Use == "sig") && (k.Algorithm == "" || k.Algorithm == "RS256")
	if !fits {
		return nil
	}
	n, errN := base64.RawURLEncoding.DecodeString(k.Modulus)
	e, errE := base64.RawURLEncoding.DecodeString(k.Exponent)
	if errN != nil || errE != nil || len(e) > 4 {
		return nil
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if public.N.BitLen() < minKeyBits || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 {
		return nil
	}
	return &signingKey{id: k.ID, public: public, endorsements: k.Endorsements}
}
