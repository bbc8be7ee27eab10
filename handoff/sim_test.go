package handoff

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// The simulation plays schedules of faults against the desk's real code and holds what happens against its promises. What
// lives on in a desk is taken step by step in one goroutine, so that a schedule that breaks a promise breaks it again.
//
//	DOCKET_TEST_SCHEDULES=1000000 go test ./handoff -run TestSimulation -timeout 0
//	go test ./handoff -run TestSeeds -v -sim.tell=testdata/seeds/I4-….txt

const (
	simDefault = 2000
	simShort   = 500  // with -short, and under the race detector, which finds nothing in one goroutine
	simEnough  = 5000 // from so many on everything must have been met
)

var simTell = flag.String("sim.tell", "", "a schedule to tell step by step: a file, or the number of a fresh one")

var noContext = context.Background()

// simulate runs a schedule. The result is what was met, the schedule as it was drawn, and the promise that was broken.
func simulate(dice simDice, told *strings.Builder) (met map[string]int, s simSchedule, broken string) {
	w := &simWorld{told: told}
	defer func() {
		r := recover()
		if _, is := r.(simBroken); r != nil && !is {
			panic(r)
		}
		met, s, broken = w.met, w.steps, w.promise
		w.dismissAll()
	}()
	w.open(dice)
	w.play()
	return met, s, broken
}

// tell plays a schedule once more and says what happened.
func tell(s simSchedule) string {
	var told strings.Builder
	_, _, broken := simulate(replay(s), &told)
	return renamed(told.String() + "\n" + broken)
}

var randomID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}`)

// renamed calls ids, which no two runs share, by the order in which they come.
func renamed(story string) string {
	names := map[string]string{}
	return randomID.ReplaceAllStringFunc(story, func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprint("#", len(names)+1)
		}
		return names[id]
	})
}

func simCount(t *testing.T) uint64 {
	if set := os.Getenv("DOCKET_TEST_SCHEDULES"); set != "" {
		n, err := strconv.ParseUint(set, 10, 64)
		if err != nil {
			t.Fatalf("DOCKET_TEST_SCHEDULES: %v", err)
		}
		return n
	}
	if testing.Short() || raceEnabled {
		t.Logf("only %d schedules, not %d: -short, or the race detector", simShort, simDefault)
		return simShort
	}
	return simDefault
}

// TestSimulation plays fresh schedules. One that breaks a promise is made small and kept.
func TestSimulation(t *testing.T) {
	t.Parallel()
	n := simCount(t)
	var next, done, broken atomic.Uint64
	var mu sync.Mutex
	met := map[string]int{}
	var players sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		players.Go(func() {
			for seed := next.Add(1) - 1; seed < n && broken.Load() < 3; seed = next.Add(1) - 1 {
				m, s, promise := simulate(freshDice(seed), nil)
				if n := done.Add(1); n%2000 == 0 {
					t.Logf("%d schedules", n)
				}
				mu.Lock()
				for what, times := range m {
					met[what] += times
				}
				mu.Unlock()
				if promise != "" {
					broken.Add(1)
					keepSeed(t, seed, s, promise)
				}
			}
		})
	}
	players.Wait()
	t.Logf("%d schedules, %d broke a promise; met in them:\n%s", done.Load(), broken.Load(), countsOf(met))
	if n < simEnough || broken.Load() > 0 {
		return
	}
	for _, what := range everythingToMeet() {
		if met[what] == 0 {
			t.Errorf("never met: %s", what)
		}
	}
}

// keepSeed makes a schedule small and writes it where TestSeeds finds it.
func keepSeed(t *testing.T, seed uint64, s simSchedule, promise string) {
	s = shrink(s, kindOf(promise))
	_, _, promise = simulate(replay(s), nil)
	file, err := s.save(promise)
	if err != nil {
		t.Error(err)
	}
	story := strings.Split(tell(s), "\n")
	t.Errorf("schedule %d breaks a promise: %s\nmade small, it is in %s, and ends so:\n%s",
		seed, promise, file, strings.Join(story[max(0, len(story)-60):], "\n"))
}

func everythingToMeet() []string {
	all := append(slices.Clone(simPoints), simOtherFaults...)
	for _, f := range simCallFaults {
		all = append(all, f.name)
	}
	return all
}

func countsOf(met map[string]int) string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(met)) {
		fmt.Fprintf(&b, "%8d  %s\n", met[what], what)
	}
	return b.String()
}

// TestSeeds plays the schedules that once broke a promise.
func TestSeeds(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(seedsAt, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d seeds: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := loadSchedule(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, broken := simulate(replay(s), nil); broken != "" {
				t.Errorf("%s\n%s", broken, tell(s))
			}
		})
	}
}

// TestTellSchedule tells what happens in the schedule that -sim.tell names.
func TestTellSchedule(t *testing.T) {
	if *simTell == "" {
		return
	}
	s, err := loadSchedule(*simTell)
	if seed, number := strconv.ParseUint(*simTell, 10, 64); number == nil {
		_, s, _ = simulate(freshDice(seed), nil)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Log(tell(s))
}

// TestSchedulesAreRepeatable: the same schedule is the same story, drawn fresh or replayed, and also when written and read.
func TestSchedulesAreRepeatable(t *testing.T) {
	for seed := range uint64(40) {
		var fresh strings.Builder
		_, s, broken := simulate(freshDice(seed), &fresh)
		read, err := parseSchedule("# a remark\n" + s.String())
		if err != nil {
			t.Fatal(err)
		}
		if again := tell(read); again != renamed(fresh.String()+"\n"+broken) {
			t.Fatalf("schedule %d:\n%s\nand again:\n%s", seed, fresh.String(), again)
		}
	}
}
