package web

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// A disk can hang. What waits for its turn to be written gives up first, so that its caller learns that nothing was kept.
const (
	writeTime  = 8 * time.Second
	answerTime = writeTime + time.Second // then nobody knows yet, and the caller hears that
	storePause = 5 * time.Second         // when to ask again
)

// inTime answers for what writes, however long that takes. do may go on alone, so it touches nothing but what it returns.
func inTime[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	told := make(chan outcome, 1)
	go func() {
		ctx, done := context.WithTimeout(ctx, writeTime)
		defer done()
		var o outcome
		defer func() {
			if r := recover(); r != nil {
				o.err = &panicError{value: r, stack: debug.Stack()}
			}
			told <- o
		}()
		o.value, o.err = do(ctx)
	}()
	late := time.NewTimer(answerTime)
	defer late.Stop()
	var none T
	select {
	case o := <-told:
		return o.value, o.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-late.C:
		return none, &handoff.Error{
			Code: handoff.CodeStore, RetryAfter: storePause, Err: errors.New("a write has not come to an end"),
			Msg: "the store takes long, and this may still be kept; please try again: with the same client_id or Idempotency-Key it counts once",
		}
	}
}

// doneInTime is inTime for what answers nothing else.
func doneInTime(ctx context.Context, do func(context.Context) error) error {
	_, err := inTime(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}
