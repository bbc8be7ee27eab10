package store

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Get reads the JSON at a key into a T. found is false when there is no such row.
func Get[T any](tx Tx, key string) (value T, found bool, err error) {
	raw, err := tx.Get(key)
	if errors.Is(err, ErrNotFound) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	value, err = Decode[T](key, raw)
	return value, err == nil, err
}

// Decode reads a row that a scan has found. One that is not the JSON of a T is ErrDamaged, and the error names its key.
func Decode[T any](key string, raw []byte) (value T, err error) {
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("%w: row %q: %w", ErrDamaged, key, err)
	}
	return value, nil
}

// Read is Decode for a row that Each has found.
func Read[T any](key string, row Row) (value T, err error) {
	if row.Err != nil {
		return value, row.Err
	}
	return Decode[T](key, row.Value)
}

// Put writes a value at a key, as JSON.
func Put(tx Tx, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("row %q: %w", key, err)
	}
	return tx.Put(key, raw)
}
