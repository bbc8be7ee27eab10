package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// requestHandoff asks for a person. A visitor may say why; the summary, the open loops and the channels are the agent's to
// choose, for specialists rely on them.
func (s *Server) requestHandoff(c echo.Context, p party) error {
	var body struct {
		Reason    string       `json:"reason"`
		Summary   points       `json:"summary"`
		OpenLoops points       `json:"open_loops"`
		Channels  []handoff.ID `json:"channels"`
	}
	if err := decodeOptional(c, p.bodyLimit(), &body); err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	request := handoff.Request{Key: key, By: p.kind(), Reason: body.Reason}
	if p.key {
		request.Brief = handoff.Brief{Summary: body.Summary, OpenLoops: body.OpenLoops}
		request.Channels = body.Channels
		for _, channel := range body.Channels {
			if !isOpaque(channel) {
				return refuse(handoff.CodeUnknownChannel, "channels: there is no such channel")
			}
		}
	} else if wait := s.lines.take(string(p.conversation.ID)); wait > 0 {
		return tooOften(codeRateLimited, wait, "that was a lot at once; please wait a moment")
	}
	answer, err := inTime(c.Request().Context(), func(ctx context.Context) (handoff.Answer, error) {
		return s.desk.Request(ctx, p.conversation.ID, request)
	})
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if answer.State == handoff.AnswerUnavailable {
		status = http.StatusOK
	}
	return c.JSON(status, answer)
}

// endHandoff gives the conversation back to the agent.
func (s *Server) endHandoff(c echo.Context, p party) error {
	if err := decodeOptional(c, p.bodyLimit(), &struct{}{}); err != nil {
		return err
	}
	conversation, err := inTime(c.Request().Context(), func(ctx context.Context) (handoff.Conversation, error) {
		return s.desk.End(ctx, p.conversation.ID, p.kind())
	})
	if err != nil {
		return err
	}
	return s.showConversation(c, p, conversation)
}

// rate keeps the visitor's word on the last handoff.
func (s *Server) rate(c echo.Context, p party) error {
	if p.key {
		return refuse(codeVisitorOnly, "a rating is the visitor's; it needs the visitor's token")
	}
	var body struct {
		Score   int    `json:"score"`
		Comment string `json:"comment"`
	}
	if err := decode(c, p.bodyLimit(), &body); err != nil {
		return err
	}
	err := doneInTime(c.Request().Context(), func(ctx context.Context) error {
		return s.desk.Rate(ctx, p.conversation.ID, body.Score, body.Comment)
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, body)
}
