package admintest

import (
	"strings"
	"sync"
)

// syncBuilder is a strings.Builder for several goroutines.
type syncBuilder struct {
	mu  sync.Mutex
	out strings.Builder
}

// Write appends.
func (b *syncBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

// String is all that was written.
func (b *syncBuilder) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.String()
}
