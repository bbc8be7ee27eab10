package admin

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/docket-handoff/docket/store"
)

// The rows of this room, by key. Nothing in them lets anybody in: of tokens, links and keys they hold hashes.
//
//	admin/sessions/<hash of the token>  session
//	admin/links/<hash of the token>     link
//	admin/password                      storedPassword
//	apikeys/<id>                        apiKey
const (
	sessionRows = "admin/sessions/"
	linkRows    = "admin/links/"
	passwordRow = "admin/password"
	keyRows     = "apikeys/"
)

// get reads a row into a T. The second result is false when there is none.
func get[T any](tx store.Tx, key string) (value T, found bool, err error) {
	raw, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	value, err = decode[T](key, raw)
	return value, err == nil, err
}

func decode[T any](key string, raw []byte) (value T, err error) {
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("%w: row %q: %w", store.ErrDamaged, key, err)
	}
	return value, nil
}

func put(tx store.Tx, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return tx.Put(key, raw)
}

// each reads all rows under a prefix.
func each[T any](tx store.Tx, prefix string, do func(key string, row T) error) error {
	for key, raw := range tx.Scan(prefix, "") {
		row, err := decode[T](key, raw)
		if err != nil {
			return err
		}
		if err := do(key, row); err != nil {
			return err
		}
	}
	return nil
}
