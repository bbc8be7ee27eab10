package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// messageView is a message on the wire: every member is there, whatever its value.
type messageView struct {
	ID          string               `json:"id"`
	Seq         handoff.Seq          `json:"seq"`
	From        handoff.Author       `json:"from"`
	Text        string               `json:"text"`
	At          time.Time            `json:"at"`
	WrittenAt   *time.Time           `json:"written_at,omitempty"`
	EditedAt    *time.Time           `json:"edited_at"`
	Deleted     bool                 `json:"deleted"`
	Attachments []handoff.Attachment `json:"attachments"`
}

func viewMessage(m handoff.Message) messageView {
	v := messageView{
		ID: m.ID, Seq: m.Seq, From: m.From, Text: m.Text, At: m.At, WrittenAt: m.WrittenAt,
		EditedAt: m.EditedAt, Deleted: m.Deleted, Attachments: m.Attachments,
	}
	if v.Attachments == nil {
		v.Attachments = []handoff.Attachment{}
	}
	return v
}

const (
	defaultPage = 50
	maxPage     = 200
)

func (s *Server) listMessages(c echo.Context, p party) error {
	after, _, err := s.queryPlace(c)
	if err != nil {
		return err
	}
	limit, err := queryLimit(c, defaultPage, maxPage)
	if err != nil {
		return err
	}
	messages, err := s.desk.Messages(c.Request().Context(), p.conversation.ID, after, limit)
	if err != nil {
		return err
	}
	views := make([]messageView, len(messages))
	for i, m := range messages {
		views[i] = viewMessage(m)
	}
	return c.JSON(http.StatusOK, map[string]any{"messages": views})
}

// queryLimit reads ?limit=, which is usual when it is absent. Whoever asks for more than most gets most.
func queryLimit(c echo.Context, usual, most int) (int, error) {
	raw := c.QueryParam("limit")
	if raw == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil && !errors.Is(err, strconv.ErrRange) || n < 1 {
		return 0, refuse(codeQuery, "limit: a number from 1; at most %d come at once", most)
	}
	return min(n, most), nil
}

// postMessage says a line: with the visitor's token as the visitor, with a key as the agent.
func (s *Server) postMessage(c echo.Context, p party) error {
	var body struct {
		ClientID    string               `json:"client_id"`
		Text        string               `json:"text"`
		Attachments []handoff.Attachment `json:"attachments"`
	}
	if err := decode(c, p.bodyLimit(), &body); err != nil {
		return err
	}
	say := handoff.Say{ClientID: strings.TrimSpace(body.ClientID), Text: body.Text}
	if say.ClientID == "" && p.key {
		key, err := idempotencyKey(c)
		if err != nil {
			return err
		}
		say.ClientID = key
	}
	if say.ClientID == "" && !p.key {
		return refuse(codeNoClientID, "client_id: a visitor's message needs one, so that a repeat is not a second message")
	}
	files, err := s.ownFiles(c, p, body.Attachments)
	if err != nil {
		return err
	}
	say.Attachments = files
	said, err := s.say(c, p, say)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if said.Repeated {
		status = http.StatusOK
	}
	return c.JSON(status, said)
}

func (s *Server) say(c echo.Context, p party, say handoff.Say) (handoff.Said, error) {
	id, from := p.conversation.ID, s.desk.FromAgent
	if !p.key {
		from = s.desk.FromVisitor
		if said, repeated, err := s.admitLine(c, id, say); err != nil || repeated {
			return said, err
		}
	}
	return inTime(c.Request().Context(), func(ctx context.Context) (handoff.Said, error) { return from(ctx, id, say) })
}

// admitLine counts a visitor's line. One that was taken before is no new line: it gets its answer again, also at the limit.
func (s *Server) admitLine(c echo.Context, id handoff.ID, say handoff.Say) (said handoff.Said, repeated bool, err error) {
	const tooMany = "that was a lot at once; please wait a moment before the next message"
	if wait := s.tries.take(string(id)); wait > 0 {
		return handoff.Said{}, false, tooOften(codeRateLimited, wait, tooMany)
	}
	if said, repeated, err = s.desk.SaidBefore(c.Request().Context(), id, say); err != nil || repeated {
		return said, repeated, err
	}
	if wait := s.lines.take(string(id)); wait > 0 {
		return handoff.Said{}, false, tooOften(codeRateLimited, wait, tooMany)
	}
	return handoff.Said{}, false, nil
}

const maxKey = 200

// idempotencyKey reads the header of that name; empty when there is none.
func idempotencyKey(c echo.Context) (string, error) {
	key := strings.TrimSpace(c.Request().Header.Get("Idempotency-Key"))
	if len(key) > maxKey {
		return "", refuse(codeQuery, "Idempotency-Key: at most %d bytes", maxKey)
	}
	return key, nil
}
