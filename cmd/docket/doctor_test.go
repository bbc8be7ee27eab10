package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/store/bolt"
)

// publicly is where the company's docket would be reached; nothing asks there.
const publicly = "DOCKET_PUBLIC_URL=https://chat.example.com"

// examined runs docket doctor and answers what it found, by name.
func examined(t *testing.T, env []string) (code int, found map[string]finding) {
	t.Helper()
	code, stdout, stderr := ran(t, env, "doctor", "--json")
	var said struct{ Checks []finding }
	if err := json.Unmarshal([]byte(stdout), &said); err != nil {
		t.Fatalf("it printed no object: %v\n%s%s", err, stdout, stderr)
	}
	found = map[string]finding{}
	for _, f := range said.Checks {
		if f.Cause == "" || found[f.Name].Name != "" {
			t.Errorf("the line %+v", f)
		}
		found[f.Name] = f
	}
	unwell := slices.ContainsFunc(said.Checks, func(f finding) bool { return f.Status == failed })
	if (code != 0) != unwell || (stderr != "") != unwell {
		t.Errorf("it ended with %d and said %q, with %+v", code, stderr, said.Checks)
	}
	return code, found
}

var allChecks = []string{"settings", "clock", "store", "token endpoint", "signing keys", "manifest", "queues"}

// TestDoctorOfAHealthyWorld asks beside a running server, and then without one.
func TestDoctorOfAHealthyWorld(t *testing.T) {
	c := newCompany(t, bottest.Config{})
	c.env = append(c.env, publicly)
	visitor, thread := c.joined()
	c.say(c.ana, thread.ID, "Hello there")
	visitor.waitSaid("specialist", "Hello there")
	names := append(slices.Clone(allChecks), "tenant "+bottest.DefaultTenant, "channel Northwind > General")
	for _, row := range []struct{ when, store string }{{"beside a server", "in use by a running docket"}, {"without a server", "no server has it open"}} {
		code, found := examined(t, c.env)
		for _, name := range names {
			if f := found[name]; f.Status != healthy || f.Remedy != "" {
				t.Errorf("%s: %s is %+v", row.when, name, f)
			}
		}
		if code != 0 || len(found) != len(names) {
			t.Errorf("%s: %d, %d checks", row.when, code, len(found))
		}
		if got := found["store"].Cause; !strings.Contains(got, row.store) {
			t.Errorf("%s: the store is %q", row.when, got)
		}
		if got := found["channel Northwind > General"].Cause; !strings.Contains(got, "plain replies arrive") {
			t.Errorf("%s: the channel is %q", row.when, got)
		}
		if row.when == "beside a server" {
			c.docket.stop()
		}
	}
}

// TestDoctorOfASickWorld breaks one thing at a time. What is not broken stays well.
func TestDoctorOfASickWorld(t *testing.T) {
	ahead := func(by time.Duration) bottest.Config {
		return bottest.Config{Clock: func() time.Time { return time.Now().Add(by) }}
	}
	set := func(c *company, setting string) {
		name, _, _ := strings.Cut(setting, "=")
		c.env = slices.DeleteFunc(c.env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
		c.env = append(c.env, setting)
	}
	const general = "channel Northwind > General"
	for _, row := range []struct {
		name   string
		cfg    bottest.Config
		breaks func(t *testing.T, c *company)
		sick   string
		status status
		cause  string
		remedy string
	}{
		{"a setting", bottest.Config{}, func(_ *testing.T, c *company) { set(c, "DOCKET_BOT_TENANT=contoso") }, "settings", failed, "DOCKET_BOT_TENANT: ", "--help"},
		{"a misspelt setting", bottest.Config{}, func(_ *testing.T, c *company) { set(c, "DOCKET_BOT_SERCET=x") }, "settings", warning, "DOCKET_BOT_SERCET", "correct"},
		{"a secret", bottest.Config{}, func(_ *testing.T, c *company) {
			c.service.ExpectViolation("AADSTS7000215")
			set(c, "DOCKET_BOT_SECRET=another")
		}, "token endpoint", failed, "AADSTS7000215", "DOCKET_BOT_SECRET"},
		{"the token endpoint", bottest.Config{}, func(_ *testing.T, c *company) { set(c, "DOCKET_BOT_TOKEN_URL=http://127.0.0.1:1/token") }, "token endpoint", failed, "cannot be reached", "https"},
		{"the keys", bottest.Config{}, func(_ *testing.T, c *company) {
			c.service.Fail(bottest.OpKeys, -1, bottest.Fault{Status: http.StatusInternalServerError})
		}, "signing keys", failed, "cannot be read", "DOCKET_BOT_OPENID_METADATA"},
		{"the clock, a little", ahead(2 * time.Minute), nil, "clock", warning, "behind Microsoft's", "NTP"},
		{"the clock", ahead(-290 * time.Second), nil, "clock", failed, "ahead of Microsoft's", "NTP"},
		{"the public address", bottest.Config{}, func(_ *testing.T, c *company) { set(c, "DOCKET_PUBLIC_URL=http://127.0.0.1:3978") }, "manifest", warning, "no app package", "DOCKET_PUBLIC_URL"},
		{"the channel", bottest.Config{}, func(t *testing.T, c *company) {
			_, err := c.service.RemoveBot(t.Context(), c.ana.ID, c.channel.ID)
			must(t, err)
		}, general, failed, "the app was removed from the team", "add the app"},
		{"the service's host", bottest.Config{}, func(_ *testing.T, c *company) { set(c, "DOCKET_BOT_SERVICE_HOSTS=smba.example.com") }, general, failed, "may not receive the bot's token", "DOCKET_BOT_SERVICE_HOSTS"},
		{"the store", bottest.Config{}, func(t *testing.T, c *company) {
			c.docket.stop()
			must(t, os.WriteFile(c.store, []byte("nonsense"), 0o600))
		}, "store", failed, "", "operations.md"},
		{"the store's server", bottest.Config{}, func(t *testing.T, c *company) {
			c.docket.stop()
			engine, err := bolt.Open(c.store)
			must(t, err)
			t.Cleanup(func() { must(t, engine.Close()) })
		}, "store", failed, "another process", "operations.md"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCompany(t, row.cfg)
			c.env = append(c.env, publicly)
			c.connect()
			if row.breaks != nil {
				row.breaks(t, c)
			}
			_, found := examined(t, c.env)
			got := found[row.sick]
			if got.Status != row.status || !strings.Contains(got.Cause, row.cause) || !strings.Contains(got.Remedy, row.remedy) {
				t.Errorf("%s is %+v", row.sick, got)
			}
			for name, f := range found {
				if name != row.sick && f.Status == failed {
					t.Errorf("%s failed too: %+v", name, f)
				}
			}
		})
	}
}

