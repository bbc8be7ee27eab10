package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// printSettings prints what a bot has to be started with, ready for a shell: under the names of docket and examples/echo, and
// under those of Microsoft's SDKs.
// https://learn.microsoft.com/azure/bot-service/bot-builder-basics-gov-cloud
func printSettings(out io.Writer, svc *bottest.Service) {
	bot := svc.SecretConfig()
	fmt.Fprintln(out, "# Start the bot with these settings:")
	for _, s := range [][2]string{
		{"DOCKET_BOT_ID", bot.AppID},
		{"DOCKET_BOT_SECRET", bot.Secret},
		{"DOCKET_BOT_TENANT", bot.Tenant},
		{"DOCKET_BOT_OPENID_METADATA", svc.MetadataURL()},
		{"DOCKET_BOT_TOKEN_URL", svc.TokenURL()},
		{"DOCKET_BOT_CONSENT_URL", svc.ConsentURL()},
		{"DOCKET_BOT_SERVICE_HOSTS", svc.Host()},
	} {
		fmt.Fprintf(out, "export %s=%s\n", s[0], s[1])
	}
	fmt.Fprintln(out, "# or, for another SDK:")
	for _, s := range [][2]string{
		{"MicrosoftAppId", bot.AppID},
		{"MicrosoftAppPassword", bot.Secret},
		{"MicrosoftAppTenantId", bot.Tenant},
		{"MicrosoftAppType", "SingleTenant"},
		{"ToBotFromChannelTokenIssuer", auth.Public.Issuer},
		{"ToBotFromChannelOpenIdMetadataUrl", svc.MetadataURL()},
		{"ToChannelFromBotLoginUrl", "http://" + svc.Host() + "/" + bot.Tenant},
		{"ToChannelFromBotOAuthScope", strings.TrimSuffix(auth.Public.Scope, "/.default")},
	} {
		fmt.Fprintf(out, "export %s=%s\n", s[0], s[1])
	}
	fmt.Fprintf(out, "# Activities carry the serviceUrl %s\n", svc.ServiceURL())
}
