package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// The two stages by hand, as bot.Receive does them: the header before any body is
// read, then what the body says against what the token says. The service stands
// in for Microsoft; in production VerifierConfig holds the bot's app id.
func ExampleVerifier() {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()

	header := http.Header{"Authorization": {"Bearer " + svc.Token(bottest.TokenOptions{})}}
	claims, err := verifier.Verify(context.Background(), header)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("issued by", claims.Issuer)

	said := &activity.Activity{ChannelID: activity.ChannelTeams, ServiceURL: svc.ServiceURL()}
	fmt.Println(verifier.Authorize(claims, said), said.CallerID)

	elsewhere := &activity.Activity{ChannelID: activity.ChannelTeams, ServiceURL: "https://evil.example/"}
	if refused, ok := errors.AsType[*auth.Error](verifier.Authorize(claims, elsewhere)); ok {
		fmt.Println(refused.Status, refused.Reason)
	}
	// Output:
	// issued by https://api.botframework.com
	// <nil> urn:botframework:azure
	// 403 serviceurl_mismatch
}

// What is refused has a status for the answer and a reason for the metrics.
func ExampleError() {
	verifier, err := auth.NewVerifier(auth.VerifierConfig{AppID: bottest.DefaultAppID})
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	for _, header := range []http.Header{
		{},
		{"Authorization": {"Basic dXNlcjpwYXNz"}},
		{"Authorization": {"Bearer not.a.token"}},
	} {
		_, err := verifier.Verify(context.Background(), header)
		if refused, ok := errors.AsType[*auth.Error](err); ok {
			fmt.Println(refused.Status, refused.Reason)
		}
	}
	// Output:
	// 401 missing_header
	// 401 malformed_header
	// 401 malformed_token
}

// A bot of the United States government cloud that lets only its customers' tenants
// speak. Nothing is fetched yet. There is no verifier for nobody: without an app id
// it fails.
func ExampleNewVerifier() {
	customers := map[string]bool{"11111111-1111-4111-8111-111111111111": true}
	verifier, err := auth.NewVerifier(auth.VerifierConfig{
		AppID:   "22222222-2222-4222-8222-222222222222",
		Cloud:   auth.Gov,
		Tenants: func(tenant string) bool { return customers[tenant] },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()

	_, err = auth.NewVerifier(auth.VerifierConfig{Cloud: auth.Gov})
	fmt.Println(err)
	// Output: auth: the bot's app id is empty
}
