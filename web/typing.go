package web

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/docket-handoff/docket/handoff"
)

// Run tells open streams who is writing to them, until ctx ends. Everything else is served without it.
func (s *Server) Run(ctx context.Context) error {
	for t := range s.desk.Typing(ctx) {
		body, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("web: typing: %w", err)
		}
		frame := fmt.Appendf(nil, "event: typing\ndata: %s\n\n", body) // without an id: it is no place to go on from
		for _, st := range s.streams.of(t.Conversation) {
			st.whisper(frame)
		}
	}
	return nil
}

// of lists the open streams of a conversation.
func (s *streams) of(conversation handoff.ID) []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*stream
	for st := range s.open {
		if st.conversation == conversation {
			found = append(found, st)
		}
	}
	return found
}

// whisper writes a frame that may be lost. A reader that has not yet taken the frame before goes without.
func (st *stream) whisper(frame []byte) {
	if !st.mu.TryLock() {
		return
	}
	defer st.mu.Unlock()
	if st.closed || st.conn == nil {
		return
	}
	if err := st.write(frame); err != nil {
		st.end(err)
	}
}
