//go:build !linux

package bolt

import "errors"

func spaceAt(string) (space, error) { return space{}, errors.ErrUnsupported }
