package bot

import (
	"context"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

// Handler takes the activities that passed every check.
//
// A nil error means "never send it again": persist before you return. With an
// error the channel gets a 500, or the status of an error that has a method
// HTTPStatus() int, and may deliver the activity once more.
type Handler interface {
	// HandleTurn handles one activity. The context ends when the channel
	// stops waiting for the answer. The response is for activities of type
	// invoke: it becomes the HTTP answer, and nil means that the invoke's name
	// is not known here (501). For other types it is ignored.
	HandleTurn(ctx context.Context, t *Turn) (*activity.InvokeResponse, error)
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(ctx context.Context, t *Turn) (*activity.InvokeResponse, error)

// HandleTurn calls f.
func (f HandlerFunc) HandleTurn(ctx context.Context, t *Turn) (*activity.InvokeResponse, error) {
	return f(ctx, t)
}

// Turn is one delivery: the activity and what the token said of its sender.
// Claims are those of the channel service; the people in the activity are named
// by the body alone.
type Turn struct {
	Activity *activity.Activity
	Claims   auth.Claims
}
