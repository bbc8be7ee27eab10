// Package bench shows what the SDK costs a bot. It holds the yardstick, a bot
// on net/http and encoding/json that trusts everybody, and the message that
// both sides are given.
//
// Two programs stand below it: bench/bare serves the yardstick, and bench/load
// runs it beside examples/echo and prints the ratios. The benchmarks of this
// package count what a turn allocates. Method and figures are in README.md. bench/relay
// measures the server as a whole; its method and figures are in relay.md.
package bench
