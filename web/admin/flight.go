package admin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

const flightTime = 10 * time.Minute

// flight is a sign-in that is under way at a provider. The browser carries it in a sealed cookie, so that nobody who has not signed in
// makes this server keep anything.
type flight struct {
	State    string    `json:"state"`    // comes back in the address
	Nonce    string    `json:"nonce"`    // comes back in the token
	Verifier string    `json:"verifier"` // proves to the provider that who began trades the code (https://www.rfc-editor.org/rfc/rfc7636)
	Return   string    `json:"return"`
	Until    time.Time `json:"until"`
}

// flights seal and open the cookies with a key that lives as long as the process, and remember which have come back.
type flights struct {
	box cipher.AEAD

	mu   *sync.Mutex
	used map[string]time.Time // states, until they are over anyway
}

func newFlights() flights {
	var key [32]byte
	_, _ = rand.Read(key[:])                      // never fails
	block, _ := aes.NewCipher(key[:])             // 32 bytes are a key
	box, _ := cipher.NewGCMWithRandomNonce(block) // AES is a block cipher for it
	return flights{box: box, mu: new(sync.Mutex), used: map[string]time.Time{}}
}

func (f flights) seal(one flight) string {
	text, _ := json.Marshal(one) // strings and a time
	return base64.RawURLEncoding.EncodeToString(f.box.Seal(nil, nil, text, nil))
}

func (f flights) open(sealed string) (one flight, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return one, false
	}
	text, err := f.box.Open(nil, nil, raw, nil)
	return one, err == nil && json.Unmarshal(text, &one) == nil
}

// use takes a flight that has come back, once and in time.
func (f flights) use(one flight, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for state, until := range f.used {
		if now.After(until) {
			delete(f.used, state)
		}
	}
	if _, twice := f.used[one.State]; twice || !now.Before(one.Until) {
		return false
	}
	f.used[one.State] = one.Until
	return true
}

// flightCookie comes along when the provider sends the browser back, which a strict one would not.
func (s *Server) flightCookie(value string, age time.Duration) *http.Cookie {
	c := s.cookie(s.sessionCookie()+"-openid", value, age)
	c.SameSite = http.SameSiteLaxMode
	return c
}
