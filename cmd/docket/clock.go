package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Tokens are held against the clock with a leeway of 5 minutes.
const (
	skewWarn  = 60 * time.Second
	skewMost  = 240 * time.Second
	clockRest = 10 * time.Minute // between two looks while the clock is right
	clockBad  = time.Minute      // and while it is wrong, or cannot be compared
	clockTime = 10 * time.Second // for one look
)

// clockWatch compares the machine's clock with that of the channel service.
type clockWatch struct {
	url string // a document of the channel's
	log *slog.Logger

	mu   sync.Mutex
	skew time.Duration // how far the machine is ahead, as of the last look
}

// run looks until ctx ends.
func (c *clockWatch) run(ctx context.Context) {
	for {
		pause := clockRest
		skew, err := c.look(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.log.Debug("the clock could not be compared", "error", err)
			pause = clockBad
		case skew.Abs() >= skewWarn:
			c.log.Warn("the clock is wrong: set up time synchronisation, or tokens will be refused", "ahead", skew)
			pause = clockBad
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// look asks the channel service for the time, which comes with every answer.
// https://www.rfc-editor.org/rfc/rfc9110#name-date
func (c *clockWatch) look(ctx context.Context) (time.Duration, error) {
	ctx, done := context.WithTimeout(ctx, clockTime)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return 0, err
	}
	r.Close = true
	asked := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	told := time.Now()
	_, _ = io.CopyN(io.Discard, answer.Body, 1<<20)
	_ = answer.Body.Close()
	skew, err := skewOf(answer.Header, asked, told)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = skew
	return skew, nil
}

// skewOf is how far the own clock is surely ahead of, or behind, the one that an answer shows. The answer was dated some time
// between asking and being told, in whole seconds; a cache says how long ago that was.
func skewOf(h http.Header, asked, told time.Time) (time.Duration, error) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("the answer has no date: %w", err)
	}
	if age, err := time.ParseDuration(h.Get("Age") + "s"); err == nil && age > 0 {
		date = date.Add(age)
	}
	switch {
	case asked.After(date.Add(time.Second)):
		return asked.Sub(date.Add(time.Second)), nil
	case told.Before(date):
		return told.Sub(date), nil
	}
	return 0, nil
}

// ready refuses while tokens could not be judged.
func (c *clockWatch) ready(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.skew.Abs() < skewMost {
		return nil
	}
	return notReady("the machine's clock is wrong", fmt.Errorf("it is %s ahead of the channel's", c.skew))
}
