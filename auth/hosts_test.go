package auth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/auth"
)

func hosts(t testing.TB, cloud auth.Cloud, extra ...string) auth.Hosts {
	t.Helper()
	h, err := auth.NewHosts(cloud, extra...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHostsCheck(t *testing.T) {
	public := hosts(t, auth.Public)
	local := hosts(t, auth.Public, "127.0.0.1:5000", "localhost", "[::1]:5001", "proxy.example:8443", "203.0.113.7")
	for _, row := range []struct {
		name    string
		hosts   auth.Hosts
		url     string
		trusted bool
	}{
		{"the connector", public, "https://smba.trafficmanager.net/amer/", true},
		{"the connector with the tenant in its path", public, "https://smba.trafficmanager.net/emea/11111111-1111-4111-8111-111111111111/", true},
		{"without a path", public, "https://smba.trafficmanager.net", true},
		{"with the default port", public, "https://smba.trafficmanager.net:443/teams", true},
		{"in capitals", public, "HTTPS://SMBA.TrafficManager.NET/amer/", true},
		{"the government community", public, "https://smba.infra.gcc.teams.microsoft.com/teams", true},
		{"a sub-domain of the framework", public, "https://webchat.botframework.com/", true},
		{"GCC High from the public cloud", public, "https://smba.infra.gov.teams.microsoft.us/teams", false},
		{"GCC High", hosts(t, auth.Gov), "https://smba.infra.gov.teams.microsoft.us/teams", true},
		{"DoD", hosts(t, auth.DoD), "https://smba.infra.dod.teams.microsoft.us/teams", true},
		{"DoD from GCC High", hosts(t, auth.Gov), "https://smba.infra.dod.teams.microsoft.us/teams", false},
		{"China", hosts(t, auth.China), "https://msteams.botframework.azure.cn/teams/", true},
		{"public from China", hosts(t, auth.China), "https://smba.trafficmanager.net/teams/", false},

		{"plain http", public, "http://smba.trafficmanager.net/amer/", false},
		{"another port", public, "https://smba.trafficmanager.net:8443/amer/", false},
		{"port zero", public, "https://smba.trafficmanager.net:0/", false},
		{"an empty port", public, "https://smba.trafficmanager.net:/", false},
		{"a port with a leading zero", public, "https://smba.trafficmanager.net:0443/", false},
		{"the host as a prefix", public, "https://smba.trafficmanager.net.evil.example/", false},
		{"the host as a path", public, "https://evil.example/smba.trafficmanager.net/", false},
		{"a sub-domain of an exact host", public, "https://x.smba.trafficmanager.net/", false},
		{"a neighbour in the shared namespace", public, "https://evil.trafficmanager.net/", false},
		{"the shared namespace itself", public, "https://trafficmanager.net/", false},
		{"the parent of a sub-domain rule", public, "https://botframework.com/", false},
		{"a name that ends like the rule", public, "https://evilbotframework.com/", false},
		{"user information", public, "https://smba.trafficmanager.net@evil.example/", false},
		{"user information before the host", public, "https://user@smba.trafficmanager.net/", false},
		{"a password", public, "https://a:b@smba.trafficmanager.net/", false},
		{"a query", public, "https://smba.trafficmanager.net/?x=1", false},
		{"an empty query", public, "https://smba.trafficmanager.net/?", false},
		{"a fragment", public, "https://smba.trafficmanager.net/#x", false},
		{"an empty fragment", public, "https://smba.trafficmanager.net/#", false},
		{"a trailing dot", public, "https://smba.trafficmanager.net./amer/", false},
		{"a backslash", public, `https://smba.trafficmanager.net\.evil.example/`, false},
		{"a backslash and an at", public, `https://evil.example\@smba.trafficmanager.net/`, false},
		{"a tab", public, "https://smba.trafficmanager.net\t/", false},
		{"a newline", public, "https://smba.trafficmanager.net\n.evil.example/", false},
		{"a look-alike letter", public, "https://smbа.trafficmanager.net/", false}, // Cyrillic а
		{"a full-width dot", public, "https://smba．trafficmanager．net/", false},
		{"an escaped dot", public, "https://smba%2etrafficmanager.net/", false},
		{"an address", public, "https://20.0.0.1/", false},
		{"an address as a number", public, "https://0x7f000001/", false},
		{"an abbreviated address", public, "https://127.1/", false},
		{"link-local metadata", public, "http://169.254.169.254/metadata", false},
		{"IPv6 loopback", public, "http://[::1]/", false},
		{"localhost", public, "http://localhost/", false},
		{"no scheme", public, "smba.trafficmanager.net/amer/", false},
		{"a relative scheme", public, "//smba.trafficmanager.net/", false},
		{"another scheme", public, "ftp://smba.trafficmanager.net/", false},
		{"opaque", public, "https:smba.trafficmanager.net", false},
		{"empty", public, "", false},
		{"too long", public, "https://smba.trafficmanager.net/" + strings.Repeat("a", 3000), false},

		{"a listed loopback address and port", local, "http://127.0.0.1:5000/", true},
		{"the same by https", local, "https://127.0.0.1:5000/", true},
		{"another port of it", local, "http://127.0.0.1:5001/", false},
		{"localhost on its default port", local, "http://localhost/_connector", true},
		{"localhost on another port", local, "http://localhost:56150/_connector", false},
		{"a listed IPv6 loopback", local, "http://[::1]:5001/", true},
		{"a listed port elsewhere", local, "https://proxy.example:8443/", true},
		{"its default port", local, "https://proxy.example/", false},
		{"a listed host by http", local, "http://proxy.example:8443/", false},
		{"a listed address", local, "https://203.0.113.7/", true},
		{"a listed address by http", local, "http://203.0.113.7/", false},
		{"nobody is trusted by the zero value", auth.Hosts{}, "https://smba.trafficmanager.net/", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.hosts.Check(row.url)
			if (err == nil) != row.trusted {
				t.Errorf("Check(%q) = %v, want trusted %t", row.url, err, row.trusted)
			}
		})
	}
}

func TestHostsBaseHasOneSpelling(t *testing.T) {
	h := hosts(t, auth.Public, "localhost:5000")
	for raw, want := range map[string]string{
		"https://smba.trafficmanager.net/amer/":          "https://smba.trafficmanager.net/amer",
		"https://SMBA.trafficmanager.net:443/amer///":    "https://smba.trafficmanager.net/amer",
		"https://smba.trafficmanager.net":                "https://smba.trafficmanager.net",
		"https://smba.trafficmanager.net/Amer/x%2Fy/":    "https://smba.trafficmanager.net/Amer/x%2Fy",
		"http://LOCALHOST:5000/_connector":               "http://localhost:5000/_connector",
		"https://smba.infra.gcc.teams.microsoft.com/gcc": "https://smba.infra.gcc.teams.microsoft.com/gcc",
	} {
		if got, err := h.Base(raw); err != nil || got != want {
			t.Errorf("Base(%q) = %q, %v, want %q", raw, got, err, want)
		}
	}
}

func TestHostsLoopback(t *testing.T) {
	h := hosts(t, auth.Public, "127.0.0.1:5000")
	for raw, want := range map[string]bool{
		"http://127.0.0.1:5000/":                true,
		"http://127.0.0.1:5001/":                false,
		"http://localhost:5000/":                false,
		"https://smba.trafficmanager.net/amer/": false,
		"":                                      false,
	} {
		if err := h.Loopback(raw); (err == nil) != want {
			t.Errorf("Loopback(%q) = %v, want local %t", raw, err, want)
		}
	}
}

func TestNewHostsRefuses(t *testing.T) {
	for _, extra := range []string{
		"", "*.example.com", "https://example.com", "example.com/path", "example.com:port", "example.com:0",
		"example.com:70000", "user@example.com", "exam ple.com", "example.com.", "-example.com", "[::1", "::g", "a..b",
	} {
		if _, err := auth.NewHosts(auth.Public, extra); err == nil {
			t.Errorf("NewHosts took the extra host %q", extra)
		}
	}
}

// FuzzServiceURL holds Check to its promise with another parser's eyes: what it
// trusts is https to a listed name and nothing else.
func FuzzServiceURL(f *testing.F) {
	for _, seed := range []string{
		"https://smba.trafficmanager.net/amer/", "https://x.botframework.com", "http://127.0.0.1:5000/", "https://a@smba.trafficmanager.net",
		`https://smba.trafficmanager.net\@evil.example`, "https://[::1%25eth0]/", "https://smba.trafficmanager.net:443/a?b#c", "HTTPS://SMBA.TRAFFICMANAGER.NET",
	} {
		f.Add(seed)
	}
	h := hosts(f, auth.Public, "127.0.0.1:5000")
	f.Fuzz(func(t *testing.T, raw string) {
		base, err := h.Base(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(base)
		if err != nil {
			t.Fatalf("Base(%q) = %q, which does not parse", raw, base)
		}
		host := u.Host
		if u.Scheme == "http" && host != "127.0.0.1:5000" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("Base(%q) = %q", raw, base)
		}
		switch {
		case host == "smba.trafficmanager.net", host == "smba.infra.gcc.teams.microsoft.com", host == "127.0.0.1:5000",
			strings.HasSuffix(host, ".botframework.com"):
		default:
			t.Fatalf("Base(%q) trusts %q", raw, host)
		}
		if again, err := h.Base(base); err != nil || again != base {
			t.Fatalf("Base is not stable: %q, then %q, %v", base, again, err)
		}
	})
}
