// Package bolt keeps the rows in one file on the local disk, through bbolt. It is the default engine: nothing to install,
// one process, one commit's syncs for all who write at that moment.
//
// # What is promised about damage
//
// Open refuses what it cannot trust, leaves a refused file as it was, and never puts a fresh store in the place of an old
// one: an empty, foreign or cut-off file, a file that is missing although its identity is there, one that another process
// holds, one that ends before the last commit it was closed with or that Note noted, and pages that do not form trees: nobody who reads is
// led in a circle, or to where there is nothing.
//
// A store of up to 64 MiB is looked through by Open, every page and every row, which takes a fraction of a second. When Open
// returns, all that was ever acknowledged is there, in its place and in its last state; a row whose value is damaged is
// the one exception: it is named in Warnings, and reading it says store.ErrDamaged.
//
// Of a larger store Open reads the branches and the head of every leaf, about a second for 3 GB. Each row carries a checksum
// that is verified at every read, so nothing that was never written is served; but a page that lost its last write can
// serve an older state, and a row that has vanished from its page reads as store.ErrNotFound, until somebody calls Verify.
// Backup and Restore do; after a stop without Close, which Suspect tells, so should whoever opened the store.
//
// Verify compares with a ledger that each commit brings up to date: how many rows there are and what their checksums sum
// up to. It protects against disks, copies and accidents, not against somebody who can compute checksums.
//
// After a stop without Close and with one of the file's two heads broken, nobody can tell a commit that a power failure
// interrupted from one that was acknowledged: the store is opened, and Warnings says so.
//
// # When the disk refuses
//
// Update answers store.ErrUnavailable while less than 1 % of the disk is free, 64 MiB of a large one, and when a write is
// refused; reading goes on, and nothing of the commit is seen. A store from which much was removed needs no room on the
// disk and goes on. Disk tells how full it is, so that others can stop well before. After a sync that failed nothing is
// acknowledged any more until the store is opened anew, and Broken says so.
//
// A disk that hangs holds the callers of the commit that is under way: nobody knows what becomes of it. Those who wait behind
// it are answered store.ErrUnavailable when their contexts end, and nothing of theirs is written.
package bolt
