package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
)

// local refuses an address that is not of this machine.
func local(flag, address string) error {
	u, err := url.Parse(address)
	if err != nil || !isLoopback(u.Hostname()) {
		return fmt.Errorf("%s: %q is not on loopback, as http://127.0.0.1:3978 is", flag, address)
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// named answers only those who name the service by its own address: a web page whose name was pointed at this machine does not.
func named(host string, service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			http.Error(w, "call the service by the address that it printed", http.StatusForbidden)
			return
		}
		service.ServeHTTP(w, r)
	})
}
