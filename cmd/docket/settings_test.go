package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	aBot    = "DOCKET_BOT_ID=" + testBot
	aSecret = "DOCKET_BOT_SECRET=s3cr3t-of-the-bot"
	aTenant = "DOCKET_BOT_TENANT=" + testTenant
)

// written makes a file in a folder of its own.
func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// TestBadSettings wants each refused by one line that begins with its name, before anything is made.
func TestBadSettings(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, row := range []struct {
		name string
		env  []string
		args []string
		want string // how the line begins, after the program's name
	}{
		{"no address", []string{"DOCKET_ADDR=nonsense"}, nil, "DOCKET_ADDR: "},
		{"no address, by flag", nil, []string{"--addr=nonsense"}, "DOCKET_ADDR: "},
		{"a port that there is not", []string{"DOCKET_ADDR=127.0.0.1:99999"}, nil, "DOCKET_ADDR: "},
		{"an address of another machine", []string{"DOCKET_ADDR=192.0.2.1:3978", "DOCKET_PUBLIC_URL=https://chat.example.com"}, nil, "DOCKET_ADDR: "},
		{"open to all without a public URL", []string{"DOCKET_ADDR=:0"}, nil, "DOCKET_PUBLIC_URL: "},
		{"open to some without a public URL", []string{"DOCKET_ADDR=10.0.0.1:0"}, nil, "DOCKET_PUBLIC_URL: "},
		{"a public URL without TLS", []string{"DOCKET_PUBLIC_URL=http://chat.example.com"}, nil, "DOCKET_PUBLIC_URL: "},
		{"a public URL with a path", []string{"DOCKET_PUBLIC_URL=https://example.com/chat"}, nil, "DOCKET_PUBLIC_URL: "},
		{"a public URL with a password", []string{"DOCKET_PUBLIC_URL=https://me:pw@example.com"}, nil, "DOCKET_PUBLIC_URL: "},
		{"a public URL that is none", []string{"DOCKET_PUBLIC_URL=chat.example.com"}, nil, "DOCKET_PUBLIC_URL: "},
		{"no store", []string{"DOCKET_STORE=docket.db"}, nil, "DOCKET_STORE: "},
		{"a store without a file", []string{"DOCKET_STORE=bolt:"}, nil, "DOCKET_STORE: "},
		{"a long name", []string{"DOCKET_NAME=" + strings.Repeat("x", 31)}, nil, "DOCKET_NAME: "},
		{"a blank name", []string{"DOCKET_NAME= "}, nil, "DOCKET_NAME: "},
		{"a key and its file", []string{"DOCKET_API_KEY=k", "DOCKET_API_KEY_FILE=" + written(t, "k")}, nil, "DOCKET_API_KEY: "},
		{"a key's file that is missing", []string{"DOCKET_API_KEY_FILE=" + missing}, nil, "DOCKET_API_KEY_FILE: "},
		{"a key's file that is empty", []string{"DOCKET_API_KEY_FILE=" + written(t, " \n")}, nil, "DOCKET_API_KEY_FILE: "},
		{"a short password", []string{"DOCKET_ADMIN_PASSWORD=short"}, nil, "DOCKET_ADMIN_PASSWORD: "},
		{"a password and its file", []string{"DOCKET_ADMIN_PASSWORD=four words nobody guesses", "DOCKET_ADMIN_PASSWORD_FILE=" + written(t, "x")}, nil, "DOCKET_ADMIN_PASSWORD: "},
		{"a client without an issuer", []string{"DOCKET_OIDC_CLIENT_ID=docket"}, nil, "DOCKET_OIDC_ISSUER: "},
		{"an issuer that is none", []string{"DOCKET_OIDC_ISSUER=login", "DOCKET_OIDC_CLIENT_ID=docket"}, nil, "DOCKET_OIDC_ISSUER: "},
		{"an issuer without TLS", []string{"DOCKET_OIDC_ISSUER=http://login.example", "DOCKET_OIDC_CLIENT_ID=docket"}, nil, "DOCKET_OIDC_ISSUER: "},
		{"everybody's issuer", []string{"DOCKET_OIDC_ISSUER=https://login.microsoftonline.com/common/v2.0", "DOCKET_OIDC_CLIENT_ID=docket"}, nil, "DOCKET_OIDC_ISSUER: "},
		{"an issuer without a client", []string{"DOCKET_OIDC_ISSUER=https://login.example"}, nil, "DOCKET_OIDC_CLIENT_ID: "},
		{"an issuer that lets nobody in", []string{"DOCKET_OIDC_ISSUER=https://login.example", "DOCKET_OIDC_CLIENT_ID=docket"}, nil, "DOCKET_OIDC_ADMINS: "},
		{"a proxy that is none", []string{"DOCKET_TRUSTED_PROXIES=proxy"}, nil, "DOCKET_TRUSTED_PROXIES: "},
		{"a secret and its file", []string{aBot, aSecret, aTenant, "DOCKET_BOT_SECRET_FILE=" + written(t, "x")}, nil, "DOCKET_BOT_SECRET: "},
		{"a secret by Microsoft's name and its file", []string{aBot, "MicrosoftAppPassword=x", aTenant, "DOCKET_BOT_SECRET_FILE=" + written(t, "x")}, nil, "DOCKET_BOT_SECRET: "},
		{"a secret's file that is missing", []string{aBot, aTenant, "DOCKET_BOT_SECRET_FILE=" + missing}, nil, "DOCKET_BOT_SECRET_FILE: "},
		{"a secret's file that is a folder", []string{aBot, aTenant, "DOCKET_BOT_SECRET_FILE=" + t.TempDir()}, nil, "DOCKET_BOT_SECRET_FILE: "},
		{"a bot's id that is no GUID", []string{"DOCKET_BOT_ID=docket", aSecret, aTenant}, nil, "DOCKET_BOT_ID: "},
		{"a secret without a bot", []string{aSecret}, nil, "DOCKET_BOT_ID: "},
		{"a bot without a secret", []string{aBot, aTenant}, nil, "DOCKET_BOT_SECRET: "},
		{"a bot without a tenant", []string{aBot, aSecret}, nil, "DOCKET_BOT_TENANT: "},
		{"a tenant that is no GUID", []string{aBot, aSecret, "DOCKET_BOT_TENANT=contoso"}, nil, "DOCKET_BOT_TENANT: "},
		{"an allowed tenant that is no GUID", []string{aBot, aSecret, aTenant, "DOCKET_BOT_ALLOWED_TENANTS=" + testTenant + ",contoso"}, nil, "DOCKET_BOT_ALLOWED_TENANTS: "},
		{"an unknown type", []string{aBot, aSecret, aTenant, "MicrosoftAppType=Other"}, nil, "MicrosoftAppType: "},
		{"an unknown proof", []string{aBot, aSecret, aTenant, "DOCKET_BOT_AUTH=password"}, nil, "DOCKET_BOT_AUTH: "},
		{"a certificate that is missing", []string{aBot, aTenant, "DOCKET_BOT_AUTH=certificate", "DOCKET_BOT_CERTIFICATE=" + missing}, nil, "DOCKET_BOT_CERTIFICATE: "},
		{"a certificate that is none", []string{aBot, aTenant, "DOCKET_BOT_AUTH=certificate", "DOCKET_BOT_CERTIFICATE=" + written(t, "x")}, nil, "DOCKET_BOT_CERTIFICATE: "},
		{"a workload without a token", []string{aBot, aTenant, "DOCKET_BOT_AUTH=workload-identity"}, nil, "DOCKET_BOT_FEDERATED_TOKEN_FILE: "},
		{"an unknown cloud", []string{"DOCKET_BOT_CLOUD=moon"}, nil, "DOCKET_BOT_CLOUD: "},
		{"metadata without TLS", []string{aBot, aSecret, aTenant, "DOCKET_BOT_OPENID_METADATA=http://login.example.com/x"}, nil, "DOCKET_BOT_OPENID_METADATA: "},
		{"metadata without TLS, and no bot yet", []string{"DOCKET_BOT_OPENID_METADATA=http://login.example.com/x"}, nil, "DOCKET_BOT_OPENID_METADATA: "},
		{"a consent page without TLS", []string{aBot, aSecret, aTenant, "DOCKET_BOT_CONSENT_URL=http://login.example.com/x"}, nil, "DOCKET_BOT_CONSENT_URL: "},
		{"a consent page that is no address", []string{aBot, aSecret, aTenant, "DOCKET_BOT_CONSENT_URL=login"}, nil, "DOCKET_BOT_CONSENT_URL: "},
		{"a token endpoint without TLS", []string{aBot, aSecret, aTenant, "DOCKET_BOT_TOKEN_URL=http://login.example.com/x"}, nil, "DOCKET_BOT_TOKEN_URL: "},
		{"a service host that is a URL", []string{aBot, aSecret, aTenant, "DOCKET_BOT_SERVICE_HOSTS=http://x.example"}, nil, "DOCKET_BOT_SERVICE_HOSTS: "},
		{"no bot's tokens needed, for everybody", []string{"DOCKET_INSECURE_NO_BOT_AUTH=true", "DOCKET_ADDR=0.0.0.0:0", "DOCKET_PUBLIC_URL=https://chat.example.com"}, nil, "DOCKET_INSECURE_NO_BOT_AUTH: "},
		{"no bot's tokens needed, perhaps", []string{"DOCKET_INSECURE_NO_BOT_AUTH=perhaps"}, nil, "DOCKET_INSECURE_NO_BOT_AUTH: "},
		{"a drain that is no number", []string{"DOCKET_DRAIN_SECONDS=soon"}, nil, "DOCKET_DRAIN_SECONDS: "},
		{"a drain below nothing", []string{"DOCKET_DRAIN_SECONDS=-1"}, nil, "DOCKET_DRAIN_SECONDS: "},
		{"a drain that outlasts the stop", []string{"DOCKET_DRAIN_SECONDS=16"}, nil, "DOCKET_DRAIN_SECONDS: "},
		{"percentages that fall", []string{"DOCKET_DISK_PERCENTS=85,75,97"}, nil, "DOCKET_DISK_PERCENTS: "},
		{"an unknown log", []string{"DOCKET_LOG=xml"}, nil, "DOCKET_LOG: "},
		{"an unknown log, by flag", nil, []string{"--log=xml"}, "DOCKET_LOG: "},
		{"an unknown level", []string{"DOCKET_LOG_LEVEL=loud"}, nil, "DOCKET_LOG_LEVEL: "},
		{"an unknown flag", nil, []string{"--port=1"}, "unknown flag --port"},
		{"a word too many", nil, []string{"now"}, "unexpected argument now"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			store := filepath.Join(t.TempDir(), "docket.db")
			env := append([]string{"DOCKET_ADDR=127.0.0.1:0", "DOCKET_STORE=bolt:" + store}, row.env...)
			code, stdout, stderr := ran(t, env, append([]string{"serve"}, row.args...)...)
			if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "docket: "+row.want) {
				t.Errorf("it ended with %d and said %q %q, want a line that begins with %q", code, stdout, stderr, row.want)
			}
			if strings.Contains(stderr, "s3cr3t") {
				t.Error("it told the secret")
			}
			if _, err := os.Stat(store); err == nil && !strings.HasPrefix(row.want, "DOCKET_ADDR") {
				t.Error("it made a store before it refused")
			}
		})
	}
}

