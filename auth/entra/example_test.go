package entra_test

import (
	"fmt"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/auth/entra"
)

// A certificate takes the place of the client secret; everything else of the bot
// stays as it is.
func ExampleNewCertificate() {
	var tokens auth.TokenSource
	tokens, err := entra.NewCertificate(entra.CertificateConfig{
		AppID:  "22222222-2222-4222-8222-222222222222",
		Tenant: "11111111-1111-4111-8111-111111111111",
		File:   "bot.pem",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = tokens // goes into bot.ClientConfig
	// Output: entra: bot.pem cannot be read: no such file or directory
}
