package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf is the user and system time of a process so far. The id of its clock is
// made as clock_getcpuclockid makes it, https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html.
func cpuOf(pid int) (time.Duration, error) {
	const scheduler = 2
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &used); err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return time.Duration(used.Nano()), nil
}
