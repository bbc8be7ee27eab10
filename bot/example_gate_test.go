package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
)

// A tool on the same machine, such as Microsoft's Agents Playground, sends no
// token. It is let in by the one gate that asks for none, from loopback alone.
func ExampleLoopbackOnly() {
	hosts, err := auth.NewHosts(auth.Public, "127.0.0.1:56150")
	if err != nil {
		log.Fatal(err)
	}
	heard := func(_ context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
		fmt.Println("heard", t.Activity.Text)
		return nil, nil
	}
	server := httptest.NewServer(bot.Receive(bot.LoopbackOnly(hosts, nil), &bot.Router{Message: heard}, bot.Options{Log: slog.New(slog.DiscardHandler)}))
	defer server.Close()

	post := func(serviceURL string) {
		body := `{"type":"message","id":"1","channelId":"msteams","serviceUrl":"` + serviceURL + `","conversation":{"id":"a"},"from":{"id":"29:a"},"recipient":{"id":"28:b"},"text":"hello"}`
		response, err := http.Post(server.URL, "application/json", bytes.NewBufferString(body))
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		fmt.Println(response.StatusCode)
	}
	post("http://127.0.0.1:56150/")
	post("https://smba.trafficmanager.net/emea/")
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// heard hello
	// 200
	// 403
}
