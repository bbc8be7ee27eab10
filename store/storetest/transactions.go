package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/store"
)

var transactionChecks = []check{
	{"an error undoes everything", checkError},
	{"a panic undoes everything, and the engine lives", checkPanic},
	{"an error's company is not harmed", checkCompany},
	{"a view cannot write", checkReadOnly},
	{"a view sees one picture", checkOnePicture},
	{"an update is seen when it has returned", checkSeenAtOnce},
	{"counters never lose a count", checkCounters},
	{"two rows never disagree", checkTwoRows},
	{"who writes first is decided once", checkRace},
}

var errWanted = errors.New("wanted by the check")

func checkError(_ *testing.T, b bench) {
	b.put("a", "1", "b", "2")
	err := b.engine.Update(b.Context(), func(tx store.Tx) error {
		return errors.Join(putAll(tx, "a", "changed", "c", "new"), tx.Delete("b"), errWanted)
	})
	b.refuses(err, errWanted)
	b.want("a", "1", "b", "2", "c", missing)

	err = b.engine.View(b.Context(), func(store.Tx) error { return errWanted })
	b.refuses(err, errWanted)
}

func checkPanic(_ *testing.T, b bench) {
	b.put("a", "1")
	for name, transact := range map[string]func(func(store.Tx) error) error{
		"Update": func(fn func(store.Tx) error) error { return b.engine.Update(b.Context(), fn) },
		"View":   func(fn func(store.Tx) error) error { return b.engine.View(b.Context(), fn) },
	} {
		func() {
			defer func() {
				if r := recover(); r != errWanted {
					b.Errorf("%s: the caller recovers %v, want the function's own panic", name, r)
				}
			}()
			err := transact(func(tx store.Tx) error {
				if err := tx.Put("a", []byte("changed")); err != nil && name == "Update" {
					b.Errorf("Put: %v", err)
				}
				panic(errWanted)
			})
			b.Errorf("%s returned %v", name, err)
		}()
		b.want("a", "1")
	}
	b.put("a", "2")
	b.want("a", "2")
}

// checkCompany mixes good functions with bad ones: engines that commit several callers together must keep them apart.
func checkCompany(_ *testing.T, b bench) {
	const callers, rounds = 8, 20
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for round := range rounds {
				key := fmt.Sprintf("%d/%d", caller, round)
				bad := (caller+round)%3 == 0
				err := b.engine.Update(b.Context(), func(tx store.Tx) error {
					if err := putAll(tx, key, "kept"); err != nil {
						return err
					}
					if bad {
						return errWanted
					}
					return nil
				})
				if bad != errors.Is(err, errWanted) || !bad && err != nil {
					b.Errorf("%s: got the error %v", key, err)
				}
			}
		})
	}
	group.Wait()
	for caller := range callers {
		for round := range rounds {
			want := "kept"
			if (caller+round)%3 == 0 {
				want = missing
			}
			b.want(fmt.Sprintf("%d/%d", caller, round), want)
		}
	}
}

func checkReadOnly(_ *testing.T, b bench) {
	b.put("a", "1")
	b.view(func(tx store.Tx) error {
		b.refuses(tx.Put("a", []byte("2")), store.ErrReadOnly)
		b.refuses(tx.Put("b", nil), store.ErrReadOnly)
		b.refuses(tx.Delete("a"), store.ErrReadOnly)
		return nil
	})
	b.want("a", "1", "b", missing)
}

