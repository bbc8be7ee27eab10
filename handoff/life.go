package handoff

import (
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// BeginAnew makes another life of a store that was restored from a backup. It belongs into one transaction, before anybody
// else sees the store. Readers that come back with a place in the old life are told to begin anew. What waited to be posted
// when the backup was made may have been posted since, so nobody knows any more: it is in doubt, as after an attempt without
// an answer.
func BeginAnew(tx store.Tx, now time.Time) error {
	queue := ""
	for key, row := range tx.Each(outboxRows, "") {
		before := queue
		queue = key[:strings.LastIndexByte(key, '/')+1]
		j, err := store.Read[job](key, row)
		if err != nil || j.Phase != phasePending || j.repeatable() {
			continue // it meets its own fate when its turn comes
		}
		j.Cause = "a backup was restored that was made before this was posted"
		j, _ = doubt(j, now)
		if err := rewrite(tx, j, queue != before); err != nil {
			return err
		}
	}
	return tx.Delete(epochRow)
}
