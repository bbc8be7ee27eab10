package browser

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/docket-handoff/docket/checks"
)

// Tab is a tab of a headless Chromium. Its methods fail the test when the page does not do what they want.
type Tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	expected []string
}

// Patience is what a test waits for something to show; whoever waits this long has failed.
const Patience = 20 * time.Second

// New starts a Chromium with a profile of its own, in Lisbon and in British English.
func New(t *testing.T) *Tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(checks.Chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("blink-settings", mouse), chromedp.Env("FONTCONFIG_FILE="+fonts(t)), chromedp.WindowSize(1100, 800),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("the browser does not end: %v", err)
		}
		closeTab()
		stop()
	})
	b := &Tab{T: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context of its first call
		t.Fatalf("the browser does not start: %v", err)
	}
	b.must(chromedp.Listen(ctx, b.hear))
	Call(b, runtime.Enable, cdp.Empty{})
	Call(b, log.Enable, cdp.Empty{})
	Call(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Lisbon"})
	Call(b, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-GB"})
	return b
}

// For is the same tab for a test within the test.
func (b *Tab) For(t *testing.T) *Tab { return &Tab{T: t, ctx: b.ctx} }

// mouse says that there is one, which a browser without a screen would not believe.
const mouse = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

// fonts prefers the fonts that most people's screens have, so that pictures look the same everywhere.
func fonts(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "fonts.conf")
	if err := os.WriteFile(path, []byte(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit></match>
</fontconfig>`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (b *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.Errorf("the page threw: %+v", e.ExceptionDetails)
	case *log.EventEntryAdded:
		b.mu.Lock()
		defer b.mu.Unlock()
		expected := slices.ContainsFunc(b.expected, func(complaint string) bool { return strings.Contains(e.Entry.Text, complaint) })
		if e.Entry.Level == log.EntryLevelError && !expected {
			b.Errorf("the page complained: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

// Expect announces parts of what the page will complain of, such as the status of a form that is shown again. They take the
// place of those that were announced before.
func (b *Tab) Expect(complaints ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = complaints
}

func (b *Tab) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Call sends a command of the DevTools protocol.
func Call[P, R any](b *Tab, cmd cdp.Command[P, R], params P) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, cmd, params)
	b.must(err)
}

// Eval answers what a JavaScript expression, or the promise that it makes, comes to on the page.
func Eval[T any](b *Tab, expression string) T {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, Patience)
	defer done()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// Script runs a JavaScript expression whose value nobody wants.
func (b *Tab) Script(expression string) {
	b.Helper()
	Eval[chromedp.Void](b, expression)
}

// Do does what chromedp can do.
func (b *Tab) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, Patience)
	defer done()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}
