// Package auth decides who speaks. It verifies the tokens that the Bot
// Framework channel service sends to a bot, and it obtains the tokens that a
// bot sends back.
//
// # Inbound
//
// A [Verifier] works in two stages, so that nothing of a stranger's body is
// ever read:
//
//   - [Verifier.Verify] looks at the headers alone. Cheap checks come first and
//     the network last: the shape of the header, the algorithm, the issuer, the
//     key id; then the signature and the claims.
//   - [Verifier.Authorize] compares the verified [Claims] with the decoded
//     activity: service URL, channel, tenant. The token does not sign the body,
//     so this stage is what keeps a genuine token from carrying a foreign one.
//
// There is one issuer, one algorithm (RS256) and one way in. Tokens of the
// Emulator and of other bots ("skills") are refused, and no setting of this
// package turns verification off. The rules follow
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
// and are stricter where that page leaves room. What Microsoft's own validator
// refuses is refused, but for another spelling of the same thing: the scheme Bearer
// and the app id in any case, the app id in a list of its own, a sub-channel
// (msteams:agents), and the service URL as RFC 3986 compares it, with or without its
// default port and closing slashes. docs/protocol-checks.md lists each of these
// kinder deliveries, and the stricter ones, with its reason; a test holds this
// package to the lists.
//
// # Signing keys
//
// NewVerifier starts nothing. Keys are fetched when the first token needs them.
// At most one fetch runs at a time, in a goroutine that ends within ten seconds
// and that [Verifier.Close] cancels and waits for. A set is refreshed after 20 to
// 23 hours while the old one still serves, and is waited for after 24: to its end
// by a token whose key the old set lacks, and for three seconds by any other. While
// the key service is away the last good set serves for up to five days; a key that
// a newer set no longer holds is not trusted any more. An unknown key id causes a
// fetch at most once in five minutes. As long as no set was ever loaded every
// token is answered with 503, and the load is tried again every two seconds.
//
// # Outbound
//
// A [TokenSource] supplies the bot's own access token: [NewClientSecret] by a
// secret, [NewClientAssertion] by a signed statement, [NewCached] from anywhere
// else. Package entra makes sources by certificate, by managed identity and by
// workload identity. Each remembers a refusal as it does a token, and leaves the
// endpoint alone for as long as it asks. [Hosts] says who may receive the token;
// whoever sends checks the list at every send.
//
// All types are safe for concurrent use. Nothing secret is part of an error's
// text.
//
// # Use
//
//	hosts, err := auth.NewHosts(auth.Public)
//	verifier, err := auth.NewVerifier(auth.VerifierConfig{
//		AppID: id, Hosts: hosts, Tenants: func(tenant string) bool { return tenant == home },
//	})
//	defer verifier.Close()
//	claims, err := verifier.Verify(ctx, request.Header) // before the body is read
//	err = verifier.Authorize(claims, a)                 // once it is decoded
//
//	tokens, err := auth.NewClientSecret(auth.ClientSecretConfig{AppID: id, Secret: secret, Tenant: home})
//	token, err := tokens.Token(ctx) // kept, renewed early; Invalidate after a 401
//
// Package bot does all of this; whoever writes an endpoint or a client of their own
// does it so. An [*Error] has the status to answer with and the reason to count.
package auth
