package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// host matches a domain name of at least two labels, perhaps with a wildcard for
// the first.
var host = regexp.MustCompile(`^(?:\*\.)?(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$`)

// shared lists domains under which strangers have hosts: a wildcard there would
// trust all of them.
var shared = []string{
	"azurewebsites.net", "azurestaticapps.net", "azurefd.net", "cloudapp.azure.com", "trafficmanager.net", "web.core.windows.net",
	"onmicrosoft.com", "sharepoint.com", "cloudfront.net", "amazonaws.com", "herokuapp.com", "netlify.app", "vercel.app",
	"github.io", "gitlab.io", "pages.dev", "workers.dev", "web.app", "firebaseapp.com", "run.app", "fly.dev", "onrender.com",
}

// tunnels lists domains of tunnels into a developer's machine, which belong to
// somebody else tomorrow.
var tunnels = []string{
	"ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "devtunnels.ms", "trycloudflare.com",
	"loca.lt", "localtunnel.me", "serveo.net", "localhost.run", "tunnelmole.net",
}

// domains checks the hosts whose pages may open inside Teams.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema#validdomains
func (c *checker) domains(domains []string) {
	if len(domains) > 100 {
		c.add("validDomains", "keep at most 100", "there are %d", len(domains))
	}
	for i, d := range domains {
		member := fmt.Sprintf("validDomains[%d]", i)
		name, wild := strings.CutPrefix(strings.ToLower(d), "*.")
		switch {
		case !host.MatchString(d) || len(d) > 253:
			c.add(member, "write the host alone, such as chat.example.com", "%.40q is not a domain name", d)
		case wild && (!strings.Contains(name, ".") || under(name, shared)):
			c.add(member, "name the host in full", "%q would trust everybody's hosts", d)
		case under(name, tunnels):
			c.add(member, "leave it out: the messaging endpoint needs no valid domain", "%q is a tunnel that somebody else may get", d)
		case slices.Contains(domains[:i], d):
			c.add(member, "name it once", "%q occurs twice", d)
		}
	}
}

// under reports whether a name is one of the domains or inside one.
func under(name string, domains []string) bool {
	return slices.ContainsFunc(domains, func(d string) bool {
		return name == d || strings.HasSuffix(name, "."+d)
	})
}
