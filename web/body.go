package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// The largest bodies, in bytes.
const (
	maxVisitorBody = 32 << 10
	maxKeyBody     = 256 << 10
	maxLongBody    = 1 << 20 // a transcript, an agent with its answers
)

const bodyTime = 10 * time.Second // for a whole body that is no file

// bodyLimit is what a party may send in a body of no special kind.
func (p party) bodyLimit() int64 {
	if p.key {
		return maxKeyBody
	}
	return maxVisitorBody
}

// decode reads the one JSON object of a body. Members it does not know are accepted, so that clients may be newer. What is
// no JSON is malformed; what is JSON of the wrong shape is invalid and names the field.
func decode(c echo.Context, limit int64, into any) error {
	return read(c, limit, into, false)
}

// decodeOptional is decode for calls that need no body.
func decodeOptional(c echo.Context, limit int64, into any) error {
	return read(c, limit, into, true)
}

func read(c echo.Context, limit int64, into any, optional bool) error {
	r := c.Request()
	if optional && r.ContentLength == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || (kind != echo.MIMEApplicationJSON && !strings.HasSuffix(kind, "+json")) {
		return refuse(codeMediaType, "the body must be sent as application/json")
	}
	flow := http.NewResponseController(c.Response())
	_ = flow.SetReadDeadline(time.Now().Add(bodyTime)) // a test's recorder has no connection
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(codeTooSlow, "the body did not arrive within %d seconds", int(bodyTime.Seconds()))
	case err != nil:
		return &handoff.Error{Code: codeMalformed, Msg: "the body broke off", Err: err}
	case optional && len(body) == 0:
		return nil
	case !utf8.Valid(body):
		return refuse(codeMalformed, "the body is not UTF-8")
	}
	_ = flow.SetReadDeadline(time.Time{}) // from here on the server watches for the end of the connection
	return wrongJSON(json.Unmarshal(body, into))
}

func wrongJSON(err error) error {
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	var moment *time.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return refuse(codeMalformed, "the body is no JSON: %v (at byte %d)", syntax, syntax.Offset)
	case errors.As(err, &shape) && shape.Field == "":
		return refuse(handoff.CodeInvalid, "the body must be a JSON object, not %s", shape.Value)
	case errors.As(err, &shape):
		return refuse(handoff.CodeInvalid, "%s: %s does not fit here", shape.Field, shape.Value)
	case errors.As(err, &moment):
		return refuse(handoff.CodeInvalid, "%q is no time; write it like 2026-11-22T10:00:00Z", shorten(moment.Value, 40))
	case strings.HasPrefix(err.Error(), "Time."): // of time.Time, which says so of what is no string
		return refuse(handoff.CodeInvalid, "a time is a text like \"2026-11-22T10:00:00Z\"")
	}
	return refuse(handoff.CodeInvalid, "%v", err) // a type of ours said what it wants
}

// points is a list of sentences that may also be written as one text, a sentence a line.
type points []handoff.Point

// UnmarshalJSON reads "one text" or [{"text","message"} or "text", …].
func (p *points) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return json.Unmarshal(data, (*[]handoff.Point)(p))
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*p = nil
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			*p = append(*p, handoff.Point{Text: line})
		}
	}
	return nil
}

// traits are facts by name. Their values may be written as numbers or truths too; they are kept as text.
type traits map[string]string

// UnmarshalJSON reads {"employees": 850, "plan": "trial", "active": true}.
func (t *traits) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("traits: an object is needed")
	}
	*t = make(traits, len(raw))
	for name, value := range raw {
		switch value[0] {
		case '"':
			var text string
			if err := json.Unmarshal(value, &text); err != nil {
				return err
			}
			(*t)[name] = text
		case '{', '[':
			return fmt.Errorf("traits.%s: a text, a number, true or false is needed", name)
		case 'n':
		default:
			(*t)[name] = string(value)
		}
	}
	return nil
}
