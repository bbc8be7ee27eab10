package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

// serveBot answers on an address that only the proxy reaches, until ctx ends; then
// it finishes what is under way. A proxy speaks TLS with the world and plain HTTP
// with this server. It passes the header Authorization and bodies of up to 256 KiB
// on as they are, and waits at least fifteen seconds for an answer.
func serveBot(ctx context.Context, listener net.Listener, verifier *auth.Verifier, endpoint http.Handler) error {
	if err := verifier.Preload(ctx); err != nil {
		log.Println("signing keys:", err) // not fatal: they are asked for again with the first request
	}
	mux := http.NewServeMux()
	mux.Handle("/api/messages", endpoint)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 32 << 10}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-stopped
}

// A server for a bot behind a proxy, with its limits and its end.
func ExampleReceive_server() {
	svc := standIn()
	defer svc.Close()
	verifier, err := auth.NewVerifier(svc.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- serveBot(ctx, listener, verifier, bot.Receive(verifier, &bot.Router{}, bot.Options{}))
	}()

	svc.SetBotEndpoint("http://" + listener.Addr().String() + "/api/messages")
	posted, err := svc.Say(ctx, "29:ada", svc.Channels()[0].ID, "hello")
	fmt.Println(posted.Answer.Status, err)
	cancel()
	fmt.Println(<-ended)
	// Output:
	// 200 <nil>
	// <nil>
}
