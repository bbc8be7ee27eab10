// Package web is the door for visitors, for the agent and for other back ends: the REST calls under /v1, the stream of a
// conversation's events, the widget's script, the API's description and the health checks. It knows conversations through
// the handoff.Desk alone; no platform and no store shows here.
//
// # Contract
//
// Who may do what: an API key may do everything under /v1. A visitor's token opens its own conversation and nothing else;
// every other conversation is answered as if it were not there. A browser without either may begin a conversation and ask
// what the widget must know, from a page whose Origin the agent allows. Credentials are read from the Authorization header
// alone.
//
// Durable: an answer in the 200s to a call that writes means that the store has it.
//
// Ordered: a stream carries the events of one conversation in the order of their seq, first those that were missed, then
// the live ones, each once. Its ids are "<epoch>.<seq>" and opaque to clients; a place of another epoch begins with
// "reset" and then from the start. A stream that does not take a frame within 10 seconds is cut; its client returns with
// its place.
//
// Errors: one writer gives them all the form of RFC 9457 with a stable code. What went wrong inside is logged under an
// incident id and never shown.
//
// Bounded: bodies, texts, files, calls for each visitor and each address, and streams have limits that are checked before
// anything is stored. Memory of callers is bounded too.
//
// Closing: New starts nothing. Handler serves until the caller's http.Server stops. Streams have taken their connections over
// from it; Drain ends them and waits. All methods are safe for concurrent use.
package web
