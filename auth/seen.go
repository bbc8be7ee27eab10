package auth

import (
	"crypto/sha256"
	"sync"
	"time"
	"unique"
)

// maxSeen bounds how many verified tokens are remembered. The channel uses one
// token for each service URL for about an hour, so real traffic needs one or two for
// each tenant. More would only keep the garbage collector at work.
const maxSeen = 1024

// seenTokens remembers tokens that passed every check of the header stage, by
// hash, so that a stolen memory image holds no credential. The map holds no
// pointers, which spares the garbage collector the way through it.
type seenTokens struct {
	mu   sync.Mutex
	at   map[tokenID]int // index into ring
	ring []verifiedToken // the oldest is at next once it is full
	next int
}

type tokenID [sha256.Size]byte

// idOf copies the token to the stack, where a real one fits, before it is hashed.
func idOf(token string) tokenID {
	var room [1536]byte
	return sha256.Sum256(append(room[:0], token...))
}

// verifiedToken is what differs from one good token of a key to the next.
type verifiedToken struct {
	id         tokenID
	key        *signingKey
	serviceURL string
	notBefore  time.Time
	expires    time.Time
}

// valid reports whether the token is within its time.
func (t *verifiedToken) valid(now time.Time) bool {
	return now.Before(t.expires.Add(leeway)) && !now.Before(t.notBefore.Add(-leeway))
}

func newSeenTokens() *seenTokens {
	return &seenTokens{at: make(map[tokenID]int)}
}

// get answers a token that is still within its time.
func (s *seenTokens) get(id tokenID, now time.Time) (verifiedToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.at[id]
	if !ok || !s.ring[i].valid(now) {
		return verifiedToken{}, false
	}
	return s.ring[i], true
}

// put remembers a token and forgets the oldest one when the ring is full.
func (s *seenTokens) put(t verifiedToken) {
	t.serviceURL = unique.Make(t.serviceURL).Value() // many tokens name one
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, again := s.at[t.id]; again {
		s.ring[i] = t
		return
	}
	if len(s.ring) < maxSeen {
		s.at[t.id] = len(s.ring)
		s.ring = append(s.ring, t)
		return
	}
	delete(s.at, s.ring[s.next].id)
	s.at[t.id] = s.next
	s.ring[s.next] = t
	s.next = (s.next + 1) % maxSeen
}
