package bench

import (
	"context"
	"net/http"
	"time"
)

// The limits of package bot, for a yardstick that can be left alone with the
// internet.
const (
	answerLimit = 10 * time.Second
	idleLimit   = 90 * time.Second
)

// Limited bounds the time of an answer, and of the body that it waits for.
func Limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerLimit)
		defer cancel()
		reader := http.NewResponseController(w)
		reader.SetReadDeadline(time.Now().Add(answerLimit))
		next.ServeHTTP(w, r.WithContext(ctx))
		reader.SetReadDeadline(time.Time{})
	})
}

// LimitedClient is BareClient with the time limits of a client that is used for
// more than a measurement.
func LimitedClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64, DisableCompression: true, IdleConnTimeout: idleLimit,
	}}
}
