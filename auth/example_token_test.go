package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot/bottest"
)

// A token by client secret. It is fetched when the first request needs it, and
// renewed before it expires. A refusal carries Entra's own code, never the secret.
func ExampleNewClientSecret() {
	svc := bottest.New(bottest.Config{})
	if err := svc.Start(); err != nil {
		log.Fatal(err)
	}
	defer svc.Close()

	tokens, err := auth.NewClientSecret(svc.SecretConfig())
	if err != nil {
		log.Fatal(err)
	}
	token, err := tokens.Token(context.Background())
	fmt.Println(token != "", err)

	wrong := svc.SecretConfig()
	wrong.Secret = "expired"
	tokens, err = auth.NewClientSecret(wrong)
	if err != nil {
		log.Fatal(err)
	}
	_, err = tokens.Token(context.Background())
	if refused, ok := errors.AsType[*auth.TokenError](err); ok {
		fmt.Println(refused.Status, refused.OAuth, refused.Code, refused.Temporary())
	}
	// Output:
	// true <nil>
	// 401 invalid_client AADSTS7000215 false
}

// Any other way to a token becomes a source by a function. One that was refused by
// the service is not used again.
func ExampleNewCached() {
	fetched := 0
	tokens := auth.NewCached(func(context.Context) (string, time.Duration, error) {
		fetched++
		return fmt.Sprint("token-", fetched), time.Hour, nil
	}, nil)

	ctx := context.Background()
	first, _ := tokens.Token(ctx)
	again, _ := tokens.Token(ctx)
	tokens.Invalidate(again)
	other, err := tokens.Token(ctx)
	fmt.Println(first, again, other, err)
	// Output: token-1 token-1 token-2 <nil>
}
