package auth

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter is the longest pause that a header can impose.
const maxRetryAfter = time.Hour

// RetryAfter reads how long a service asks to wait, as token endpoints and the
// Connector do: in seconds, whole or not, or until an HTTP date
// (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3). The answer is between 0
// and an hour; 0 stands for a header that is missing, in the past or nonsense.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if math.IsNaN(seconds) || seconds <= 0 {
			return 0
		}
		if seconds >= maxRetryAfter.Seconds() {
			return maxRetryAfter
		}
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
