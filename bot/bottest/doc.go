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
// What the real service would answer in a way that is not known, or not played, here
// gets 501 NotModelled and is a Violation with NotModelled set. It fails the test as well,
// with those words: the bot may be right, but the test cannot tell.
//
// The bot proves itself by its secret, or by a signed statement (client_assertion), whose claims are
// held to what Entra wants of them. The signature is looked at where Config.Certificate is set; of a
// statement by another issuer, as of a managed identity, it is not. The endpoint at which an Azure host
// hands out its identity's tokens is not modelled.
//
// [Service.Refusals] is the other direction: what the bot must refuse, with the
// status for each.
//
// # Redelivery
//
// An activity that the bot does not answer within 15 seconds, or answers with an
// error of its own (5xx but 501), comes again by itself: once more 15 seconds after the
// first time, with the same id; an invoke then twice more, under a new id, 30 and
// 45 seconds later. What is refused is not repeated. A test that should not wait sets
// Config.Clock and Config.After, or runs in a testing/synctest bubble with a
// Config.Transport that crosses no sockets. [Service.Deliveries] lists all tries.
//
// # Model
//
// There are teams with channels, channels with threads, threads with messages.
// Message ids are decimal strings that grow. A conversation's id is the
// channel's, or "channel;messageid=root" for a thread. A targeted message is seen by one
// person ([Service.MessagesFor]) for a day. Every person has a chat with the bot beside
// ([Service.Chat]), which either may begin.
//
// Not modelled are group chats, meetings, files that a bot uploads, the list of its conversations,
// removing members, uploading history, batches, installing the bot for one person, and what
// that person then blocks.
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
