// Package audit is the log of what people with power did: who signed in, who was refused, who changed, read, exported or
// erased what. It holds no line of any conversation.
//
// # Contract
//
// Append-only: an entry is written in the transaction of the change that it tells of, so neither exists without the other.
// No method changes or removes one.
//
// Chained: the hash of an entry covers the hash of the one before it. Verify names the first entry that was changed,
// removed or put in between. Whoever can write the whole store can also write a new chain; a head that was noted
// elsewhere, on paper or in another system, shows that too.
//
// Ordered: entries are numbered 1, 2, 3 … without holes, in the order of their transactions. Times are UTC.
//
// Bounded: names and details are short; of an address its network is kept, not the address.
package audit
