package bolt

import (
	"context"
	"strings"
	"sync"
)

// watches wakes readers by prefix. Prefixes end with a slash, so a written key names its own watchers: one look-up for
// each slash in it, however many watchers there are.
type watches struct {
	mu       sync.Mutex
	byPrefix map[string]map[chan struct{}]struct{}
}

func (w *watches) add(ctx context.Context, prefix string) <-chan struct{} {
	token := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byPrefix == nil {
		w.byPrefix = make(map[string]map[chan struct{}]struct{})
	}
	if w.byPrefix[prefix] == nil {
		w.byPrefix[prefix] = make(map[chan struct{}]struct{})
	}
	w.byPrefix[prefix][token] = struct{}{}
	context.AfterFunc(ctx, func() { w.remove(prefix, token) })
	return token
}

func (w *watches) remove(prefix string, token chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.byPrefix[prefix], token)
	if len(w.byPrefix[prefix]) == 0 {
		delete(w.byPrefix, prefix)
	}
}

func (w *watches) wake(keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range keys {
		for at, rest := 0, key; ; {
			slash := strings.IndexByte(rest, '/')
			if slash < 0 {
				break
			}
			at += slash + 1
			rest = key[at:]
			for token := range w.byPrefix[key[:at]] {
				select {
				case token <- struct{}{}:
				default:
				}
			}
		}
	}
}
