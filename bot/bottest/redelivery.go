package bottest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/activity"
)

// patience is how long Teams waits for the bot's answer, and how long after a
// delivery the next one follows when there was none.
// https://learn.microsoft.com/microsoftteams/platform/bots/bot-basics
const patience = 15 * time.Second

// A retry is one more delivery of an activity that the bot failed to take.
type retry struct {
	pause  time.Duration // since the delivery before
	invoke bool          // made of invokes alone
	newID  bool          // under another id than before
}

// retries are those that were seen. How many there are is not documented: users report one more
// of a message (https://github.com/MicrosoftDocs/msteams-docs/issues/1571), and of an invoke two
// more under a new id, half a minute later (https://github.com/microsoft/botbuilder-dotnet/issues/5005).
var retries = []retry{
	{pause: patience},
	{pause: 30 * time.Second, invoke: true, newID: true},
	{pause: patience, invoke: true},
}

var (
	errTooLate = errors.New("no answer within 15 seconds")
	errClosed  = errors.New("the service is closed")
)

// failed reports whether Teams would deliver again. A refusal is final, and so
// is 501, which says that an invoke is not known.
func failed(answer Answer, err error) bool {
	if err != nil {
		return !errors.Is(err, errNoEndpoint)
	}
	return answer.Status >= 500 && answer.Status != http.StatusNotImplemented
}

// deliver posts an activity, and sees to it that one which is not taken comes again.
func (s *Service) deliver(ctx context.Context, body []byte) (Answer, error) {
	began := s.now()
	answer, err := s.try(ctx, body, 0)
	if failed(answer, err) && ctx.Err() == nil && !s.cfg.DeliverOnce {
		s.background(func() { s.retry(body, began) })
	}
	return answer, err
}

// retry makes the later deliveries until one of them is taken.
func (s *Service) retry(body []byte, began time.Time) {
	for i, next := range retries {
		if next.invoke && !isInvoke(body) {
			return
		}
		if next.newID {
			body = underNewID(body)
		}
		if !s.waitUntil(began.Add(next.pause)) {
			return
		}
		began = s.now()
		if !failed(s.try(context.Background(), body, i+1)) {
			return
		}
	}
}

// waitUntil reports false when the service is closed before that time.
func (s *Service) waitUntil(at time.Time) bool {
	select {
	case <-s.closed:
		return false
	case <-s.cfg.After(at.Sub(s.now())):
		return true
	}
}

// background runs something that Close waits for; nothing after Close.
func (s *Service) background(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		s.working.Go(work)
	}
}

// patiently is a context that ends when Teams would stop waiting, or with the service.
func (s *Service) patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.cfg.After(patience):
			end(errTooLate)
		case <-s.closed:
			end(errClosed)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { end(nil) }
}

func isInvoke(body []byte) bool {
	a, err := activity.Decode(body)
	return err == nil && a.IsType(activity.TypeInvoke)
}

// underNewID is the same activity with another id.
func underNewID(body []byte) []byte {
	a, err := activity.Decode(body)
	if err != nil {
		return body
	}
	a.ID = "f:" + uuid.NewString()
	renewed, err := activity.Encode(a)
	if err != nil {
		return body
	}
	return renewed
}
