package bottest

import "context"

// Version grows with every change of the channels and with every request.
func (s *Service) Version() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// Changes answers a channel that receives after a change; several changes may
// make one receive. It is closed when the context ends or the service does. To lose
// nothing, subscribe before you read.
func (s *Service) Changes(ctx context.Context) <-chan struct{} {
	wake := make(chan struct{}, 1)
	s.mu.Lock()
	s.watchers[wake] = true
	s.mu.Unlock()
	out := make(chan struct{})
	go func() {
		defer close(out)
		defer s.forget(wake)
		for {
			select {
			case <-wake:
			case <-ctx.Done():
				return
			case <-s.closed:
				return
			}
			select {
			case out <- struct{}{}:
			case <-ctx.Done():
				return
			case <-s.closed:
				return
			}
		}
	}()
	return out
}

func (s *Service) forget(wake chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, wake)
}

// changed wakes everybody. The caller holds mu.
func (s *Service) changed() {
	s.version++
	for wake := range s.watchers {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}
