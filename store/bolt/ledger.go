package bolt

import (
	"encoding/binary"
	"hash/crc32"

	"go.etcd.io/bbolt"
)

// ledger is what all rows come to. The commit that changes rows writes it too. Each row can speak for itself alone; the
// ledger is what notices that one has vanished or has come to stand at another key, or that a page of an older commit
// stands in the place of a newer one.
type ledger struct {
	commit uint64 // which one wrote it: that of the head, or a page of an older commit has come back
	rows   uint64 // how many there are
	keys   uint64 // the sum of their keys' checksums
	sum    uint64 // the sum of their own checksums
}

var ledgerAt = []byte("ledger")

const ledgerSize = 32 // bytes

func (l ledger) encode() []byte {
	raw := make([]byte, 0, ledgerSize)
	for _, n := range []uint64{l.commit, l.rows, l.keys, l.sum} {
		raw = binary.BigEndian.AppendUint64(raw, n)
	}
	return raw
}

// keep writes the ledger as that of the commit under way.
func (l ledger) keep(tx *bbolt.Tx, about *bbolt.Bucket) error {
	l.commit = uint64(tx.ID())
	return about.Put(ledgerAt, l.encode())
}

func decodeLedger(raw []byte) (ledger, error) {
	if len(raw) != ledgerSize {
		return ledger{}, damaged("the store's ledger cannot be read")
	}
	at := func(i int) uint64 { return binary.BigEndian.Uint64(raw[8*i:]) }
	return ledger{at(0), at(1), at(2), at(3)}, nil
}

// add takes a row in, as it stands on the disk; remove takes it out. A nil row is none.
func (l *ledger) add(key, row []byte) {
	if row != nil {
		l.rows++
		l.keys += keySum(key)
		l.sum += noted(row)
	}
}

func (l *ledger) remove(key, row []byte) {
	if row != nil {
		l.rows--
		l.keys -= keySum(key)
		l.sum -= noted(row)
	}
}

func keySum(key []byte) uint64 { return uint64(crc32.Checksum(key, castagnoli)) }

// noted is the checksum that a row carries, be it right or not.
func noted(row []byte) uint64 {
	if len(row) < rowHead {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(row[1:rowHead]))
}
