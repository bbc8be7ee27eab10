package demo_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func baseContext(ctx context.Context) func(net.Listener) context.Context {
	return func(net.Listener) context.Context { return ctx }
}

// browser is a tab of a headless Chromium.
type browser struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	expected string // what the page may complain of
}

// patience is what a test waits for something to show; whoever waits this long has failed.
const patience = 20 * time.Second

// newBrowser starts Chromium with a profile of its own. What a page complains of on its console fails the test.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := chromium()
	if path == "" && strings.Contains(os.Getenv("DOCKET_TEST_REQUIRE"), "browser") {
		t.Fatal("needs Chromium, and DOCKET_TEST_REQUIRE wants nothing skipped")
	}
	if path == "" {
		t.Skip("needs Chromium: install it, or name it in CHROMIUM")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("blink-settings", mouse), chromedp.Env("FONTCONFIG_FILE="+fonts(t)),
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
	b := &browser{T: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context of its first call
		t.Fatalf("the browser does not start: %v", err)
	}
	b.must(chromedp.Listen(ctx, b.hear))
	call(b, runtime.Enable, cdp.Empty{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Lisbon"})
	call(b, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-GB"})
	return b
}

// mouse says that there is one, which a browser without a screen would not believe.
const mouse = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

// fonts prefers the fonts that most people's screens have, so that pictures look the same everywhere.
func fonts(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "fonts.conf")
	err := os.WriteFile(path, []byte(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit></match>
</fontconfig>`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (b *browser) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.Errorf("the page threw: %+v", e.ExceptionDetails)
	case *log.EventEntryAdded:
		b.mu.Lock()
		defer b.mu.Unlock()
		if e.Entry.Level == log.EntryLevelError && (b.expected == "" || !strings.Contains(e.Entry.Text, b.expected)) {
			b.Errorf("the page complained: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

// expect announces what the page will complain of.
func (b *browser) expect(complaint string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = complaint
}

// call sends a command of the DevTools protocol.
func call[P, R any](b *browser, cmd cdp.Command[P, R], params P) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, cmd, params)
	b.must(err)
}

// eval answers what an expression, or the promise that it makes, comes to.
func eval[T any](b *browser, what, expression string) T {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
	return value
}

func chromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

func (b *browser) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *browser) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// open opens a page in a window of this size.
func (b *browser) open(url string, width, height int64) {
	b.Helper()
	b.window(width, height)
	b.do("open "+url, chromedp.Navigate(url))
}

// wait waits until a JavaScript expression is true on the page.
func (b *browser) wait(what, expression string) {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(25*time.Millisecond), chromedp.WithPollingTimeout(0)))
	if err != nil {
		b.shoot("failed")
		b.Fatalf("waited in vain for %s: %v", what, err)
	}
}

// press clicks the element that an expression names, with the mouse, where a person would see it.
func (b *browser) press(what, expression string) {
	b.Helper()
	b.wait(what, expression)
	at := eval[[]float64](b, "find "+what, `(() => {
		const node = `+expression+`, frame = node.ownerDocument.defaultView.frameElement;
		node.scrollIntoView({block: "nearest"});
		const r = node.getBoundingClientRect(), f = frame ? frame.getBoundingClientRect() : {left: 0, top: 0};
		return [f.left + r.left + r.width / 2, f.top + r.top + r.height / 2];
	})()`)
	b.do("press "+what, chromedp.MouseClickXY(at[0], at[1]))
}

// write types a text into the field that an expression names and ends it with Enter.
func (b *browser) write(field, text string) {
	b.Helper()
	b.wait("a field to write into", field)
	eval[chromedp.Void](b, "focus", "("+field+").focus()")
	call(b, input.InsertText, input.InsertTextParams{Text: text})
	b.key("Enter", 13)
}

// key presses a key by its name and number, once, as a keyboard does.
func (b *browser) key(name string, number int64) {
	b.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		params := input.DispatchKeyEventParams{Type: kind, Key: name, Code: name, WindowsVirtualKeyCode: number}
		if name == "Enter" {
			params.Text = "\r"
		}
		call(b, input.DispatchKeyEvent, params)
	}
}

// scheme sets the colours that the person prefers: light or dark.
func (b *browser) scheme(name string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// window changes the window's size.
func (b *browser) window(width, height int64) {
	b.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// shoot keeps a picture of the window as a PNG, in the folder that DOCKET_SCREENSHOTS names or in build/screenshots.
func (b *browser) shoot(name string) {
	b.Helper()
	folder := os.Getenv("DOCKET_SCREENSHOTS")
	if folder == "" {
		folder = filepath.Join("..", "..", "build", "screenshots")
	}
	b.do("put the mouse aside", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0))
	eval[chromedp.Void](b, "settle", `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
		Promise.allSettled(document.getAnimations().map((a) => a.finished)).then(() => done()))))`)
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.MkdirAll(folder, 0o755))
	b.must(os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
}

// quoted writes a text as a JavaScript string.
func quoted(text string) string { return fmt.Sprintf("%q", text) }
