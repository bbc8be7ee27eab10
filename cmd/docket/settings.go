package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/auth"
)

// settings are those of the server. Their names are fixed; contract and manual list them.
type settings struct {
	Addr      string `env:"DOCKET_ADDR" default:"127.0.0.1:3978" placeholder:"HOST:PORT" help:"Listen address."`
	PublicURL string `name:"public-url" env:"DOCKET_PUBLIC_URL" placeholder:"URL" help:"The https URL people reach the server at; needed outside loopback."`
	Store     string `env:"DOCKET_STORE" default:"bolt:data/docket.db" placeholder:"STORE" help:"Where conversations are kept: bolt: and a file."`
	Name      string `env:"DOCKET_NAME" default:"Docket" placeholder:"NAME" help:"The display name in Teams, on cards and in the widget."`

	APIKey     string `name:"api-key" env:"DOCKET_API_KEY" placeholder:"KEY" help:"A key for the server API. Secret."`
	APIKeyFile string `name:"api-key-file" env:"DOCKET_API_KEY_FILE" placeholder:"FILE" help:"A file that holds the key."`

	AdminPassword     string `name:"admin-password" env:"DOCKET_ADMIN_PASSWORD" placeholder:"PASSWORD" help:"The first admin's password, at least 12 characters; without it a one-time sign-in link is printed at start. Secret."`
	AdminPasswordFile string `name:"admin-password-file" env:"DOCKET_ADMIN_PASSWORD_FILE" placeholder:"FILE" help:"A file that holds the password."`

	OIDC oidcSettings `embed:"" prefix:"oidc-"`

	Bot botSettings `embed:"" prefix:"bot-"`

	TrustedProxies []string `name:"trusted-proxies" env:"DOCKET_TRUSTED_PROXIES" placeholder:"NETWORK" help:"Addresses or networks of proxies whose X-Forwarded-For is believed; none by default."`

	diskLimits diskLimits // what DiskPercents says

	InsecureNoBotAuth bool `name:"insecure-no-bot-auth" env:"DOCKET_INSECURE_NO_BOT_AUTH" help:"Accept activities that carry no token, for a local client such as the Agents Playground. Refused unless the listener is loopback."`

	DrainSeconds *int   `name:"drain-seconds" env:"DOCKET_DRAIN_SECONDS" placeholder:"SECONDS" help:"How long to serve on after /readyz has turned to 503 for a stop, 0 to 15; 5 when a public URL is set, else 0."`
	DiskPercents string `name:"disk-percents" env:"DOCKET_DISK_PERCENTS" default:"75,85,97" placeholder:"WARN,FEW,LAST" help:"How full the store's disk may be, in percent, before docket warns, begins no more handoffs, and takes only what specialists write and what removes."`

	Log      string `env:"DOCKET_LOG" enum:"text,json" default:"text" help:"Log format: text or json."`
	LogLevel string `name:"log-level" env:"DOCKET_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged: debug, info, warn or error."`
}

