package bottest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

// ledger is a test that writes down its failures.
type ledger struct {
	failures []string
	cleanups []func()
}

func (l *ledger) Helper()          {}
func (l *ledger) Cleanup(f func()) { l.cleanups = append(l.cleanups, f) }
func (l *ledger) Errorf(format string, args ...any) {
	l.failures = append(l.failures, fmt.Sprintf(format, args...))
}
func (l *ledger) Fatalf(format string, args ...any) { l.Errorf(format, args...) }

func (l *ledger) end() string {
	for _, f := range l.cleanups {
		f()
	}
	return strings.Join(l.failures, "\n")
}

// TestStartFailsTheTestOfACarelessBot uses the service as a test would.
func TestStartFailsTheTestOfACarelessBot(t *testing.T) {
	for _, row := range []struct {
		name   string
		expect string
		act    bool
		want   string // in the failures; empty: none
	}{
		{"nothing happens", "", false, ""},
		{"a violation nobody expected", "", true, "type is missing"},
		{"a violation that was expected", "type is missing", true, ""},
		{"another one was expected", "textFormat", true, "type is missing"},
		{"an expectation that nothing meets", "textFormat", false, `"textFormat" and saw none`},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := &ledger{}
			svc := bottest.Start(l, bottest.Config{})
			if row.expect != "" {
				svc.ExpectViolation(row.expect)
			}
			if row.act {
				newCaller(t, svc).do(t, "POST", activities, `{"text":"x"}`, nil)
			}
			if failures := l.end(); (row.want == "") != (failures == "") || !strings.Contains(failures, row.want) {
				t.Errorf("failures: %s", failures)
			}
		})
	}
}

func TestStartTwiceIsAnError(t *testing.T) {
	svc := bottest.Start(t, bottest.Config{})
	if svc.Start() == nil {
		t.Error("started twice")
	}
}
