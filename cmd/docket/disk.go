package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// diskLimits are how full the disk under the store may be, in percent.
type diskLimits struct {
	warn        float64 // from here on the log says so
	talk        float64 // no new handoff begins
	specialists float64 // only what specialists write, and what removes
}

const usualPercents = "75,85,97"

// parseDiskLimits reads three percentages that do not fall, like 75,85,97.
func parseDiskLimits(text string) (diskLimits, error) {
	var percents []float64
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil || !(n > 0 && n <= 100) {
			return diskLimits{}, fmt.Errorf("%q is no percentage; write three of them, like %s", field, usualPercents)
		}
		percents = append(percents, n)
	}
	if len(percents) != 3 || !slices.IsSorted(percents) {
		return diskLimits{}, fmt.Errorf("%q: write three percentages, none smaller than the one before, like %s", text, usualPercents)
	}
	return diskLimits{percents[0], percents[1], percents[2]}, nil
}

// room says what a disk that is so full has room for. A disk that cannot be asked is not held to be full.
func (l diskLimits) room(used float64) handoff.Room {
	switch percent := used * 100; {
	case percent >= l.specialists:
		return handoff.RoomForSpecialists
	case percent >= l.talk:
		return handoff.RoomForTalk
	}
	return handoff.RoomForAll
}

// disk is the one under the store. It is asked each time: that costs about as much as reading the clock.
type disk struct {
	limits diskLimits
	engine interface {
		Disk() (free, total uint64, err error)
	}
}

// used is from 0 to 1, and NaN when nobody can tell.
func (d *disk) used() float64 {
	free, total, err := d.engine.Disk()
	if err != nil || total == 0 {
		return math.NaN()
	}
	return 1 - float64(free)/float64(total)
}

// room is the desk's.
func (d *disk) room() handoff.Room { return d.limits.room(d.used()) }

// ready refuses traffic that there is no room for.
func (d *disk) ready(context.Context) error {
	if d.room() < handoff.RoomForSpecialists {
		return nil
	}
	return &handoff.Error{Code: handoff.CodeDiskFull, Msg: "the disk under the store is full", Err: errors.New(d.says())}
}

func (d *disk) says() string { return fmt.Sprintf("the store's disk is %.1f %% full", d.used()*100) }

const diskPause = 10 * time.Second // between two looks

// watch says in the log when the disk gets full, and when it is no more.
func (d *disk) watch(ctx context.Context, log *slog.Logger) error {
	type level struct {
		warn bool
		room handoff.Room
	}
	var last level
	for {
		now := level{d.used()*100 >= d.limits.warn, d.room()}
		if now != last {
			log.Log(ctx, d.gravity(now.room, now.warn), d.says()+consequence[now.room], "setting", "DOCKET_DISK_PERCENTS")
		}
		last = now
		select {
		case <-time.After(diskPause):
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *disk) gravity(room handoff.Room, warn bool) slog.Level {
	switch {
	case room == handoff.RoomForSpecialists:
		return slog.LevelError
	case warn:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// consequence is what follows from what there is room for.
var consequence = map[handoff.Room]string{
	handoff.RoomForAll:         "; make room before it is full",
	handoff.RoomForTalk:        "; no new handoffs begin until there is room",
	handoff.RoomForSpecialists: "; only what specialists write and what removes is taken until there is room",
}
