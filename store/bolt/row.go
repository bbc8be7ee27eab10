package bolt

import (
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
	if len(row) < rowHead || row[0] != rowVersion {
		return nil, fmt.Errorf("%w: row %q has no head of version %d; restore a backup", store.ErrDamaged, key, rowVersion)
	}
	value := append(make([]byte, 0, len(row)-rowHead), row[rowHead:]...)
	if sum(key, value) != binary.BigEndian.Uint32(row[1:rowHead]) {
		return nil, fmt.Errorf("%w: row %q does not match its checksum; restore a backup", store.ErrDamaged, key)
	}
	return value, nil
}

func sum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}
