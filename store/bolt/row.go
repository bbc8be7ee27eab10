package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/docket-handoff/docket/store"
)

// A row on disk is one version byte, four bytes CRC-32C over its key and its value, and the value. The sum finds what a
// disk, a copy or a foreign hand changed, and a value that has come to stand at another key; it is no protection against
// somebody who can compute it.
const (
	rowVersion = 1
	rowHead    = 5
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func seal(key, value []byte) []byte {
	row := make([]byte, rowHead+len(value))
	row[0] = rowVersion
	binary.BigEndian.PutUint32(row[1:rowHead], sum(key, value))
	copy(row[rowHead:], value)
	return row
}

// unseal returns a copy of the value: the bytes in row belong to bbolt's memory map and die with the transaction.
func unseal(key, row []byte) ([]byte, error) {
	if err := check(key, row); err != nil {
		return nil, err
	}
	return bytes.Clone(row[rowHead:]), nil
}

func check(key, row []byte) error {
	if len(row) < rowHead || row[0] != rowVersion {
		return damaged("row %q has no head of version %d", key, rowVersion)
	}
	if sum(key, row[rowHead:]) != binary.BigEndian.Uint32(row[1:rowHead]) {
		return damaged("row %q does not match its checksum", key)
	}
	return nil
}

func sum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// nameless is what is said of a database that is not known for one of ours: a single bit can take a store's names from it.
func nameless(path string) error {
	return damaged("%s is a database of another program, or damaged where it says whose it is", path)
}

// damaged is a store.ErrDamaged that says what to do.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s; restore a good backup", store.ErrDamaged, fmt.Sprintf(format, args...))
}
