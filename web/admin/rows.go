package admin

import "github.com/docket-handoff/docket/store"

// The rows of this room, by key. Nothing in them lets anybody in: of tokens, links and keys they hold hashes.
//
//	admin/sessions/<hash of the token>  session
//	admin/links/<hash of the token>     link
//	admin/password                      storedPassword
//	admin/decided/<handoff>/<post>      decided
//	apikeys/<id>                        apiKey
const (
	sessionRows = "admin/sessions/"
	linkRows    = "admin/links/"
	passwordRow = "admin/password"
	decidedRows = "admin/decided/"
	keyRows     = "apikeys/"
)

// each reads all rows under a prefix.
func each[T any](tx store.Tx, prefix string, do func(key string, row T) error) error {
	for key, raw := range tx.Scan(prefix, "") {
		row, err := store.Decode[T](key, raw)
		if err != nil {
			return err
		}
		if err := do(key, row); err != nil {
			return err
		}
	}
	return nil
}
