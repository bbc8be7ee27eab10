package bottest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

// Op names a door of the service, for faults, counts and violations.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
type Op string

// The doors: OpenID metadata, keys, tokens and consent; the Connector's calls, OpOther for those that are not modelled;
// whatever else is asked for; and the bot's own answers to invokes.
const (
	OpMetadata        Op = "metadata"
	OpKeys            Op = "keys"
	OpToken           Op = "token"
	OpConsent         Op = "consent"
	OpCreate          Op = "create"
	OpSend            Op = "send"
	OpReply           Op = "reply"
	OpUpdate          Op = "update"
	OpDelete          Op = "delete"
	OpReact           Op = "reaction"
	OpMember          Op = "member"
	OpMembers         Op = "members"
	OpActivityMembers Op = "activity members"
	OpTeam            Op = "team"
	OpChannels        Op = "channels"
	OpAttachment      Op = "attachment"
	OpAttachmentInfo  Op = "attachment info"
	OpOther           Op = "other call"
	OpUnknown         Op = "unknown route"
	OpInvoke          Op = "invoke answer"
)

// Fault is how a request goes wrong. It strikes before anything is posted, unless
// AfterPosting: then the operation is done first and its answer is replaced.
type Fault struct {
	Status       int           // of the answer; 0 with neither Hang nor Reset only delays
	RetryAfter   string        // value of the header; empty for none
	Location     string        // value of the header, for a redirect; empty for none
	Code         string        // error code of the answer; ignored with Body
	Body         string        // the whole answer, in place of one made from Code
	AfterPosting bool          // do what was asked for, then go wrong
	Hang         bool          // no answer until the caller gives up
	Reset        bool          // the connection is reset
	Delay        time.Duration // before anything else
}

type fault struct {
	Fault
	left int // negative: until it is replaced
}

// Fail makes the next n requests to a door go wrong, after those that earlier
// calls announced. A negative n is for ever; n = 0 ends what was announced.
func (s *Service) Fail(op Op, n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		delete(s.faults, op)
		return
	}
	s.faults[op] = append(s.faults[op], fault{Fault: f, left: n})
}

// nextFault takes the fault that is due at a door.
func (s *Service) nextFault(op Op) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.faults[op]
	if len(queue) == 0 {
		return Fault{}, false
	}
	f := queue[0].Fault
	if queue[0].left > 0 {
		if queue[0].left--; queue[0].left == 0 {
			s.faults[op] = queue[1:]
		}
	}
	return f, true
}

// withFaults puts the announced faults in front of a door.
func (s *Service) withFaults(op Op, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, due := s.nextFault(op)
		if !due {
			next(w, r)
			return
		}
		s.pause(r, f.Delay)
		if f.AfterPosting {
			next(&discarded{header: make(http.Header)}, r)
		}
		s.strike(w, r, f, next)
	}
}

func (s *Service) strike(w http.ResponseWriter, r *http.Request, f Fault, next http.HandlerFunc) {
	switch {
	case f.Hang:
		io.Copy(io.Discard, r.Body) // the server notices the caller's end only then
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	case f.Reset:
		reset(w)
	case f.Status != 0:
		f.write(w)
	case !f.AfterPosting:
		next(w, r)
	}
}

func (f Fault) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Location != "" {
		w.Header().Set("Location", f.Location)
	}
	w.Header().Set("MS-CV", "bottest.0")
	if json.Valid([]byte(f.Body)) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if f.Body != "" || f.Code == "" {
		w.WriteHeader(f.Status)
		io.WriteString(w, f.Body)
		return
	}
	writeJSON(w, f.Status, errorBody(f.Code, "scripted fault"))
}

// pause waits, but not longer than the caller does.
func (s *Service) pause(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.closed:
	}
}

// reset breaks the connection so that the caller sees a reset, not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// discarded swallows the answer of an operation whose answer is lost.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarded) WriteHeader(int)             {}
