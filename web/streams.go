package web

import (
	"sync"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// The most streams at one time.
const (
	maxVisitorStreams = 3
	maxAddressStreams = 50
	maxStreams        = 20_000
)

const streamRetry = 5 * time.Second // when to try again for a place

// streams knows every open stream, so that they can be counted and ended.
type streams struct {
	mu        sync.Mutex
	open      map[*stream]struct{}
	byVisitor map[handoff.ID]int
	byAddress map[string]int
	stopping  bool
	running   sync.WaitGroup // of those that are open
}

// add takes a stream in, or says which limit it would pass. An API key's streams count for the whole alone.
func (s *streams) add(st *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopping:
		return tooOften(codeDraining, streamRetry, "the server is stopping; come back in a moment")
	case len(s.open) >= maxStreams:
		return tooOften(codeTooManyStream, streamRetry, "the server has as many streams open as it can serve")
	case st.visitor && s.byVisitor[st.conversation] >= maxVisitorStreams:
		return tooOften(codeTooManyStream, streamRetry, "this conversation is open in too many places; close one of them")
	case st.visitor && s.byAddress[st.address] >= maxAddressStreams:
		return tooOften(codeTooManyStream, streamRetry, "too many streams are open from this address")
	}
	if s.open == nil {
		s.open, s.byVisitor, s.byAddress = map[*stream]struct{}{}, map[handoff.ID]int{}, map[string]int{}
	}
	s.open[st] = struct{}{}
	s.running.Add(1)
	if st.visitor {
		s.byVisitor[st.conversation]++
		s.byAddress[st.address]++
	}
	return nil
}

func (s *streams) remove(st *stream) {
	defer s.running.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, st)
	if !st.visitor {
		return
	}
	if s.byVisitor[st.conversation]--; s.byVisitor[st.conversation] == 0 {
		delete(s.byVisitor, st.conversation)
	}
	if s.byAddress[st.address]--; s.byAddress[st.address] == 0 {
		delete(s.byAddress, st.address)
	}
}

func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// drain ends all streams, lets no more in, and waits until the last one has said goodbye: at most frameWrite.
func (s *streams) drain() {
	s.stop()
	s.running.Wait()
}

func (s *streams) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
	for st := range s.open {
		st.end(errDraining)
	}
}
