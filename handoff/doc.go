// Package handoff is the relay: conversations as logs, the states of a handoff, who may claim it, when it may start, and
// the lanes that carry lines to the channels where specialists are. It knows neither a platform nor a browser. Platforms
// stand behind the Platform interface; visitors, agents and specialists speak through the Desk.
//
// # Contract
//
// Ordered: the events of one conversation have a Seq of 1, 2, 3 … without holes, given in the transaction that appends
// them; every reader sees them in that order. The posts of one conversation into one channel arrive in the order in which
// they were decided. Different conversations have no order between them.
//
// Durable: when a method that writes returns nil, the event, what it says about its input's key, and what must be sent
// because of it are on disk in one transaction. Nothing is sent before that.
//
// Once: an input that carries a key it carried before changes nothing and gets its first answer again.
//
// Honest: a sentence that promises the visitor a person is written by the rules, after a channel has acknowledged the
// thread; a post whose outcome is unknown is shown as uncertain, never as sent.
//
// Kept: a post that certainly cannot be delivered, and one in doubt twice, are kept for a person: Held and Dead show them,
// SendAgain and MarkSent decide. Nothing that fails on one post, a panic of its platform or a row that cannot be read, holds
// up the posts of other conversations.
//
// Bounded: what waits, and what is under way, have limits (Limits). No call reads more where more is stored.
//
// Closing: NewDesk starts nothing. Run carries the posts, minds the clock and notes that it is alive until its context ends.
// The store belongs to whoever opened it.
//
// The rules (rules.go, loss.go, hours.go, openings.go, lane_rules.go) are pure: they see a dossier and a time and change the dossier, with no
// goroutine, clock or network. What surrounds them loads and saves rows.
package handoff
