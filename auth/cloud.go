package auth

import (
	"fmt"
	"strings"
)

// Cloud is one of the closed worlds in which Microsoft runs the Bot Framework.
// A bot belongs to exactly one of them; tokens and hosts of another are refused.
//
// See https://learn.microsoft.com/azure/bot-service/bot-builder-basics-gov-cloud
// and https://learn.microsoft.com/azure/bot-service/how-to-deploy-china-cloud
type Cloud struct {
	Name          string   // short name, as CloudByName takes it
	Issuer        string   // claim iss of the channel's tokens
	Metadata      string   // OpenID metadata that leads to the channel's keys
	LoginHost     string   // where the bot asks for its own token
	DefaultTenant string   // login tenant of multi-tenant bots, which can no longer be created
	Scope         string   // scope of the bot's own token
	CallerID      string   // callerId of an activity that came through this cloud; may be empty
	Hosts         []string // hosts that may receive the bot's token; "*.x" stands for every sub-domain of x
}

// Public is the commercial cloud. The moderate government community (GCC) uses
// it too and differs only in its connector host.
var Public = Cloud{
	Name:          "public",
	Issuer:        "https://api.botframework.com",
	Metadata:      "https://login.botframework.com/v1/.well-known/openidconfiguration",
	LoginHost:     "https://login.microsoftonline.com",
	DefaultTenant: "botframework.com",
	Scope:         "https://api.botframework.com/.default",
	CallerID:      "urn:botframework:azure",
	Hosts:         []string{"smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "*.botframework.com"},
}

// Gov is the cloud of the United States government, GCC High.
var Gov = Cloud{
	Name:          "gov",
	Issuer:        "https://api.botframework.us",
	Metadata:      "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
	LoginHost:     "https://login.microsoftonline.us",
	DefaultTenant: "MicrosoftServices.onmicrosoft.us",
	Scope:         "https://api.botframework.us/.default",
	CallerID:      "urn:botframework:azureusgov",
	Hosts:         []string{"smba.infra.gov.teams.microsoft.us", "*.botframework.azure.us"},
}

// DoD is the cloud of the United States Department of Defense.
var DoD = Cloud{
	Name:          "dod",
	Issuer:        Gov.Issuer,
	Metadata:      Gov.Metadata,
	LoginHost:     Gov.LoginHost,
	DefaultTenant: Gov.DefaultTenant,
	Scope:         Gov.Scope,
	CallerID:      Gov.CallerID,
	Hosts:         []string{"smba.infra.dod.teams.microsoft.us", "*.botframework.azure.us"},
}

// China is the cloud operated by 21Vianet. No callerId is defined for it.
var China = Cloud{
	Name:          "china",
	Issuer:        "https://api.botframework.azure.cn",
	Metadata:      "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
	LoginHost:     "https://login.partner.microsoftonline.cn",
	DefaultTenant: "microsoftservices.partner.onmschina.cn",
	Scope:         "https://api.botframework.azure.cn/.default",
	Hosts:         []string{"*.botframework.azure.cn"},
}

// CloudByName finds a cloud by its short name: public, gov, dod or china. The
// empty name is public. Any other name is an error that lists the known ones.
func CloudByName(name string) (Cloud, error) {
	switch strings.ToLower(name) {
	case "", Public.Name:
		return Public, nil
	case Gov.Name:
		return Gov, nil
	case DoD.Name:
		return DoD, nil
	case China.Name:
		return China, nil
	}
	return Cloud{}, fmt.Errorf("auth: unknown cloud %q; known are public, gov, dod and china", name)
}