// TestHelpListsEverySetting reads the help as a person does, and compares it with the names that count as settings.
func TestHelpListsEverySetting(t *testing.T) {
	code, help, stderr := ran(t, nil, "serve", "--help")
	if code != 0 || stderr != "" {
		t.Fatalf("it ended with %d and said %q", code, stderr)
	}
	help = strings.Join(strings.Fields(help), " ") // the help is broken into lines
	for _, name := range []string{
		"DOCKET_ADDR", "DOCKET_PUBLIC_URL", "DOCKET_STORE", "DOCKET_NAME", "DOCKET_API_KEY", "DOCKET_API_KEY_FILE", "DOCKET_BOT_ID", "DOCKET_BOT_SECRET",
		"DOCKET_BOT_SECRET_FILE", "DOCKET_BOT_TENANT", "DOCKET_BOT_AUTH", "DOCKET_BOT_CERTIFICATE", "DOCKET_BOT_CLOUD", "DOCKET_BOT_OPENID_METADATA",
		"DOCKET_BOT_TOKEN_URL", "DOCKET_BOT_CONSENT_URL", "DOCKET_BOT_SERVICE_HOSTS", "DOCKET_BOT_ALLOWED_TENANTS", "DOCKET_INSECURE_NO_BOT_AUTH", "DOCKET_LOG", "DOCKET_LOG_LEVEL",
	} {
		flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "DOCKET_"), "_", "-"))
		if !regexp.MustCompile(regexp.QuoteMeta(flag) + `[ =]`).MatchString(help) {
			t.Errorf("there is no flag %s", flag)
		}
		if !regexp.MustCompile(`\$` + name + `[,)]`).MatchString(help) {
			t.Errorf("there is no variable %s", name)
		}
	}
	for _, want := range []string{
		"default 127.0.0.1:3978", "default bolt:data/docket.db", "default Docket", "default secret", `--bot-cloud="public"`, `--log="text"`, `--log-level="info"`,
		"$MicrosoftAppId", "$MicrosoftAppPassword", "$MicrosoftAppTenantId",
	} {
		if !strings.Contains(help, want) {
			t.Errorf("the help does not say %s", want)
		}
	}
	var settings []string
	for _, found := range regexp.MustCompile(`\$(DOCKET_\w+)`).FindAllStringSubmatch(help, -1) {
		settings = append(settings, found[1]+"=x")
	}
	if wrong := ignored(settings); len(wrong) > 0 {
		t.Errorf("these are settings and would be reported as none: %q", wrong)
	}
	if typo := ignored([]string{"DOCKET_PROT=1", "PATH=/bin"}); !slices.Equal(typo, []string{"DOCKET_PROT"}) {
		t.Errorf("reported as no setting: %q", typo)
	}
}