// TestDoctorSeesThatRepliesAreMissing: people who mention the bot in every line, in a team that gave no permission.
func TestDoctorSeesThatRepliesAreMissing(t *testing.T) {
	c := newCompany(t, bottest.Config{WithoutRSC: true})
	c.env = append(c.env, publicly)
	visitor, thread := c.joined()
	for _, line := range []string{"First", "Second"} {
		c.say(c.ana, thread.ID, line, bottest.MentionBot())
		visitor.waitSaid("specialist", line)
	}
	code, found := examined(t, c.env)
	if got := found["channel Northwind > General"]; code != 0 || got.Status != warning || !strings.Contains(got.Cause, "ChannelMessage.Read.Group") {
		t.Errorf("%d, the channel is %+v", code, got)
	}
}

// TestDoctorOfNothing: on a machine where nothing is set up there is a lot to do, and nothing has failed. Nothing is made.
func TestDoctorOfNothing(t *testing.T) {
	store := filepath.Join(t.TempDir(), "docket.db")
	code, found := examined(t, []string{"DOCKET_STORE=bolt:" + store})
	if code != 0 || found["settings"].Status != warning || !strings.Contains(found["store"].Cause, "none yet") {
		t.Errorf("%d: %+v", code, found)
	}
	for _, name := range []string{"clock", "tenants", "channels"} { // mentioning a bot that is not there yet is no advice
		if f := found[name]; f.Status != warning || f.Cause != "not looked at, because Microsoft Teams is not set up" || f.Remedy != "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if files, _ := filepath.Glob(store + "*"); len(files) > 0 {
		t.Errorf("it made %v", files)
	}
}

// TestDoctorOfSettingsThatCannotBeRead: what the parser refuses is the doctor's business too, and a wrong command is not.
func TestDoctorOfSettingsThatCannotBeRead(t *testing.T) {
	code, found := examined(t, []string{"DOCKET_BOT_CLOUD=moon"})
	if code != 1 || found["settings"].Status != failed || !strings.Contains(found["settings"].Cause, "DOCKET_BOT_CLOUD: ") {
		t.Errorf("%d: %+v", code, found)
	}
	if code, stdout, stderr := ran(t, nil, "doctor", "--nonsense"); code == 0 || stdout != "" || !strings.Contains(stderr, "nonsense") {
		t.Errorf("a wrong flag: %d %q %q", code, stdout, stderr)
	}
}

// TestDoctorPrintsALineForEachCheck in the form that people read.
func TestDoctorPrintsALineForEachCheck(t *testing.T) {
	c := newCompany(t, bottest.Config{})
	c.env = append(c.env, publicly)
	_, stdout, _ := ran(t, c.env, "doctor")
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	shape := regexp.MustCompile(`^(ok|warning|failed) +[a-z][^:]*: \S.*$`)
	for _, line := range lines {
		if !shape.MatchString(line) {
			t.Errorf("the line %q", line)
		}
	}
	if len(lines) < len(allChecks) {
		t.Errorf("it printed\n%s", stdout)
	}
	if secret := c.service.SecretConfig().Secret; strings.Contains(stdout, secret) {
		t.Error("it printed the secret")
	}
}
