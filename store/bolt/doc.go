// Package bolt keeps the rows in one file on the local disk, through bbolt. It is the default engine: nothing to install,
// one process, one commit's syncs for all who write at that moment.
//
// Open refuses what it cannot trust (a damaged, empty or foreign file, a file that is missing although its identity is
// there, a file another process holds), leaves a refused file as it was, and never puts a fresh store in the place of an
// old one. Each row carries a checksum that is verified at every read.
package bolt