// checkOnePicture holds a view open while others commit.
func checkOnePicture(t *testing.T, b bench) {
	b.put("a", "1", "b", "1")
	b.view(func(tx store.Tx) error {
		for round := 2; round < 5; round++ {
			committed := make(chan error, 1)
			go func() {
				value := strconv.Itoa(round)
				committed <- b.engine.Update(b.Context(), func(tx store.Tx) error { return putAll(tx, "a", value, "b", value, "c", value) })
			}()
			if err := wait(t, committed); err != nil {
				return err
			}
			for key, want := range map[string]string{"a": "1", "b": "1", "c": missing} {
				if got, err := read(tx, key); err != nil || got != want {
					b.Errorf("round %d: the open view reads %s = %q, %v; want %q", round, key, got, err, want)
				}
			}
			if got := keys(tx, "", ""); len(got) != 2 {
				b.Errorf("round %d: the open view scans %q", round, got)
			}
		}
		return nil
	})
	b.want("a", "4", "b", "4", "c", "4")
}

func checkSeenAtOnce(_ *testing.T, b bench) {
	var group sync.WaitGroup
	for writer := range 8 {
		group.Go(func() {
			for round := range 20 {
				key, value := fmt.Sprintf("own/%d", writer), strconv.Itoa(round)
				b.put(key, value)
				b.want(key, value)
			}
		})
	}
	group.Wait()
}

func increment(tx store.Tx, key string) (int, error) {
	value, err := read(tx, key)
	if err != nil {
		return 0, err
	}
	n := 0
	if value != missing {
		if n, err = strconv.Atoi(value); err != nil {
			return 0, err
		}
	}
	n++
	return n, tx.Put(key, []byte(strconv.Itoa(n)))
}

func checkCounters(_ *testing.T, b bench) {
	const writers, rounds = 16, 25
	given := make([][]int, writers)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for range rounds {
				var n int
				b.update(func(tx store.Tx) (err error) {
					n, err = increment(tx, "counter")
					return err
				})
				given[writer] = append(given[writer], n)
			}
		})
	}
	group.Wait()
	b.want("counter", strconv.Itoa(writers*rounds))
	seen := map[int]bool{}
	for writer, numbers := range given {
		for i, n := range numbers {
			if seen[n] {
				b.Errorf("%d was given twice", n)
			}
			if i > 0 && n <= numbers[i-1] {
				b.Errorf("writer %d got %d after %d", writer, n, numbers[i-1])
			}
			seen[n] = true
		}
	}
}

// checkTwoRows moves amounts between two rows while others read: every picture has the same sum.
func checkTwoRows(_ *testing.T, b bench) {
	const sum = 1000
	b.put("left", strconv.Itoa(sum), "right", "0")
	both := func(tx store.Tx) (left, right int, err error) {
		l, errL := read(tx, "left")
		r, errR := read(tx, "right")
		left, _ = strconv.Atoi(l)
		right, _ = strconv.Atoi(r)
		return left, right, errors.Join(errL, errR)
	}
	var group sync.WaitGroup
	for mover := range 4 {
		group.Go(func() {
			for round := range 25 {
				b.update(func(tx store.Tx) error {
					left, right, err := both(tx)
					if err != nil {
						return err
					}
					amount := mover*7 + round
					return putAll(tx, "left", strconv.Itoa(left-amount), "right", strconv.Itoa(right+amount))
				})
			}
		})
		group.Go(func() {
			for range 100 {
				b.view(func(tx store.Tx) error {
					left, right, err := both(tx)
					if left+right != sum {
						b.Errorf("%d and %d make %d", left, right, left+right)
					}
					return err
				})
			}
		})
	}
	group.Wait()
}

func checkRace(_ *testing.T, b bench) {
	for round := range 10 {
		key := fmt.Sprintf("claim/%d", round)
		winners := make(chan int, 16)
		var group sync.WaitGroup
		for claimant := range 16 {
			group.Go(func() {
				won := false
				b.update(func(tx store.Tx) error {
					value, err := read(tx, key)
					if won = value == missing; won {
						return putAll(tx, key, strconv.Itoa(claimant))
					}
					return err
				})
				if won {
					winners <- claimant
				}
			})
		}
		group.Wait()
		if len(winners) != 1 {
			b.Fatalf("%d claimants believe that they won", len(winners))
		}
		b.want(key, strconv.Itoa(<-winners))
	}
}
