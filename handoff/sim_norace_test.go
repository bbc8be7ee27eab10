//go:build !race

package handoff

// raceEnabled says that the race detector is on, which makes everything many times slower.
const raceEnabled = false
