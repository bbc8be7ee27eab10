package main

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/docket-handoff/docket/web/admin"
)

// oidcSettings are where admins sign in with their company's account.
type oidcSettings struct {
	Issuer           string   `name:"issuer" env:"DOCKET_OIDC_ISSUER" placeholder:"URL" help:"The OpenID Connect issuer at which admins sign in."`
	ClientID         string   `name:"client-id" env:"DOCKET_OIDC_CLIENT_ID" placeholder:"ID" help:"What the issuer calls docket."`
	ClientSecret     string   `name:"client-secret" env:"DOCKET_OIDC_CLIENT_SECRET" placeholder:"SECRET" help:"Its secret there; none for a public client. Secret."`
	ClientSecretFile string   `name:"client-secret-file" env:"DOCKET_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE" help:"A file that holds it."`
	Admins           []string `name:"admins" env:"DOCKET_OIDC_ADMINS" placeholder:"WHO" help:"E-mail addresses, and values of the roles claim, that are admins."`
	Viewers          []string `name:"viewers" env:"DOCKET_OIDC_VIEWERS" placeholder:"WHO" help:"Those that are viewers. Whoever is in neither list gets in nowhere."`
	UnverifiedEmail  bool     `name:"unverified-email" env:"DOCKET_OIDC_UNVERIFIED_EMAIL" help:"Take e-mail addresses also where the issuer does not say whether they are verified, as Microsoft Entra ID does not."`
	RolesClaim       string   `name:"roles-claim" env:"DOCKET_OIDC_ROLES_CLAIM" default:"roles" placeholder:"CLAIM" help:"The claim that holds roles or groups."`
}

func (o *oidcSettings) validate() error {
	if err := fromFile(&o.ClientSecret, o.ClientSecretFile, "DOCKET_OIDC_CLIENT_SECRET"); err != nil {
		return err
	}
	if o.Issuer == "" {
		if o.ClientID != "" || o.ClientSecret != "" {
			return named("DOCKET_OIDC_ISSUER", "needed beside the client's id and secret: the address of the issuer")
		}
		return nil
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return named("DOCKET_OIDC_ISSUER", "%q is no issuer; write it like https://login.microsoftonline.com/TENANT/v2.0", o.Issuer)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return named("DOCKET_OIDC_ISSUER", "https is needed outside loopback")
	case strings.Contains(u.Path, "/common/") || strings.Contains(u.Path, "/organizations/") || strings.Contains(u.Path, "/consumers/"):
		return named("DOCKET_OIDC_ISSUER", "anybody's directory could name its people as it likes; put your own tenant's id into the address")
	case o.ClientID == "":
		return named("DOCKET_OIDC_CLIENT_ID", "needed beside DOCKET_OIDC_ISSUER: what the issuer calls docket")
	case len(o.Admins) == 0 && len(o.Viewers) == 0:
		return named("DOCKET_OIDC_ADMINS", "needed beside DOCKET_OIDC_ISSUER, or nobody could get in: e-mail addresses or roles of your admins")
	}
	return nil
}

// openID is nil where no issuer is set.
func (o *oidcSettings) openID() *admin.OpenID {
	if o.Issuer == "" {
		return nil
	}
	return &admin.OpenID{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Admins: o.Admins, Viewers: o.Viewers, RolesClaim: o.RolesClaim, AnyEmail: o.UnverifiedEmail,
	}
}

// proxies are the peers whose X-Forwarded-For is believed.
func (s *settings) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range s.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, named("DOCKET_TRUSTED_PROXIES", "%q is no address or network; write them like 10.0.0.5 or 10.0.0.0/24", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}
