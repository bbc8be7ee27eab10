package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
)

func retryAfter(value string) http.Header { return http.Header{"Retry-After": {value}} }

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if got := auth.RetryAfter(http.Header{}, now); got != 0 {
		t.Errorf("without the header: %s", got)
	}
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "soon": 0, "NaN": 0, "-Inf": 0, "1e": 0,
		"7": 7 * time.Second, " 7 ": 7 * time.Second, "0.5": 500 * time.Millisecond,
		"3600": time.Hour, "86400": time.Hour, "1e300": time.Hour, "Inf": time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat):    time.Minute,
		now.Add(-time.Minute).Format(http.TimeFormat):   0,
		now.Add(24 * time.Hour).Format(http.TimeFormat): time.Hour,
		now.Add(time.Minute).Format(time.ANSIC):         time.Minute,
	} {
		if got := auth.RetryAfter(retryAfter(value), now); got != want {
			t.Errorf("RetryAfter(%q) = %s, want %s", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "0.5", "1e300", "NaN", "-1", "Mon, 23 Nov 2026 09:01:00 GMT", "Monday, 23-Nov-26 09:01:00 GMT", "0x10", "9_9"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		if got := auth.RetryAfter(retryAfter(value), now); got < 0 || got > time.Hour {
			t.Errorf("RetryAfter(%q) = %s", value, got)
		}
	})
}
