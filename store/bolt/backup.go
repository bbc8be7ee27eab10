package bolt

import (
	"context"
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// Backup writes the store, as it is at this moment, to w. It verifies everything before the first byte, so a damaged store
// is never copied: the error is then store.ErrDamaged, and w has seen nothing. What was deleted is not in the copy either.
// After any other error w holds a part that is worth nothing. Writers go on meanwhile.
//
// Whoever keeps the copy looks through it once more, where it lies: OpenReadOnly and Verify.
func (e *Engine) Backup(ctx context.Context, w io.Writer) error {
	return e.look(ctx, func(tx *bbolt.Tx) error {
		a, err := e.audit(ctx, tx)
		if err != nil {
			return err
		}
		if err := a.verdict(); err != nil {
			return err
		}
		at := int64(0)
		_, err = tx.WriteTo(writerFunc(func(chunk []byte) (int, error) {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			n, err := w.Write(a.blank(at, chunk))
			at += int64(n)
			return n, err
		}))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("the backup cannot be written: %w", err)
		}
		return nil
	})
}
