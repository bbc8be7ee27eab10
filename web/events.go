package web

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// streamEvents replays what came after the reader's place and goes on live, until the reader leaves or the server drains.
func (s *Server) streamEvents(c echo.Context, p party) error {
	epoch, err := s.desk.Epoch(c.Request().Context())
	if err != nil {
		return err
	}
	after, reset, err := s.streamPlace(c, epoch, p.conversation.LastSeq)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(context.Background()) // the request ends now, and the stream does not
	st := &stream{conversation: p.conversation.ID, visitor: !p.key, address: network(c.RealIP()), end: end}
	if err := s.streams.add(st); err != nil {
		return err
	}
	if err := st.takeOver(c.Response()); err != nil {
		s.streams.remove(st)
		return err
	}
	go st.listen()
	go s.follow(ctx, st, epoch, after, reset)
	return nil
}

// follow writes the log to the stream until the stream's context ends.
func (s *Server) follow(ctx context.Context, st *stream, epoch string, after handoff.Seq, reset bool) {
	defer s.streams.remove(st)
	defer st.finish(ctx)
	defer func() {
		if r := recover(); r != nil { // net/http watches over requests alone
			s.log.Error("a stream panicked", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	if reset && st.frame(fmt.Appendf(nil, "id: %s.0\nevent: reset\ndata: {}\n\n", epoch)) != nil {
		return
	}
	for event, err := range s.desk.Events(ctx, st.conversation, after) {
		var frame []byte
		if err == nil {
			frame, err = encodeEvent(epoch, event)
		}
		if err != nil && handoff.CodeOf(err) != handoff.CodeUnknownConversation { // one that was erased just ends
			s.log.Warn("a stream broke off", "conversation", st.conversation, "err", err)
		}
		if err != nil || st.frame(frame) != nil {
			return // a reader that is too slow returns with its place
		}
	}
}

// encodeEvent writes an event as one frame. Its data is one line: JSON escapes every line break.
func encodeEvent(epoch string, e handoff.Event) ([]byte, error) {
	var data any
	switch {
	case e.Message != nil:
		data = viewMessage(*e.Message)
	case e.Handoff != nil:
		data = e.Handoff
	case e.Delivery != nil:
		data = e.Delivery
	case e.Reaction != nil:
		data = e.Reaction
	}
	body, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("web: event %d: %w", e.Seq, err)
	}
	return fmt.Appendf(nil, "id: %s.%d\nevent: %s\ndata: %s\n\n", epoch, e.Seq, e.Name, body), nil
}

// streamPlace finds where a reader wants to go on. Last-Event-ID wins over ?after=. A place that this log does not have
// (of another epoch, ahead of the end, or no place at all from a browser that keeps what it was given) means from the
// start, after a reset.
func (s *Server) streamPlace(c echo.Context, epoch string, last handoff.Seq) (after handoff.Seq, reset bool, err error) {
	var own string
	if header := c.Request().Header.Get("Last-Event-ID"); header != "" {
		var ok bool
		if own, after, ok = parsePlace(header); !ok {
			return 0, true, nil
		}
	} else if after, own, err = s.queryPlace(c); err != nil {
		return 0, false, err
	}
	if (own != "" && own != epoch) || after > last {
		return 0, true, nil
	}
	return after, false, nil
}

// queryPlace reads ?after=: a plain seq, or an event's id with its epoch.
func (s *Server) queryPlace(c echo.Context) (after handoff.Seq, epoch string, err error) {
	raw := c.QueryParam("after")
	if raw == "" {
		return 0, "", nil
	}
	epoch, after, ok := parsePlace(raw)
	if !ok {
		return 0, "", refuse(codeQuery, "after: the seq or the id of an event")
	}
	return after, epoch, nil
}

const maxPlace = 64

// parsePlace reads "<epoch>.<seq>" or "<seq>".
func parsePlace(s string) (epoch string, seq handoff.Seq, ok bool) {
	if len(s) > maxPlace {
		return "", 0, false
	}
	if dot := strings.LastIndexByte(s, '.'); dot >= 0 {
		epoch, s = s[:dot], s[dot+1:]
		if epoch == "" {
			return "", 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return epoch, handoff.Seq(n), err == nil
}
