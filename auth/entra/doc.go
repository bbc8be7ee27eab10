// Package entra obtains the bot's own token from Microsoft Entra ID without a
// client secret: by certificate, by managed identity, by workload identity.
//
//   - [NewCertificate] signs a statement with the private key of a certificate
//     that the app registration knows.
//   - [NewManagedIdentity] asks the Azure host that the program runs on; the bot
//     is registered as a user-assigned managed identity and holds no credential.
//   - [NewFederatedManagedIdentity] does the same for an app registration that
//     trusts a managed identity.
//   - [NewWorkloadIdentity] passes on the token of a Kubernetes service account
//     that the app registration trusts.
//
// Every constructor checks what it can see, files included, and calls nobody. What
// it returns is an [auth.Cached]: tokens are kept until five minutes before they
// expire, one fetch runs at a time and ends within thirty seconds, and it is safe
// for concurrent use. There is nothing to close.
//
// Files are read again for every new token, so that a renewed certificate or a
// rotated token needs no restart. While such a file is unusable the token in hand
// serves until it expires.
//
// A refusal is an [*auth.TokenError] somewhere in the chain of errors. No error
// holds a key, an assertion, a token or the header that a host asks for.
package entra
