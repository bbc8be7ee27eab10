package bottest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
)

const keyBits = 2048

// teamsEndorsements are those of the real key that signs for Teams.
var teamsEndorsements = []string{"msteams", "webchat"}

// signingKey is one key of the channel, or of the directory.
type signingKey struct {
	id           string
	private      *rsa.PrivateKey
	endorsements []string // nil leaves the member out
}

// pool holds the process's keys: making one costs a tenth of a second, and a test
// with many services needs no new ones.
var pool struct {
	sync.Mutex
	keys []*rsa.PrivateKey
}

func pooledKey(n int) *rsa.PrivateKey {
	pool.Lock()
	defer pool.Unlock()
	for len(pool.keys) <= n {
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			panic("bottest: no randomness: " + err.Error())
		}
		pool.keys = append(pool.keys, key)
	}
	return pool.keys[n]
}

func newSigningKey(n int, endorsements []string) *signingKey {
	private := pooledKey(n)
	sum := sha256.Sum256(private.N.Bytes())
	return &signingKey{
		id:           fmt.Sprintf("%s-%d", base64.RawURLEncoding.EncodeToString(sum[:12]), n),
		private:      private,
		endorsements: endorsements,
	}
}

// KeyID is the id of the key that signs deliveries now.
func (s *Service) KeyID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1].id
}

// RotateKey publishes a new key beside the old ones, signs with it from now on and
// answers its id.
func (s *Service) RotateKey() (kid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := newSigningKey(s.nextKey(), teamsEndorsements)
	s.keys = append(s.keys, key)
	return key.id
}

// PublishKey publishes another key that does not sign deliveries, with the given
// endorsements; nil leaves the member out. Use it by TokenOptions.Kid.
func (s *Service) PublishKey(endorsements []string) (kid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := newSigningKey(s.nextKey(), endorsements)
	s.keys = slices.Insert(s.keys, 0, key)
	return key.id
}

// WithdrawKey stops publishing a key. Tokens can still be signed with it by
// TokenOptions.Key, which answers what PrivateKey did before.
func (s *Service) WithdrawKey(kid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = slices.DeleteFunc(s.keys, func(k *signingKey) bool { return k.id == kid && len(s.keys) > 1 })
}

// PrivateKey answers a published key; nil if there is none of that id.
func (s *Service) PrivateKey(kid string) *rsa.PrivateKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.key(kid); key != nil {
		return key.private
	}
	return nil
}

// StrangersKey is a good key that nobody publishes.
func StrangersKey() *rsa.PrivateKey { return pooledKey(2) }

func (s *Service) key(kid string) *signingKey {
	for _, key := range s.keys {
		if key.id == kid {
			return key
		}
	}
	return nil
}

// nextKey picks a key of the pool that the service does not use. The first three are
// the directory's, the channel's and the stranger's.
func (s *Service) nextKey() int {
	n := 3
	for slices.ContainsFunc(s.keys, func(k *signingKey) bool { return k.private == pooledKey(n) }) {
		n++
	}
	return n
}
