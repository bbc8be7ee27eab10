package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// maxServiceURL bounds a service URL in bytes; real ones stay below 200.
const maxServiceURL = 2048

// serviceURL is a service URL taken apart once, so that what is compared is
// what will be called.
type serviceURL struct {
	scheme string // http or https
	host   string // lower case
	port   string // empty for the default port
	path   string // escaped, without trailing slashes
	text   string // the one spelling that comparisons use
}

// maxKnownURLs bounds how many service URLs are remembered. A bot meets a
// handful, several times with each delivery.
const maxKnownURLs = 256

// knownURLs are service URLs that were taken apart before.
var knownURLs = struct {
	sync.RWMutex
	parsed map[string]serviceURL
}{parsed: make(map[string]serviceURL)}

func parseServiceURL(raw string) (serviceURL, error) {
	knownURLs.RLock()
	s, known := knownURLs.parsed[raw]
	knownURLs.RUnlock()
	if known {
		return s, nil
	}
	s, err := takeApart(raw)
	if err != nil {
		return serviceURL{}, err
	}
	s.text = s.scheme + "://" + s.hostPort() + s.path
	knownURLs.Lock()
	defer knownURLs.Unlock()
	if len(knownURLs.parsed) >= maxKnownURLs {
		clear(knownURLs.parsed)
	}
	knownURLs.parsed[strings.Clone(raw)] = s
	return s, nil
}

func takeApart(raw string) (serviceURL, error) {
	if len(raw) > maxServiceURL {
		return serviceURL{}, fmt.Errorf("auth: service URL is longer than %d bytes", maxServiceURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return serviceURL{}, errors.New("auth: service URL does not parse")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return serviceURL{}, errors.New("auth: service URL is not an absolute http or https URL")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(raw, "#") {
		return serviceURL{}, errors.New("auth: service URL carries user information, a query or a fragment")
	}
	s := serviceURL{
		scheme: u.Scheme,
		host:   strings.ToLower(u.Hostname()),
		port:   u.Port(),
		path:   strings.TrimRight(u.EscapedPath(), "/"),
	}
	if !validHost(s.host) || s.port == "" && strings.HasSuffix(u.Host, ":") || s.port != "" && !validPort(s.port) {
		return serviceURL{}, errors.New("auth: service URL has no valid host")
	}
	if s.port == defaultPort(s.scheme) {
		s.port = ""
	}
	return s, nil
}

func (s serviceURL) effectivePort() string {
	if s.port == "" {
		return defaultPort(s.scheme)
	}
	return s.port
}

func (s serviceURL) hostPort() string {
	host := s.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if s.port != "" {
		host += ":" + s.port
	}
	return host
}

func (s serviceURL) String() string { return s.text }

// sameServiceURL compares two service URLs after normalising both. URLs that do
// not parse are the same as nothing.
func sameServiceURL(a, b string) bool {
	ua, err := parseServiceURL(a)
	if err != nil {
		return false
	}
	if a == b {
		return true
	}
	ub, err := parseServiceURL(b)
	return err == nil && ua == ub
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0'
}

// validHost accepts an IP address or a name of letters, digits and hyphens. It
// has no room for what makes two parsers disagree: trailing dots, escapes,
// non-ASCII letters.
func validHost(host string) bool {
	if strings.Contains(host, ":") {
		_, err := netip.ParseAddr(host)
		return err == nil && !strings.Contains(host, "%")
	}
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if !validLabel(label) {
			return false
		}
	}
	return true
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