// botSettings are the bot's registration with Microsoft, and where its world is.
type botSettings struct {
	ID             string   `name:"id" env:"DOCKET_BOT_ID,MicrosoftAppId" placeholder:"GUID" help:"The bot's app id in Microsoft Entra ID."`
	Secret         string   `name:"secret" env:"DOCKET_BOT_SECRET,MicrosoftAppPassword" placeholder:"SECRET" help:"The bot's client secret. Secret."`
	SecretFile     string   `name:"secret-file" env:"DOCKET_BOT_SECRET_FILE" placeholder:"FILE" help:"A file that holds the client secret."`
	Tenant         string   `name:"tenant" env:"DOCKET_BOT_TENANT,MicrosoftAppTenantId" placeholder:"GUID" help:"The bot's home tenant."`
	Auth           string   `name:"auth" env:"DOCKET_BOT_AUTH" default:"secret" placeholder:"HOW" help:"How the bot proves itself: secret, certificate, managed-identity or workload-identity."`
	Certificate    string   `name:"certificate" env:"DOCKET_BOT_CERTIFICATE" placeholder:"FILE" help:"A PEM file that holds the bot's certificate and its private key."`
	Cloud          string   `name:"cloud" env:"DOCKET_BOT_CLOUD" enum:"public,gov,dod,china" default:"public" help:"Microsoft's cloud: public, gov, dod or china."`
	OpenIDMetadata string   `name:"openid-metadata" env:"DOCKET_BOT_OPENID_METADATA" placeholder:"URL" help:"Override of the channel's OpenID metadata."`
	TokenURL       string   `name:"token-url" env:"DOCKET_BOT_TOKEN_URL" placeholder:"URL" help:"Override of the token endpoint."`
	ConsentURL     string   `name:"consent-url" env:"DOCKET_BOT_CONSENT_URL" placeholder:"URL" help:"Override of the page on which an admin consents."`
	ServiceHosts   []string `name:"service-hosts" env:"DOCKET_BOT_SERVICE_HOSTS" placeholder:"HOST[:PORT]" help:"Extra hosts that may receive the bot's token."`
	AllowedTenants []string `name:"allowed-tenants" env:"DOCKET_BOT_ALLOWED_TENANTS" placeholder:"GUID" help:"Tenants whose activities are accepted; empty: the home tenant and those that consented."`

	FederatedTokenFile string `name:"federated-token-file" env:"DOCKET_BOT_FEDERATED_TOKEN_FILE,AZURE_FEDERATED_TOKEN_FILE" placeholder:"FILE" help:"A file that holds the token of a workload identity."`

	// Type is the registration's type as Microsoft's own samples name it.
	Type string `name:"type" env:"MicrosoftAppType" hidden:""`
}

// named is a refusal of one setting.
func named(setting, format string, args ...any) error {
	return fmt.Errorf("%s: %s", setting, fmt.Sprintf(format, args...))
}

// validate completes the settings (secrets from files) and checks the rules between them. The error is one line that names
// the setting.
func (s *settings) validate() error {
	if err := fromFile(&s.APIKey, s.APIKeyFile, "DOCKET_API_KEY"); err != nil {
		return err
	}
	if err := fromFile(&s.AdminPassword, s.AdminPasswordFile, "DOCKET_ADMIN_PASSWORD"); err != nil {
		return err
	}
	if n := len([]rune(s.AdminPassword)); s.AdminPassword != "" && (n < 12 || n > 200) {
		return named("DOCKET_ADMIN_PASSWORD", "12 to 200 characters; a few words that do not belong together are good")
	}
	if err := s.OIDC.validate(); err != nil {
		return err
	}
	if _, err := s.proxies(); err != nil {
		return err
	}
	if err := fromFile(&s.Bot.Secret, s.Bot.SecretFile, "DOCKET_BOT_SECRET"); err != nil {
		return err
	}
	if err := s.validateAddress(); err != nil {
		return err
	}
	if _, err := s.storePath(); err != nil {
		return err
	}
	if s.Name = strings.TrimSpace(s.Name); s.Name == "" || len([]rune(s.Name)) > 30 {
		return named("DOCKET_NAME", "1 to 30 characters, as Teams allows")
	}
	if s.DrainSeconds != nil && (*s.DrainSeconds < 0 || *s.DrainSeconds > int(maxDrain/time.Second)) {
		return named("DOCKET_DRAIN_SECONDS", "%d is not between 0 and %d", *s.DrainSeconds, maxDrain/time.Second)
	}
	var err error
	if s.diskLimits, err = parseDiskLimits(s.DiskPercents); err != nil {
		return named("DOCKET_DISK_PERCENTS", "%v", err)
	}
	return s.Bot.validate(s.InsecureNoBotAuth)
}

// drain is how long the server serves on after it was asked to stop. Without a public URL nobody stands before it who would
// have to notice.
func (s *settings) drain() time.Duration {
	switch {
	case s.DrainSeconds != nil:
		return time.Duration(*s.DrainSeconds) * time.Second
	case s.PublicURL != "":
		return usualDrain
	}
	return 0
}

