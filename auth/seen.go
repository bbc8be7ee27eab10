package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// maxSeen bounds how many verified tokens are remembered. The channel uses one
// token for each service URL for about an hour, so real traffic needs one or two for
// each tenant. More would only keep the garbage collector at work.
const maxSeen = 1024

// seenTokens remembers tokens that passed every check of the header stage, by
// hash, so that a stolen memory image holds no credential.
type seenTokens struct {
	mu    sync.Mutex
	byID  map[tokenID]seenToken
	order []tokenID // ring of ids, oldest at next once it is full
	next  int
}

type tokenID [sha256.Size]byte

// idOf copies the token to the stack, where a real one fits, before it is hashed.
func idOf(token string) tokenID {
	var room [1536]byte
	return sha256.Sum256(append(room[:0], token...))
}

type seenToken struct {
	claims Claims
	key    *signingKey
}

func newSeenTokens() *seenTokens {
	return &seenTokens{byID: make(map[tokenID]seenToken)}
}

// get answers a token that is still within its time, and forgets one that is
// not.
func (s *seenTokens) get(id tokenID, now time.Time) (seenToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.byID[id]
	if !ok {
		return seenToken{}, false
	}
	if !now.Before(t.claims.Expires.Add(leeway)) || now.Before(t.claims.NotBefore.Add(-leeway)) {
		delete(s.byID, id)
		return seenToken{}, false
	}
	return t, true
}

// put remembers a token and forgets the oldest one when the ring is full.
func (s *seenTokens) put(id tokenID, t seenToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.byID[id]; again {
		s.byID[id] = t
		return
	}
	s.byID[id] = t
	if len(s.order) < maxSeen {
		s.order = append(s.order, id)
		return
	}
	delete(s.byID, s.order[s.next])
	s.order[s.next] = id
	s.next = (s.next + 1) % maxSeen
}
