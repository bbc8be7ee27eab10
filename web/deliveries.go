package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

// listDeliveries shows the posts that wait for a person: those in doubt, or those that certainly failed.
func (s *Server) listDeliveries(c echo.Context) error {
	list := s.desk.Held
	switch c.QueryParam("state") {
	case string(handoff.KeptHeld):
	case string(handoff.KeptDead):
		list = s.desk.Dead
	default:
		return refuse(codeQuery, "state: held or dead")
	}
	limit, err := queryLimit(c, handoff.MaxKeptPage, handoff.MaxKeptPage)
	if err != nil {
		return err
	}
	page, err := list(c.Request().Context(), c.QueryParam("after"), limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Deliveries []handoff.Kept `json:"deliveries"`
		Next       string         `json:"next,omitempty"`
	}{page.Posts, page.Next})
}

// sendAgain puts a post that was put aside back into its channel's queue.
func (s *Server) sendAgain(c echo.Context) error {
	if err := decodeOptional(c, maxVisitorBody, &struct{}{}); err != nil {
		return err
	}
	delivery := c.Param("delivery")
	return s.decided(c, func(ctx context.Context) error { return s.desk.SendAgain(ctx, delivery, nil) })
}

// markSent takes the caller's word that a post stands in its channel.
func (s *Server) markSent(c echo.Context) error {
	var body struct {
		Thread  string `json:"thread"`
		Message string `json:"message"`
	}
	if err := decodeOptional(c, maxVisitorBody, &body); err != nil {
		return err
	}
	at := handoff.Receipt{Thread: body.Thread, Message: body.Message}
	if err := firstError(bounded("thread", at.Thread, maxURL), bounded("message", at.Message, maxURL)); err != nil {
		return err
	}
	delivery := c.Param("delivery")
	return s.decided(c, func(ctx context.Context) error { return s.desk.MarkSent(ctx, delivery, at, nil) })
}

func (s *Server) decided(c echo.Context, decide func(context.Context) error) error {
	if err := doneInTime(c.Request().Context(), decide); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"id": c.Param("delivery")})
}
