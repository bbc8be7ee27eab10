package bottest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// Every delivery that a bot must refuse, each bent in one respect, sent to a bot.
func ExampleService_Refusals() {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()
	cfg := svc.VerifierConfig()
	cfg.Tenants = func(tenant string) bool { return tenant == bottest.DefaultTenant }
	verifier, err := auth.NewVerifier(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	server := serve(verifier)
	defer server.Close()
	svc.SetBotEndpoint(server.URL + "/api/messages")

	refusals, err := svc.Refusals("29:ada", svc.Channels()[0].ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range refusals {
		if answer, err := r.Send(context.Background(), svc); err != nil || answer.Status != r.Status {
			fmt.Printf("%s: answered %d, want %d; %v\n", r.Name, answer.Status, r.Status, err)
		}
	}
	fmt.Println("more than sixty:", len(refusals) > 60)
	// Output: more than sixty: true
}
