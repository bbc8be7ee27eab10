package admintest

import (
	"strings"
	"sync"
)

// Log keeps what was logged, by several goroutines.
type Log struct {
	mu  sync.Mutex
	out strings.Builder
}

// Write appends.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

// String is everything that was logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}
