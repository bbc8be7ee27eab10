// Package bot speaks the Bot Framework protocol: [Receive] is the endpoint to
// which the channel service delivers activities, [Client] calls the Connector to
// send them. Both carry [activity.Activity] values and nothing of their own.
//
// # Receiving
//
// Receive answers in a fixed order, each step before anything more expensive:
// method, token (no body is read before it is verified), content type, size,
// JSON, the members that every activity must have, the comparison of body and
// token, the handler. What is refused gets a fixed body, one log line and one
// call of [Options].Observe.
//
// The channel delivers at least once and in no promised order: it tries again
// when no answer came within about fifteen seconds, sometimes under a new id.
// A nil error from the [Handler] means "never send it again", so what matters
// has to be durable before the handler returns, and the same activity may come twice.
//
// # Sending
//
// The Connector has no idempotency key and no way to read back what was posted.
// The Client therefore never repeats a request by itself, except once after a
// 401 with a new token, and its [Error] says whether a failed post is certain
// not to have happened or in doubt. Pace and retries belong to the caller. The
// bot's token is sent to listed hosts alone, checked at every call; redirects are never followed.
//
// Handlers run concurrently. A Client is safe for concurrent use.
//
// # Use
//
// A bot is a verifier, a client and a handler, most often a [Router]:
//
//	hosts, err := auth.NewHosts(auth.Public)
//	verifier, err := auth.NewVerifier(auth.VerifierConfig{
//		AppID: id, Hosts: hosts, Tenants: func(t string) bool { return strings.EqualFold(t, tenant) },
//	})
//	tokens, err := auth.NewClientSecret(auth.ClientSecretConfig{AppID: id, Secret: secret, Tenant: tenant})
//	client, err := bot.NewClient(bot.ClientConfig{Tokens: tokens, Hosts: hosts})
//	router := &bot.Router{
//		Message: func(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
//			a := t.Activity
//			if a.FromBot() {
//				return nil, nil // two bots that answer each other never stop
//			}
//			_, err := client.Send(ctx, a.ServiceURL, a.Conversation.ID, &activity.Activity{
//				Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: "You said " + a.TextFor("28:"+id),
//			})
//			return nil, err
//		},
//	}
//	http.Handle("/api/messages", bot.Receive(verifier, router, bot.Options{}))
//
// Whoever made the verifier and the client closes them. What a failed call means
// is asked of its [Error]: in doubt, temporary, gone or removed. Package bottest is
// Microsoft's side of all this, for tests.
//
// See https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference.
package bot
