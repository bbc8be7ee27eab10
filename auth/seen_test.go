package auth

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"
)

// TestSeenTokensAreBounded looks inside, since from outside a forgotten token
// only costs time.
func TestSeenTokensAreBounded(t *testing.T) {
	now := time.Now()
	s := newSeenTokens()
	id := func(n int) tokenID {
		return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for n := range 3 * maxSeen {
		s.put(verifiedToken{id: id(n), expires: now.Add(time.Hour)})
	}
	if len(s.at) != maxSeen || len(s.ring) != maxSeen {
		t.Fatalf("%d tokens in a ring of %d", len(s.at), len(s.ring))
	}
	for n, want := range map[int]bool{3*maxSeen - 1: true, 2 * maxSeen: true, 2*maxSeen - 1: false, 0: false} {
		if _, ok := s.get(id(n), now); ok != want {
			t.Errorf("token %d: remembered %t, want %t", n, ok, want)
		}
	}
}

func TestSeenTokensExpire(t *testing.T) {
	now := time.Now()
	s := newSeenTokens()
	s.put(verifiedToken{id: tokenID{1}, notBefore: now, expires: now.Add(time.Hour)})
	for _, row := range []struct {
		at   time.Duration
		want bool
	}{{time.Hour + leeway - time.Second, true}, {time.Hour + leeway, false}, {-leeway, true}, {-leeway - time.Second, false}} {
		if _, ok := s.get(tokenID{1}, now.Add(row.at)); ok != row.want {
			t.Errorf("after %s: remembered %t, want %t", row.at, ok, row.want)
		}
	}
}
