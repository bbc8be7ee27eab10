package bolt

import "syscall"

// networks are the file systems that are shared over a network, by the number the kernel gives them.
// https://man7.org/linux/man-pages/man2/statfs.2.html
var networks = map[uint32]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xff534d42: "CIFS",
	0xfe534d42: "SMB",
	0x00c36400: "Ceph",
	0x0bd00bd0: "Lustre",
	0x5346414f: "AFS",
	0x01021997: "9P",
}

func spaceAt(path string) (space, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return space{}, err
	}
	block := uint64(s.Bsize)
	return space{free: s.Bavail * block, total: s.Blocks * block, network: networks[uint32(s.Type)]}, nil
}
