package bottest

import (
	"context"
	"time"
)

// TB is the part of testing.TB that this package uses, so that a program which
// embeds the service does not link the testing package.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Start serves for the length of a test. At the test's end it fails the test
// for each violation that was not expected, also for what is not modelled.
func Start(tb TB, cfg Config) *Service {
	tb.Helper()
	s := New(cfg)
	if err := s.Start(); err != nil {
		tb.Fatalf("bottest: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("bottest: close: %v", err)
		}
		violations, unmet := s.unsettled()
		for _, v := range violations {
			tb.Errorf("bottest: %s", v.Verdict())
		}
		for _, text := range unmet {
			tb.Errorf("bottest: expected a violation about %q and saw none", text)
		}
	})
	return s
}

// waitLimit is long enough for a slow machine; a test that waits this long has
// failed.
const waitLimit = 20 * time.Second

// WaitFor waits until ok holds, looking again after every change of the
// channels. It fails the test when that does not happen.
func (s *Service) WaitFor(tb TB, what string, ok func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	changes := s.Changes(ctx)
	for !ok() {
		if _, open := <-changes; !open {
			tb.Fatalf("bottest: waited in vain for %s", what)
		}
	}
}
