package bottest

import (
	"fmt"
	"net/http"
	"time"
)

// limits are those of one bot's posts in one channel, all threads together.
// See https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
var limits = []struct {
	window time.Duration
	posts  int
}{
	{time.Second, 7}, {2 * time.Second, 8}, {30 * time.Second, 60}, {time.Hour, 1800},
}

// throttle counts a post, or refuses it when Config.Throttle is set and a window
// is full. The caller holds mu.
func (s *Service) throttle(c *channel) *connectorError {
	if !s.cfg.Throttle {
		return nil
	}
	now := s.now()
	for _, limit := range limits {
		recent := 0
		for i := len(c.posts) - 1; i >= 0 && now.Sub(c.posts[i]) < limit.window; i-- {
			recent++
		}
		if recent >= limit.posts {
			return throttled(fmt.Sprint(int(limit.window/time.Second)), "more than %d posts in %s", limit.posts, limit.window)
		}
	}
	c.posts = append(c.posts, now)
	return nil
}

func throttled(retryAfter, format string, args ...any) *connectorError {
	return &connectorError{
		status: http.StatusTooManyRequests, code: "Throttled", retry: retryAfter, message: fmt.Sprintf(format, args...),
	}
}