func fromFile(secret *string, file, setting string) error {
	if file == "" {
		return nil
	}
	if *secret != "" {
		return named(setting, "set it or %s_FILE, not both", setting)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return named(setting+"_FILE", "the file cannot be read: %v", errors.Unwrap(err))
	}
	if *secret = strings.TrimSpace(string(content)); *secret == "" {
		return named(setting+"_FILE", "the file is empty")
	}
	return nil
}

func (s *settings) validateAddress() error {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return named("DOCKET_ADDR", "%q is no address; write it like 127.0.0.1:3978 or :3978", s.Addr)
	}
	loopback := isLoopback(host)
	if s.InsecureNoBotAuth && !loopback {
		return named("DOCKET_INSECURE_NO_BOT_AUTH", "refused: anybody who reaches %s could speak as Teams; listen on 127.0.0.1", s.Addr)
	}
	if s.PublicURL == "" {
		if !loopback {
			return named("DOCKET_PUBLIC_URL", "needed when the server listens on %s: the https URL people reach it at", s.Addr)
		}
		return nil
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return named("DOCKET_PUBLIC_URL", "%q is no address of a server; write it like https://chat.example.com", s.PublicURL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return named("DOCKET_PUBLIC_URL", "https is needed outside loopback")
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// storePath is the file of the embedded store.
func (s *settings) storePath() (string, error) {
	path, bolt := strings.CutPrefix(s.Store, "bolt:")
	switch {
	case bolt && path != "":
		return path, nil
	case strings.HasPrefix(s.Store, "postgres:"), strings.HasPrefix(s.Store, "postgresql:"):
		return "", named("DOCKET_STORE", "this version keeps its data in a file; use bolt:data/docket.db")
	}
	return "", named("DOCKET_STORE", "%q names no store; write it like bolt:data/docket.db", s.Store)
}

// configured says whether there is a bot to speak for.
func (b *botSettings) configured() bool { return b.ID != "" }

func (b *botSettings) validate(insecure bool) error {
	switch {
	case b.Type != "" && b.Type != "SingleTenant" && b.Type != "MultiTenant" && b.Type != "UserAssignedMSI":
		return named("MicrosoftAppType", "%q is no type; use SingleTenant", b.Type)
	case b.ID == "" && b.Secret != "":
		return named("DOCKET_BOT_ID", "needed beside the bot's secret: the app id of its registration")
	case b.ID != "" && uuid.Validate(b.ID) != nil:
		return named("DOCKET_BOT_ID", "%q is no GUID; copy the Application (client) ID from Microsoft Entra", b.ID)
	}
	if err := b.validateCredential(insecure); err != nil {
		return err
	}
	switch {
	case b.ID != "" && b.Tenant == "" && b.Type != "MultiTenant" && !insecure:
		return named("DOCKET_BOT_TENANT", "needed beside DOCKET_BOT_ID: the tenant the app is registered in")
	case b.Tenant != "" && uuid.Validate(b.Tenant) != nil:
		return named("DOCKET_BOT_TENANT", "%q is no GUID; copy the Directory (tenant) ID from Microsoft Entra", b.Tenant)
	}
	for _, tenant := range b.AllowedTenants {
		if uuid.Validate(tenant) != nil {
			return named("DOCKET_BOT_ALLOWED_TENANTS", "%q is no GUID; write tenant ids, separated by commas", tenant)
		}
	}
	if _, err := b.tokens(); err != nil { // its files are read, nobody is called
		return err
	}
	_, err := b.hosts()
	return err
}

func (b *botSettings) cloud() auth.Cloud {
	cloud, _ := auth.CloudByName(b.Cloud) // the parser has checked the name
	return cloud
}

func (b *botSettings) hosts() (auth.Hosts, error) {
	hosts, err := auth.NewHosts(b.cloud(), b.ServiceHosts...)
	if err != nil {
		return hosts, named("DOCKET_BOT_SERVICE_HOSTS", "%v", err)
	}
	return hosts, nil
}

// tenantNamed says whether the settings alone let a tenant's activities in.
func (b *botSettings) tenantNamed(tenant string) bool {
	allowed := b.AllowedTenants
	if len(allowed) == 0 {
		allowed = []string{b.Tenant}
	}
	return tenant != "" && slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, tenant) })
}

