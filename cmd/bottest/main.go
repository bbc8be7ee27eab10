// Bottest plays Microsoft's Bot Framework service and a Teams channel for a bot that runs on the same machine, in whatever
// language it is written, and lets a developer talk to it line by line.
//
//	go run github.com/docket-handoff/docket/cmd/bottest -bot http://127.0.0.1:3978/api/messages
//
// It prints the settings that the bot needs, in the form of a shell's exports; /help lists what can be typed then. What the bot
// says is printed as people in the channel would read it, and a line that begins with ! names what the real service would refuse
// or what is not modelled here.
//
// # Contract
//
// It listens on a loopback address, delivers to one, and answers no request that names it otherwise, so neither a network nor a
// web page reaches it. Nothing is kept: channels and keys are gone when it ends. It ends with its input, with /quit or by
// SIGINT, and exits with 0; a flag that it cannot use is one line on the error output and exit 1. The secret that it prints is
// the same every time and opens nothing else.
//
// The addresses are http. A library that insists on https for its token endpoint cannot be served by it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/docket-handoff/docket/bot/bottest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bottest:", err)
		os.Exit(1)
	}
}

// run serves until the input or the context ends.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("bottest", flag.ContinueOnError)
	flags.SetOutput(out)
	listen := flags.String("listen", "127.0.0.1:3980", "loopback address of the service")
	endpoint := flags.String("bot", "http://127.0.0.1:3978/api/messages", "the bot's endpoint, on loopback")
	name := flags.String("name", "Docket", "how the bot is mentioned")
	back := flags.String("redirect", "http://127.0.0.1:3978/integrations/teams/callback", "where the consent page sends an admin back to")
	deaf := flags.Bool("mentions-only", false, "deliver only what mentions the bot, as Teams does without a permission for more")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := errors.Join(local("-listen", "//"+*listen), local("-bot", *endpoint)); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	host := listener.Addr().String()
	svc := bottest.New(bottest.Config{BaseURL: "http://" + host, BotEndpoint: *endpoint, BotName: *name, WithoutRSC: *deaf})
	defer svc.Close()
	svc.RegisterRedirect(*back)
	server := &http.Server{Handler: named(host, svc.Handler()), ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	printSettings(out, svc)
	talk(ctx, svc, in, out)
	err = server.Close()
	<-served
	return err
}
