package bottest

import (
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/docket-handoff/docket/auth"
)

// Config describes the world around the bot. Everything is optional: an empty
// Config has one team with the channels General, Sales and Support, two people, and
// the bot installed.
type Config struct {
	AppID       string            // the bot's app id
	AppSecret   string            // its client secret
	Certificate *x509.Certificate // with whose key the bot may prove itself; nil takes the signature of any
	Tenant      string            // the tenant of the teams, and of the bot
	BotName     string            // how the bot is mentioned
	Cloud       auth.Cloud        // whose issuer and scope are used; zero is auth.Public
	Teams       []Team            // one of three channels when empty
	Users       []User            // members of every channel; two when empty

	AdminTenant string // the tenant of the admin on the consent page; Tenant when empty

	BotEndpoint  string // URL that activities are posted to; see SetBotEndpoint
	BaseURL      string // where Handler is reachable, when Start is not used
	WithoutRSC   bool   // deliver only messages that mention the bot, as Teams does without ChannelMessage.Read.Group
	NotInstalled bool   // the bot is in no team until Install
	Throttle     bool   // answer 429 to what exceeds the published limits of a channel, and take it as a violation

	DeliverOnce bool // deliver nothing again that the bot failed to take

	TokenLifetime time.Duration                        // of the bot's access tokens; zero is an hour
	Clock         func() time.Time                     // nil is time.Now
	After         func(time.Duration) <-chan time.Time // what goes with Clock; nil is time.After
	Transport     http.RoundTripper                    // towards the bot; nil is one of sockets
}

// Team is a team of Microsoft Teams. Its id is that of its General channel, which
// exists whether listed or not.
type Team struct {
	ID       string
	Name     string
	Channels []Channel
}

// Channel is a channel of a team.
type Channel struct {
	ID   string
	Name string
}

// User is a person. ID is the bot's own name for them (29:…), AADObjectID the
// directory's.
type User struct {
	ID          string
	Name        string
	AADObjectID string
	Email       string
}

// Ids of an empty Config.
const (
	DefaultAppID  = "22222222-2222-4222-8222-222222222222"
	DefaultTenant = "11111111-1111-4111-8111-111111111111"
	defaultSecret = "bottest-client-secret"
)

func (c Config) withDefaults() Config {
	setDefault(&c.AppID, DefaultAppID)
	setDefault(&c.AppSecret, defaultSecret)
	setDefault(&c.Tenant, DefaultTenant)
	setDefault(&c.BotName, "Docket")
	if c.Cloud.Issuer == "" {
		c.Cloud = auth.Public
	}
	if c.TokenLifetime == 0 {
		c.TokenLifetime = time.Hour
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.Transport == nil {
		c.Transport = &http.Transport{DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext, MaxIdleConnsPerHost: 64}
	}
	if len(c.Teams) == 0 {
		c.Teams = []Team{{
			ID: "19:7ea4@thread.tacv2", Name: "Northwind",
			Channels: []Channel{{ID: "19:5a1e5@thread.tacv2", Name: "Sales"}, {ID: "19:5bb0@thread.tacv2", Name: "Support"}},
		}}
	}
	if len(c.Users) == 0 {
		c.Users = []User{
			{ID: "29:ada", Name: "Ada Example", AADObjectID: "33333333-3333-4333-8333-333333333333", Email: "ada@northwind.example"},
			{ID: "29:grace", Name: "Grace Sample", AADObjectID: "44444444-4444-4444-8444-444444444444", Email: "grace@northwind.example"},
		}
	}
	c.Teams = slices.Clone(c.Teams)
	c.Users = slices.Clone(c.Users)
	return c
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
