package main

import (
	"errors"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// fakeDisk has the room that a test gives it.
type fakeDisk struct {
	mu          sync.Mutex
	free, total uint64
	err         error
}

func (d *fakeDisk) Disk() (free, total uint64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.free, d.total, d.err
}

func (d *fakeDisk) set(free uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.free = free
}

func usualLimits(t *testing.T) diskLimits {
	limits, err := parseDiskLimits(usualPercents)
	must(t, err)
	return limits
}

func TestDiskPercents(t *testing.T) {
	for text, want := range map[string]diskLimits{
		"75,85,97": {75, 85, 97}, " 1, 1 ,1": {1, 1, 1}, "100,100,100": {100, 100, 100}, "0.5,99.5,99.9": {0.5, 99.5, 99.9},
	} {
		if got, err := parseDiskLimits(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "75", "75,85", "75,85,97,99", "85,75,97", "75,85,97%", "0,85,97", "-1,85,97", "75,85,101", "NaN,85,97", "75,85,Inf"} {
		if got, err := parseDiskLimits(text); err == nil {
			t.Errorf("%q is taken: %v", text, got)
		}
	}
}

func TestDiskRooms(t *testing.T) {
	for _, row := range []struct {
		name        string
		free, total uint64
		err         error
		want        handoff.Room
	}{
		{"an empty disk", 1000, 1000, nil, handoff.RoomForAll},
		{"just below 85 %", 151, 1000, nil, handoff.RoomForAll},
		{"85 %", 150, 1000, nil, handoff.RoomForTalk},
		{"just below 97 %", 31, 1000, nil, handoff.RoomForTalk},
		{"97 %", 30, 1000, nil, handoff.RoomForSpecialists},
		{"a full disk", 0, 1000, nil, handoff.RoomForSpecialists},
		{"a disk that cannot be asked", 0, 0, errors.ErrUnsupported, handoff.RoomForAll},
		{"a disk of no size", 0, 0, nil, handoff.RoomForAll},
	} {
		d := &disk{limits: usualLimits(t), engine: &fakeDisk{free: row.free, total: row.total, err: row.err}}
		if got := d.room(); got != row.want {
			t.Errorf("%s: the room is %d, want %d", row.name, got, row.want)
		}
		ready := d.ready(t.Context())
		if (ready == nil) != (row.want < handoff.RoomForSpecialists) || ready != nil && handoff.CodeOf(ready) != handoff.CodeDiskFull {
			t.Errorf("%s: ready says %v", row.name, ready)
		}
		if row.total == 0 && !math.IsNaN(d.used()) {
			t.Errorf("%s: %v of it is used", row.name, d.used())
		}
	}
}

// TestDiskIsWatched wants one line for each change, and none while nothing changes.
func TestDiskIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said output
		log := slog.New(slog.NewTextHandler(&said, nil))
		fake := &fakeDisk{free: 500, total: 1000}
		d := &disk{limits: usualLimits(t), engine: fake}
		go func() { _ = d.watch(t.Context(), log) }()
		synctest.Wait()
		for _, row := range []struct {
			free uint64
			want []string
		}{
			{500, nil},
			{250, []string{"level=WARN", "75.0 % full", "make room"}},
			{240, nil},
			{150, []string{"level=WARN", "85.0 % full", "no new handoffs"}},
			{30, []string{"level=ERROR", "97.0 % full", "only what specialists write"}},
			{25, nil},
			{600, []string{"level=INFO", "40.0 % full"}},
		} {
			before := len(said.String())
			fake.set(row.free)
			for range 3 {
				time.Sleep(diskPause)
				synctest.Wait()
			}
			news := said.String()[before:]
			if got := strings.Count(news, "\n"); got != min(len(row.want), 1) {
				t.Errorf("with %d free it says %d lines: %s", row.free, got, news)
			}
			for _, words := range row.want {
				if !strings.Contains(news, words) {
					t.Errorf("with %d free it does not say %q: %s", row.free, words, news)
				}
			}
		}
	})
}
