// Package store is the seam between the relay and the place where its rows live: ordered keys, serializable
// transactions and a wake-up call. It holds no rule of the product, so that a second engine repeats none.
//
// # Contract
//
// Durable: when Update returns nil, everything its function wrote survives the death of the process and of the machine.
// When it returns an error, nothing of it was written.
//
// Ordered: keys sort by their bytes. Transactions are serializable: each behaves as if it ran alone.
//
// Rows: to an engine a value is bytes. Get, Put, Decode and Read are for whoever keeps JSON in them, which most rooms do.
//
// Damage: a row that does not hold what was written is ErrDamaged wherever it is read, and the rows beside it are not
// concerned. Whoever walks through rows of many conversations uses Each, so that one of them does not stop the others.
//
// Waking: Watch never carries data. A reader that was woken reads the store; a lost wake costs time, never a row.
// A reader that wants to miss nothing calls Watch before its first read.
//
// Closing: whoever opened an engine closes it, after every transaction has returned. All methods of an Engine are safe
// for concurrent use; a Tx belongs to the one function it was given to, and is dead when that function returns.
package store