// publicURL is where people reach the server; on loopback the listen address serves.
func (s *settings) publicURL(listener net.Addr) string {
	if s.PublicURL != "" {
		return strings.TrimRight(s.PublicURL, "/")
	}
	return "http://" + listener.String()
}

// LogValue shows the settings without their secrets.
func (s *settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("addr", s.Addr), slog.String("public_url", s.PublicURL), slog.String("store", s.Store),
		slog.String("bot_id", s.Bot.ID), slog.String("bot_auth", s.Bot.Auth), slog.String("bot_cloud", s.Bot.Cloud),
		slog.Bool("bot_secret", s.Bot.Secret != ""), slog.Bool("api_key", s.APIKey != ""), slog.Bool("admin_password", s.AdminPassword != ""),
		slog.String("oidc_issuer", s.OIDC.Issuer), slog.Bool("oidc_client_secret", s.OIDC.ClientSecret != ""),
	)
}

// whyIgnored says what a variable does that is no setting of this version. Some are those of a later one.
func whyIgnored(name string) string {
	switch {
	case strings.HasPrefix(name, "DOCKET_SLACK_"):
		return "there is no Slack in this version yet; the setting is ignored"
	case strings.HasPrefix(name, "DOCKET_LLM_"):
		return "there are no language models in this version yet, the built-in agent answers; the setting is ignored"
	}
	return "there is no such setting in this version; it is ignored"
}

// forgetEmpty takes empty variables out of the environment: many a compose file and service writes one that it does not set.
func forgetEmpty(environ []string) {
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" && (strings.HasPrefix(name, "DOCKET_") || strings.HasPrefix(name, "MicrosoftApp") || name == "AZURE_FEDERATED_TOKEN_FILE") {
			_ = os.Unsetenv(name) // it cannot fail for a name that is there
		}
	}
}

// ignored lists the variables that look like settings of ours and are none, so that a typo does not pass in silence.
func ignored(environ []string) []string {
	known := strings.Fields(`DOCKET_ADDR DOCKET_PUBLIC_URL DOCKET_STORE DOCKET_NAME DOCKET_API_KEY DOCKET_API_KEY_FILE DOCKET_ADMIN_PASSWORD DOCKET_ADMIN_PASSWORD_FILE DOCKET_OIDC_ISSUER DOCKET_OIDC_CLIENT_ID
		DOCKET_OIDC_CLIENT_SECRET DOCKET_OIDC_CLIENT_SECRET_FILE DOCKET_OIDC_ADMINS DOCKET_OIDC_VIEWERS DOCKET_OIDC_UNVERIFIED_EMAIL DOCKET_OIDC_ROLES_CLAIM DOCKET_TRUSTED_PROXIES DOCKET_BOT_ID DOCKET_BOT_SECRET
		DOCKET_BOT_SECRET_FILE DOCKET_BOT_TENANT DOCKET_BOT_AUTH DOCKET_BOT_CERTIFICATE DOCKET_BOT_FEDERATED_TOKEN_FILE DOCKET_BOT_CLOUD
		DOCKET_BOT_OPENID_METADATA DOCKET_BOT_TOKEN_URL DOCKET_BOT_CONSENT_URL DOCKET_BOT_SERVICE_HOSTS DOCKET_BOT_ALLOWED_TENANTS
		DOCKET_INSECURE_NO_BOT_AUTH DOCKET_DRAIN_SECONDS DOCKET_DISK_PERCENTS DOCKET_LOG DOCKET_LOG_LEVEL`)
	var out []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "DOCKET_") && !strings.HasPrefix(name, "DOCKET_TEST_") && name != "DOCKET_SCREENSHOTS" && !slices.Contains(known, name) {
			out = append(out, name)
		}
	}
	return out
}
