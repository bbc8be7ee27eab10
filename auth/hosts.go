package auth

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Hosts is the list of hosts that may receive the bot's token. The zero value
// trusts nobody.
//
// The list matters because a bot answers to whatever serviceUrl an activity
// names, and puts its credential on that request. Names are compared whole:
// smba.trafficmanager.net is on the list and its parent is not, since anybody
// can register a name under that parent.
type Hosts struct {
	rules []hostRule
}

type hostRule struct {
	name     string // lower case, without port
	port     string // empty stands for the scheme's default port
	subs     bool   // the rule is about sub-domains of name, and not name itself
	loopback bool
}

// NewHosts makes the list of a cloud, with extra hosts given as "host" or
// "host:port". An extra host is taken whole, wildcards are refused. A loopback host
// may be reached by http, every other one by https alone. With a port the rule
// covers that port, without one the default port.
func NewHosts(cloud Cloud, extra ...string) (Hosts, error) {
	var h Hosts
	for _, name := range cloud.Hosts {
		parent, subs := strings.CutPrefix(name, "*.")
		rule, err := newHostRule(parent)
		if err != nil {
			return Hosts{}, fmt.Errorf("auth: host %q of cloud %s: %w", name, cloud.Name, err)
		}
		rule.subs = subs
		h.rules = append(h.rules, rule)
	}
	for _, name := range extra {
		rule, err := newHostRule(strings.TrimSpace(name))
		if err != nil {
			return Hosts{}, fmt.Errorf("auth: extra host %q: %w", name, err)
		}
		h.rules = append(h.rules, rule)
	}
	return h, nil
}

func newHostRule(s string) (hostRule, error) {
	host, port := s, ""
	if strings.HasPrefix(s, "[") || strings.Count(s, ":") == 1 {
		var err error
		if host, port, err = splitHostPort(s); err != nil {
			return hostRule{}, err
		}
	}
	host = strings.ToLower(host)
	if !validHost(host) {
		return hostRule{}, errors.New("want a host name or an address, optionally with :port, and no scheme or path")
	}
	return hostRule{name: host, port: port, loopback: isLoopback(host)}, nil
}

func splitHostPort(s string) (host, port string, err error) {
	if inner, ok := strings.CutSuffix(s, "]"); ok {
		return strings.TrimPrefix(inner, "["), "", nil
	}
	host, port, err = net.SplitHostPort(s)
	if err != nil {
		return "", "", err
	}
	if !validPort(port) {
		return "", "", fmt.Errorf("port %q is not a number from 1 to 65535", port)
	}
	return host, port, nil
}

// Check reports whether rawURL is an absolute service URL whose host is on the
// list. It refuses user information, queries, fragments, ports that are not
// listed, plain http anywhere but on listed loopback hosts, and addresses in
// place of names unless they are listed.
func (h Hosts) Check(rawURL string) error {
	_, err := h.Base(rawURL)
	return err
}

// Base checks rawURL as [Hosts.Check] does and returns it in one spelling:
// scheme and host in lower case, without default port and trailing slashes.
// Paths of the Connector API are appended to it.
func (h Hosts) Base(rawURL string) (string, error) {
	u, err := parseServiceURL(rawURL)
	if err != nil {
		return "", err
	}
	if !h.trusts(u) {
		return "", fmt.Errorf("auth: host %q is not trusted with the bot's token", u.hostPort())
	}
	return u.String(), nil
}

// Loopback checks rawURL as [Hosts.Check] does and in addition wants its host
// to be a loopback one.
func (h Hosts) Loopback(rawURL string) error {
	u, err := parseServiceURL(rawURL)
	if err != nil {
		return err
	}
	if !isLoopback(u.host) {
		return fmt.Errorf("auth: host %q is not a loopback host", u.hostPort())
	}
	return h.Check(rawURL)
}

func (h Hosts) trusts(u serviceURL) bool {
	return slices.ContainsFunc(h.rules, func(r hostRule) bool { return r.covers(u) })
}

func (r hostRule) covers(u serviceURL) bool {
	if u.scheme != "https" && !r.loopback {
		return false
	}
	if u.port != r.port && u.effectivePort() != r.port {
		return false
	}
	if r.subs {
		return strings.HasSuffix(u.host, "."+r.name)
	}
	return u.host == r.name
}

// isLoopback reports whether host names this machine: localhost, or an address
// in canonical form of the loopback network.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
