// Package demo is the page of `docket demo`: one browser window in which one person plays a website's visitor on the left
// and a specialist in a channel on the right.
//
// The left pane frames the website of an invented company with the real widget on it. The right pane draws the channel of
// a bottest.Service: its threads, its cards with working buttons, and what each person alone is shown. The page knows
// nothing of the server but the address of its widget; what it shows of a handoff it reads off the channel, as people do.
//
// # Contract
//
// Local: a request is answered only when it comes from this machine and names it by a loopback address, so that neither a
// network nor a web page elsewhere reads or writes the channel. What changes something must come from the page itself.
//
// Ordered: a stream tells that something changed, never what. The page then fetches the whole picture, so a lost or doubled
// word costs nothing.
//
// Closing: New starts nothing. A stream ends with its request's context or with the service; to end streams at a shutdown
// give the http.Server a BaseContext that ends then. The service belongs to whoever made it.
//
// A handler is safe for concurrent use. Agent, Visitor and Account are what the demo is about; they are values.
package demo
