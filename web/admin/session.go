package admin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// How long a session lasts.
const (
	idleFor   = 12 * time.Hour     // without a request
	livesFor  = 7 * 24 * time.Hour // in all
	seenEvery = time.Minute        // how exactly the last request is written down
)

// The ways to sign in.
const (
	wayPassword = "password"
	wayLink     = "link"
	wayOpenID   = "openid"
)

// session is one signed-in browser.
type session struct {
	ID      string    `json:"id"` // names it in the pages and in the audit log; opens nothing
	Person  Person    `json:"person"`
	Way     string    `json:"way"` // how they signed in
	Made    time.Time `json:"made"`
	Seen    time.Time `json:"seen"`
	Network string    `json:"network,omitempty"`
}

// over says whether a session has ended by itself.
func (s session) over(now time.Time) bool {
	return now.Sub(s.Seen) >= idleFor || now.Sub(s.Made) >= livesFor || s.Made.After(now.Add(time.Hour))
}

// hashed is how the store knows a token. Tokens are random, so one plain hash is enough.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newToken is 256 random bits.
func newToken() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// secure says whether the pages are reached by https, and so whether cookies travel by https alone.
func (s *Server) secure() bool { return s.public.Scheme == "https" }

// sessionCookie is the name of the cookie. Its prefix binds it to this host (https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix),
// so that no neighbouring host can plant one.
func (s *Server) sessionCookie() string {
	if s.secure() {
		return "__Host-docket-admin"
	}
	return "docket-admin"
}

// cookie is one that no script reads and no foreign page sends.
func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteStrictMode, MaxAge: int(age.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// token is that of the session which began with this visit, or the one that the request carries; empty when there is none.
func (v *visit) token() string {
	if v.began != "" {
		return v.began
	}
	cookie, err := v.r.Cookie(v.sessionCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// recognise finds the session of a request, and what its person may do now.
func (v *visit) recognise() error {
	token := v.token()
	if token == "" {
		return nil
	}
	key, now := sessionRows+hashed(token), v.now()
	var found session
	var there bool
	err := v.engine.View(v.ctx(), func(tx store.Tx) (err error) {
		found, there, err = store.Get[session](tx, key)
		return err
	})
	if err != nil || !there || found.over(now) {
		return err
	}
	role := v.roleOf(found)
	if role == "" {
		return nil
	}
	v.session, v.role = &found, role
	if now.Sub(found.Seen) < seenEvery {
		return nil
	}
	return v.engine.Update(v.ctx(), func(tx store.Tx) error {
		row, there, err := store.Get[session](tx, key)
		if err != nil || !there { // it was ended at this moment
			return err
		}
		row.Seen = now
		return store.Put(tx, key, row)
	})
}

// begin makes a session and its cookie. One that the browser had before ends: nobody can sign somebody else into a session
// that they know.
func (v *visit) begin(person Person, way string) error {
	token, before := newToken(), v.token()
	fresh := session{
		ID: hashed(token)[:12], Person: person, Way: way, Made: v.now().UTC(), Seen: v.now().UTC(), Network: audit.Network(v.r.RemoteAddr),
	}
	v.session, v.role = &fresh, person.Role
	err := v.engine.Update(v.ctx(), func(tx store.Tx) error {
		if before != "" {
			if err := tx.Delete(sessionRows + hashed(before)); err != nil {
				return err
			}
		}
		if err := v.sweep(tx); err != nil {
			return err
		}
		if err := store.Put(tx, sessionRows+hashed(token), fresh); err != nil {
			return err
		}
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.SignedIn, Subject: fresh.ID, Details: map[string]string{"by": way, "role": string(person.Role)}})
	})
	if err != nil {
		v.session = nil
		return err
	}
	v.began = token
	http.SetCookie(v.w, v.cookie(v.sessionCookie(), token, livesFor))
	return nil
}

// sweep takes away what has ended by itself.
func (v *visit) sweep(tx store.Tx) error {
	now := v.now()
	err := each(tx, sessionRows, func(key string, row session) error {
		if row.over(now) {
			return tx.Delete(key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(tx, linkRows, func(key string, row link) error {
		if row.over(now) {
			return tx.Delete(key)
		}
		return nil
	})
}

// signOut ends this browser's session.
func (v *visit) signOut() error {
	err := v.engine.Update(v.ctx(), func(tx store.Tx) error {
		if err := tx.Delete(sessionRows + hashed(v.token())); err != nil {
			return err
		}
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.SignedOut, Subject: v.session.ID})
	})
	if err != nil {
		return err
	}
	http.SetCookie(v.w, v.cookie(v.sessionCookie(), "", 0))
	v.w.Header().Set("Clear-Site-Data", `"cache"`)
	return v.redirect("/admin/signin")
}

const flashCookie = "docket-admin-flash"

// setFlash keeps a sentence for the next page, signed with the session's token so that nobody else can put one there.
func (v *visit) setFlash(text string) {
	value := base64.RawURLEncoding.EncodeToString([]byte(text))
	http.SetCookie(v.w, v.cookie(flashCookie, value+"."+v.flashMark(value), time.Minute))
}

// takeFlash reads the sentence, once.
func (v *visit) takeFlash() string {
	cookie, err := v.r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(v.w, v.cookie(flashCookie, "", 0))
	value, mark, _ := strings.Cut(cookie.Value, ".")
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || !hmac.Equal([]byte(mark), []byte(v.flashMark(value))) {
		return ""
	}
	return string(text)
}

func (v *visit) flashMark(value string) string {
	mac := hmac.New(sha256.New, []byte(v.token()))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}
