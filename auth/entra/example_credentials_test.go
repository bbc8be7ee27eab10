package entra_test

import (
	"fmt"
	"log"

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

// On an Azure host whose user-assigned identity is the bot there is no credential
// at all. Nobody is called before the first token is needed.
func ExampleNewManagedIdentity() {
	tokens, err := entra.NewManagedIdentity(entra.ManagedIdentityConfig{AppID: "22222222-2222-4222-8222-222222222222"})
	if err != nil {
		log.Fatal(err)
	}
	var _ auth.TokenSource = tokens // goes into bot.ClientConfig

	_, err = entra.NewManagedIdentity(entra.ManagedIdentityConfig{})
	fmt.Println(err)
	// Output: entra: a managed identity needs the bot's app id
}

// In Kubernetes the cluster writes a token into the pod and names the file in
// AZURE_FEDERATED_TOKEN_FILE.
func ExampleNewWorkloadIdentity() {
	_, err := entra.NewWorkloadIdentity(entra.WorkloadIdentityConfig{
		AppID:     "22222222-2222-4222-8222-222222222222",
		Tenant:    "11111111-1111-4111-8111-111111111111",
		TokenFile: "token-that-is-not-mounted",
	})
	fmt.Println(err)
	// Output: entra: token-that-is-not-mounted cannot be read: no such file or directory
}
