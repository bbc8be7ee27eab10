// Package bottest is the other end of a bot: a Bot Framework service with a
// Microsoft Teams behind it, on loopback, for tests and for demonstrations.
//
// A [Service] publishes OpenID metadata and signing keys, hands out access
// tokens, serves the Connector's REST calls, and delivers to the bot what people
// do in its channels, with tokens of the same claims as the real ones. Nothing is mocked
// in between: requests cross sockets, tokens are signed and verified.
//
// # Strictness
//
// What the real service would refuse is refused with the documented status and
// code, and recorded as a [Violation]. [Start] fails its test when there were
// violations that [Service.ExpectViolation] did not announce. That the world
// changed under the bot (a message deleted, the app removed) is refused too, but
// is no violation.
//
// [Service.Refusals] is the other direction: what the bot must refuse, with the
// status for each.
//
// # Model
//
// There are teams with channels, channels with threads, threads with messages.
// Message ids are decimal strings that grow. A conversation's id is the
// channel's, or "channel;messageid=root" for a thread. Chats outside of channels
// are not modelled.
//
// # Use
//
//	svc := bottest.Start(t, bottest.Config{})
//	verifier, err := auth.NewVerifier(svc.VerifierConfig())
//	tokens, err := auth.NewClientSecret(svc.SecretConfig())
//	// … start the bot's endpoint …
//	svc.SetBotEndpoint(botURL + "/api/messages")
//	svc.Say(ctx, svc.Users()[0].ID, svc.Channels()[0].ID, "hello", bottest.MentionBot())
//
// For a bot in another process, or in another language, the program cmd/bottest
// starts the same service and prints the settings that the bot needs.
//
// A Service is safe for concurrent use. [Service.Close] ends all it started. The keys
// are made for the process and are good for nothing else.
package bottest
