package admin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

// The cost of a password, after https://www.rfc-editor.org/rfc/rfc9106#section-4, its second choice with one lane: a server in a
// small container has the memory for one at a time.
const (
	argonTime   = 3
	argonMemory = 64 << 10 // KiB
	argonLanes  = 1
	saltBytes   = 16
	hashBytes   = 32
)

// The length of a password, in characters.
const (
	minPassword = 12
	maxPassword = 200
)

// storedPassword is the local admin's password, as it was set in the pages.
type storedPassword struct {
	Hash string `json:"hash"` // in the PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$hash
}

// passwords checks the local admin's password: the setting's when there is one, else the one that was set in the pages. It looks at
// one at a time.
type passwords struct {
	setting string

	mu sync.Mutex
	of string // the setting's hash, made when it is first needed
}

func hashPassword(password string) string {
	var salt [saltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails
	hash := argon2.IDKey([]byte(password), salt[:], argonTime, argonMemory, argonLanes, hashBytes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, enc.EncodeToString(salt[:]), enc.EncodeToString(hash))
}

// matches compares in constant time. A hash that was made at another cost is checked at that cost.
func matches(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, time uint32
	var lanes uint8
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes); n != 3 || err != nil || memory > 1<<20 || time == 0 || time > 20 || lanes == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// there says whether anybody can sign in by password.
func (s *Server) hasPassword(ctx context.Context) (bool, error) {
	if s.password.setting != "" {
		return true, nil
	}
	var found bool
	err := s.engine.View(ctx, func(tx store.Tx) (err error) {
		_, found, err = store.Get[storedPassword](tx, passwordRow)
		return err
	})
	return found, err
}

// right says whether a password is the local admin's. It takes as long when there is none.
func (s *Server) rightPassword(ctx context.Context, password string) (bool, error) {
	var stored storedPassword
	err := s.engine.View(ctx, func(tx store.Tx) (err error) {
		stored, _, err = store.Get[storedPassword](tx, passwordRow)
		return err
	})
	if err != nil || utf8.RuneCountInString(password) > maxPassword {
		return false, err
	}
	p := &s.password
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if p.of == "" {
		p.of = hashPassword(p.setting)
	}
	if p.setting != "" {
		return matches(p.of, password), nil
	}
	if stored.Hash == "" {
		matches(p.of, password)
		return false, nil
	}
	return matches(stored.Hash, password), nil
}

// setPassword keeps a new password, and ends every other session that began with the old one.
func (v *visit) setPassword(password string) error {
	hash := hashPassword(password)
	return v.engine.Update(v.ctx(), func(tx store.Tx) error {
		if err := store.Put(tx, passwordRow, storedPassword{Hash: hash}); err != nil {
			return err
		}
		err := each(tx, sessionRows, func(key string, row session) error {
			if row.Person.Account == localAccount && row.ID != v.session.ID {
				return tx.Delete(key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.PasswordSet, Subject: localAccount})
	})
}
