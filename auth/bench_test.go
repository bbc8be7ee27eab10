package auth_test

import (
	"fmt"
	"testing"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// BenchmarkVerify shows what a token costs that was seen before, as nearly all
// real ones were, and one that was not.
func BenchmarkVerify(b *testing.B) {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		b.Fatal(err)
	}
	defer svc.Close()
	v, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	if err := v.Preload(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("seen", func(b *testing.B) {
		header := bearer(svc.Token(bottest.TokenOptions{}))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(b.Context(), header); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			b.StopTimer()
			n++
			header := bearer(svc.Token(bottest.TokenOptions{Claims: map[string]any{"n": fmt.Sprint(b.N, n)}}))
			b.StartTimer()
			if _, err := v.Verify(b.Context(), header); err != nil {
				b.Fatal(err)
			}
		}
	})
}
