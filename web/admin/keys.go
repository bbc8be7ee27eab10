package admin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

var keysSection = section{
	title: "API keys", group: "Settings", path: "/admin/keys",
	routes: []route{
		{"GET /admin/keys", viewer, (*visit).keysPage},
		{"POST /admin/keys", admin, (*visit).makeKey},
		{"POST /admin/keys/{id}/revoke", admin, (*visit).revokeKey},
	},
}

// apiKey is a key of the server API. Its token is "<id>.<secret>"; the store has the secret's hash alone.
type apiKey struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Hash   string    `json:"hash"`
	Made   time.Time `json:"made"`
	MadeBy string    `json:"made_by"`
	Used   string    `json:"used,omitempty"` // the last day, as 2006-01-02
}

const (
	maxKeyName = 60 // characters
	maxKeys    = 200
	keyPrefix  = "dk"
)

// Keys finds the API keys that were made in the pages.
type Keys struct {
	engine store.Engine
	now    func() time.Time
}

// Keys is for the door of the server API.
func (s *Server) Keys() *Keys { return &Keys{engine: s.engine, now: s.now} }

// Lookup finds the name of the key that a token is. It reads the store, so a revoked key is unknown at once, to every process.
func (k *Keys) Lookup(ctx context.Context, token string) (name string, ok bool, err error) {
	id, secret, _ := strings.Cut(token, ".")
	if !isKeyID(id) {
		return "", false, nil
	}
	var key apiKey
	err = k.engine.View(ctx, func(tx store.Tx) (err error) {
		key, _, err = store.Get[apiKey](tx, keyRows+id)
		return err
	})
	if err != nil || subtle.ConstantTimeCompare([]byte(hashed(secret)), []byte(key.Hash)) != 1 {
		return "", false, err
	}
	if today := k.now().UTC().Format(time.DateOnly); key.Used != today {
		err = k.engine.Update(ctx, func(tx store.Tx) error {
			row, found, err := store.Get[apiKey](tx, keyRows+id)
			if err != nil || !found {
				return err
			}
			row.Used = today
			return store.Put(tx, keyRows+id, row)
		})
	}
	return key.Name, err == nil, err
}

// isKeyID says whether a text has the form of a key's id, so that nothing else reaches a key of the store.
func isKeyID(id string) bool {
	rest, ours := strings.CutPrefix(id, keyPrefix)
	return ours && len(rest) == 12 && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// keysView is what the page shows.
type keysView struct {
	Keys  []apiKey
	Form  *form
	Fresh string // the token that was made just now: shown this once
	Name  string // its name
}

func (v *visit) keysPage() error { return v.showKeys(&form{}, "", "") }

func (v *visit) showKeys(f *form, name, fresh string) error {
	view := keysView{Form: f, Name: name, Fresh: fresh}
	err := v.engine.View(v.ctx(), func(tx store.Tx) (err error) {
		view.Keys, err = allKeys(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.showWith(f.status(), "keys.html", "API keys", view, withScript("copy.js"))
}

// allKeys are sorted by name.
func allKeys(tx store.Tx) ([]apiKey, error) {
	var keys []apiKey
	err := each(tx, keyRows, func(_ string, row apiKey) error {
		keys = append(keys, row)
		return nil
	})
	slices.SortFunc(keys, func(a, b apiKey) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return keys, err
}

// CountKeys is how many API keys there are that were made in the pages.
func CountKeys(tx store.Tx) (n int) {
	for range tx.Each(keyRows, "") {
		n++
	}
	return n
}

func (v *visit) makeKey() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name, secret := f.text("name"), newToken()
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		f.wrong("name", "Give the key a name, so that you know later what uses it.")
	case n > maxKeyName:
		f.wrong("name", "A name has at most 60 characters.")
	}
	if f.failed() {
		return v.showKeys(f, "", "")
	}
	key := apiKey{ID: keyPrefix + rand.Text()[:12], Name: name, Hash: hashed(secret), Made: v.now().UTC(), MadeBy: v.session.Person.called()}
	err = v.engine.Update(v.ctx(), func(tx store.Tx) error {
		f.Errors = nil // this may run more than once
		keys, err := allKeys(tx)
		if err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(keys, func(k apiKey) bool { return strings.EqualFold(k.Name, name) }):
			f.wrong("name", "There is a key with this name. Choose another, or revoke the old one first.")
			return nil
		case len(keys) >= maxKeys:
			f.wrong("name", "There are 200 keys, and that is the limit. Revoke one that is not used any more.")
			return nil
		}
		if err := store.Put(tx, keyRows+key.ID, key); err != nil {
			return err
		}
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.KeyMade, Subject: key.ID, Details: map[string]string{"name": name}})
	})
	if err != nil || f.failed() {
		if err == nil {
			err = v.showKeys(f, "", "")
		}
		return err
	}
	return v.showKeys(&form{}, name, key.ID+"."+secret)
}

func (v *visit) revokeKey() error {
	id := v.r.PathValue("id")
	if !isKeyID(id) {
		return notFound
	}
	var key apiKey
	err := v.engine.Update(v.ctx(), func(tx store.Tx) (err error) {
		var found bool
		if key, found, err = store.Get[apiKey](tx, keyRows+id); err != nil || !found {
			return err
		}
		if err := tx.Delete(keyRows + id); err != nil {
			return err
		}
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: audit.KeyRevoked, Subject: id, Details: map[string]string{"name": key.Name}})
	})
	if err != nil {
		return err
	}
	if key.Name == "" {
		return v.done("/admin/keys", "That key was revoked before.")
	}
	return v.done("/admin/keys", "The key “"+key.Name+"” is revoked. Whoever uses it is refused from now on.")
}
