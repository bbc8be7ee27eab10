package entra

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readBounded reads a file that check accepts. The check sees the very file
// that is read, also when its name is about to point elsewhere.
func readBounded(name string, most int64, check func(name string, info fs.FileInfo) error) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	if err := check(name, info); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if int64(len(content)) > most {
		return nil, fmt.Errorf("%s is too large; at most %d bytes are expected", name, most)
	}
	return content, nil
}

func unreadable(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s cannot be read: %w", name, err)
}
