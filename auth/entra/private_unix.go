//go:build unix

package entra

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkPrivate refuses a key file that people other than its owner can read. A
// group may read what belongs to root when the program is not root: Kubernetes
// mounts secrets that way.
func checkPrivate(name string, info fs.FileInfo) error {
	forbidden := fs.FileMode(0o077)
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == 0 && os.Geteuid() != 0 {
		forbidden = 0o037
	}
	if mode := info.Mode().Perm(); mode&forbidden != 0 {
		return fmt.Errorf("%s holds a private key and is open to others (mode %04o); run: chmod 600 %s", name, mode, name)
	}
	return nil
}