func TestUnknownVariableIsNoticed(t *testing.T) {
	p, _ := serve(t, "DOCKET_BOT_SERCET=s3cr3t-misspelt")
	if said := p.stderr.String(); !strings.Contains(said, "DOCKET_BOT_SERCET") || strings.Contains(said, "s3cr3t") {
		t.Errorf("it said %s", said)
	}
}

func TestSettingsOfALaterVersionAreNoticed(t *testing.T) {
	p, _ := serve(t, "DOCKET_LLM_URL=https://llm.example/v1", "DOCKET_SLACK_BOT_TOKEN=xoxb-s3cr3t")
	said := p.stderr.String()
	for _, want := range []string{"no language models in this version", "DOCKET_LLM_URL", "no Slack in this version", "DOCKET_SLACK_BOT_TOKEN"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	if strings.Contains(said, "s3cr3t") {
		t.Error("it told the secret")
	}
}

// TestEmptyVariablesAreNotSet: a variable without a value is one that nobody set.
func TestEmptyVariablesAreNotSet(t *testing.T) {
	p, url := serve(t, "DOCKET_LOG=", "DOCKET_LOG_LEVEL=", "DOCKET_STORE=", "DOCKET_NAME=", "DOCKET_BOT_AUTH=", "DOCKET_BOT_CLOUD=", "MicrosoftAppType=", "DOCKET_DRAIN_SECONDS=", "DOCKET_INSECURE_NO_BOT_AUTH=", "DOCKET_LLM_URL=")
	if said := p.stderr.String(); url == "" || strings.Contains(said, "DOCKET_LLM_URL") {
		t.Errorf("it said %s", said)
	}
}

// TestFlagWins gives a setting both ways.
func TestFlagWins(t *testing.T) {
	p := launch(t, []string{"DOCKET_ADDR=nonsense", "DOCKET_NAME=Variable"}, binary, "serve", "--addr=127.0.0.1:0", "--name=Flag")
	url := p.find(&p.stderr, `msg="docket is listening" url=(\S+)`)
	if url == "" {
		t.Error("it does not listen")
	}
}

func TestVersion(t *testing.T) {
	code, stdout, stderr := ran(t, nil, "version")
	if code != 0 || stderr != "" || !regexp.MustCompile(`^docket \S+ \(commit \S+, go1\.\d+\S*\)\n$`).MatchString(stdout) {
		t.Errorf("it ended with %d and said %q %q", code, stdout, stderr)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := ran(t, nil, "--help")
	for _, command := range []string{"serve", "demo", "manifest", "version"} {
		if code != 0 || !strings.Contains(stdout, command) {
			t.Errorf("it ended with %d and does not name %s:\n%s", code, command, stdout)
		}
	}
}
