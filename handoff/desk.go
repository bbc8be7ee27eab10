package handoff

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/docket-handoff/docket/store"
)

// MaxText is the longest line, in characters.
const MaxText = 4000

// Config is what a Desk needs beside its store.
type Config struct {
	App       string     // the product's display name; "Docket" when empty
	Platforms []Platform // where specialists are

	// Brief writes the summary and the open loops of a handoff that came without. It is pure.
	Brief func([]Message) Brief
	// Close says which of the open loops were settled by what was said after the handoff began. It is pure.
	Close func(loops []Point, after []Message) Closing

	Limits Limits // how much may be under way

	// Heartbeat is how often the desk notes that it is alive; 6 s when 0. When three notes in a row are missing, it was away.
	Heartbeat time.Duration

	Room  func() Room      // what the disk has room for; RoomForAll when nil
	Clock func() time.Time // time.Now when nil
	Rand  func() float64   // spreads retries: numbers from 0 to below 1; rand.Float64 when nil
	Log   *slog.Logger     // discards when nil
}

// Desk is where everybody meets: visitors, agents and specialists speak to it, and it keeps the conversations. Its methods
// are safe for concurrent use. Errors that a caller may show are *Error; anything else is the operator's.
type Desk struct {
	engine    store.Engine
	app       string
	platforms map[string]Platform
	brief     func([]Message) Brief
	closing   func([]Point, []Message) Closing
	limits    Limits
	heartbeat time.Duration
	disk      func() Room
	now       func() time.Time
	chance    func() float64
	log       *slog.Logger
	paces     paces
	seen      seen
	typists   typists

	// sleep is how everything that lives here waits, so that whoever owns the time can take its steps one by one.
	sleep func(ctx context.Context, wake <-chan struct{}, pause time.Duration) error

	// ticks is a clock that nobody sets. It says how long this desk has been there.
	ticks func() time.Duration
}

// NewDesk makes a desk on an open store. It starts nothing: see Run.
func NewDesk(engine store.Engine, cfg Config) *Desk {
	began := time.Now()
	d := &Desk{
		ticks:  func() time.Duration { return time.Since(began) },
		engine: engine, app: cfg.App, platforms: map[string]Platform{},
		brief: cfg.Brief, closing: cfg.Close, disk: cfg.Room, now: cfg.Clock, chance: cfg.Rand, log: cfg.Log, sleep: sleep,
		limits: cfg.Limits.orDefaults(), heartbeat: cmp.Or(cfg.Heartbeat, defaultHeartbeat),
	}
	for _, p := range cfg.Platforms {
		d.platforms[p.Name()] = p
	}
	if d.app == "" {
		d.app = "Docket"
	}
	if d.brief == nil {
		d.brief = func([]Message) Brief { return Brief{} }
	}
	if d.closing == nil {
		d.closing = func(loops []Point, _ []Message) Closing { return Closing{Open: loops} }
	}
	if d.disk == nil {
		d.disk = func() Room { return RoomForAll }
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.chance == nil {
		d.chance = mathrand.Float64
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

// Run carries the posts of all lanes, minds the clock, and notes that it is alive. It blocks until ctx ends, or somebody closes the store, and posts
// in flight are done; neither is an error. One Run serves all callers, and a second one would post twice.
func (d *Desk) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.runLanes(ctx) })
	group.Go(func() error { return d.runClock(ctx) })
	group.Go(func() error { return d.runHeart(ctx) })
	group.Go(func() error {
		d.complain("list older handoffs", d.catchUp(ctx))
		return nil
	})
	err := group.Wait()
	if errors.Is(err, context.Canceled) || errors.Is(err, store.ErrClosed) {
		return nil
	}
	return err
}

// Ready says whether the store can be written now.
func (d *Desk) Ready(ctx context.Context) error {
	return d.update(ctx, func(tx store.Tx) error { return tx.Put("meta/ready", nil) })
}

// Epoch names the life of this store: it is written when the store is made and changes when a backup is restored, so that
// a reader can tell that its place belongs to another life.
func (d *Desk) Epoch(ctx context.Context) (string, error) {
	var epoch string
	read := func(tx store.Tx) (found bool, err error) {
		epoch, found, err = store.Get[string](tx, epochRow)
		return found, err
	}
	err := d.view(ctx, func(tx store.Tx) error {
		_, err := read(tx)
		return err
	})
	if err != nil || epoch != "" {
		return epoch, err
	}
	fresh := rand.Text()[:10]
	err = d.update(ctx, func(tx store.Tx) error {
		if found, err := read(tx); err != nil || found {
			return err
		}
		epoch = fresh
		return store.Put(tx, epochRow, epoch)
	})
	return epoch, err
}

// view and update give the store's errors the code that callers know.
func (d *Desk) view(ctx context.Context, fn func(store.Tx) error) error {
	return named(d.engine.View(ctx, fn))
}

func (d *Desk) update(ctx context.Context, fn func(store.Tx) error) error {
	return named(d.engine.Update(ctx, fn))
}

func named(err error) error {
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrClosed) {
		return &Error{Code: CodeStore, Msg: "the store cannot be written right now; nothing was lost, please try again", RetryAfter: 5 * time.Second, Err: err}
	}
	return err
}

// newID makes an id that sorts by the time it was made.
func newID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

func tooLong(text string) error {
	if n := len([]rune(text)); n > MaxText {
		return refuse(CodeTooLong, fmt.Sprintf("a message has at most %d characters; this one has %d", MaxText, n))
	}
	return nil
}
