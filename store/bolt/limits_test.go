package bolt

// The tests set what belongs to the machine: how much is looked through at once, and what the disk has.

// OpenLarge opens a store as if it were too large to be looked through at once.
func OpenLarge(path string) (*Engine, error) {
	l := defaults
	l.verifyAtOnce = 0
	return openWithin(path, l)
}

// Disk is what the disk under a store has, in bytes, and the network it is on.
type Disk struct {
	Free, Total uint64
	Network     string
	Err         error
}

// OpenOn opens a store on a disk that can be changed later.
func OpenOn(path string, disk *Disk) (*Engine, error) {
	l := defaults
	l.space = func(string) (space, error) {
		return space{free: disk.Free, total: disk.Total, network: disk.Network}, disk.Err
	}
	return openWithin(path, l)
}

// SpaceAt asks the real disk.
func SpaceAt(path string) (free, total uint64, err error) {
	s, err := spaceAt(path)
	return s.free, s.total, err
}
