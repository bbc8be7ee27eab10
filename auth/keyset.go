package auth

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"

	"github.com/lestrrat-go/jwx/v2/jwk"
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

// parseKeys keeps the keys that can sign a channel token: RSA, long enough, for
// signing. Certificates beside a key (x5c) are not looked at. Of two keys with
// one id the first counts. A set without usable keys is an error, so that it
// does not replace a good one.
func parseKeys(document []byte) (keySet, error) {
	set, err := jwk.Parse(document, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys := make(keySet)
	for i := range set.Len() {
		key, ok := set.Key(i)
		if !ok {
			continue
		}
		usable := newSigningKey(key)
		if usable == nil || keys[usable.id] != nil {
			continue
		}
		keys[usable.id] = usable
	}
	if len(keys) == 0 {
		return nil, errors.New("keys: the document holds no usable key")
	}
	return keys, nil
}

func newSigningKey(key jwk.Key) *signingKey {
	var public rsa.PublicKey
	if key.KeyID() == "" || key.Raw(&public) != nil || public.N.BitLen() < minKeyBits || public.E < 3 || public.E%2 == 0 {
		return nil
	}
	if use := key.KeyUsage(); use != "" && use != "sig" {
		return nil
	}
	if alg := key.Algorithm().String(); alg != "" && alg != "RS256" {
		return nil
	}
	return &signingKey{id: key.KeyID(), public: &public, endorsements: endorsementsOf(key)}
}

// endorsementsOf reads the member by which the channel service says which
// channels a key may speak for.
func endorsementsOf(key jwk.Key) []string {
	member, _ := key.Get("endorsements")
	list, _ := member.([]any)
	var channels []string
	for _, item := range list {
		if channel, ok := item.(string); ok && channel != "" {
			channels = append(channels, channel)
		}
	}
	return channels
}
