package demo

import (
	"net"
	"net/http"
	"net/netip"
)

// guard lets in what comes from this machine, under a name of this machine, and, where it changes something, from the
// page itself. The name matters too: a web page elsewhere can have its own name lead here, and would then be of the same
// origin. https://developer.mozilla.org/docs/Web/Security/Attacks/DNS_rebinding
func guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refusal{http.StatusForbidden, "foreign_page", "Only the demo's own page may do this."}.write(w)
	}))
	inner := origins.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Cache-Control", "no-store")
		if !fromHere(r) {
			refusal{http.StatusForbidden, "not_local", "The demo is for this machine alone."}.write(w)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func fromHere(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if host == "localhost" {
		return true
	}
	named, err := netip.ParseAddr(host)
	return err == nil && named.IsLoopback()
}
