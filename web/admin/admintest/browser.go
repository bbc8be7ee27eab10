package admintest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/docket-handoff/docket/checks"
	"github.com/docket-handoff/docket/web/admin"
)

// Browser is a tab of a headless Chromium on a site.
type Browser struct {
	*Site
	tab context.Context

	mu       sync.Mutex
	expected string
}

// patience is what a test waits for something to show; whoever waits this long has failed.
const patience = 20 * time.Second

// Browser starts Chromium, or skips the test by name where there is none. What a page complains of on its console fails the test.
func (s *Site) Browser() *Browser {
	s.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(checks.Chromium(s.T)), chromedp.UserDataDir(s.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Env("FONTCONFIG_FILE="+s.fonts()),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, closeTab := chromedp.NewContext(allocator)
	s.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil {
			s.Errorf("the browser does not end: %v", err)
		}
		closeTab()
		stop()
	})
	b := &Browser{Site: s, tab: tab}
	if err := chromedp.Do(tab); err != nil { // the browser lives as long as the context of its first call
		s.Fatalf("the browser does not start: %v", err)
	}
	s.Must(chromedp.Listen(tab, b.hear))
	call(b, runtime.Enable, cdp.Empty{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Lisbon"})
	call(b, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-GB"})
	return b
}

// fonts prefers the fonts that most people's screens have, so that pictures look the same everywhere.
func (s *Site) fonts() string {
	path := filepath.Join(s.TempDir(), "fonts.conf")
	s.Must(os.WriteFile(path, []byte(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit></match>
</fontconfig>`), 0o600))
	return path
}

func (b *Browser) hear(event any) {
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

// Expect announces what the page will complain of, such as the status of a form that is shown again.
func (b *Browser) Expect(complaint string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = complaint
}

// call sends a command of the DevTools protocol.
func call[P, R any](b *Browser, cmd cdp.Command[P, R], params P) {
	b.Helper()
	_, err := chromedp.Call(b.tab, cmd, params)
	b.Must(err)
}

// Eval answers what a JavaScript expression, or the promise that it makes, comes to on the page.
func Eval[T any](b *Browser, expression string) T {
	b.Helper()
	ctx, done := context.WithTimeout(b.tab, patience)
	defer done()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

func (b *Browser) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, done := context.WithTimeout(b.tab, patience)
	defer done()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// SignIn signs the browser in by a one-time link, as a person does.
func (b *Browser) SignIn(role admin.Role) {
	b.Helper()
	link, err := b.Admin.SignInLink(b.Context(), role)
	b.Must(err)
	b.do("open the link", chromedp.Navigate(link))
	b.Wait("the button with the focus", `document.activeElement?.matches("button")`)
	b.Key("Enter")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)
}

// Open opens a page of the site.
func (b *Browser) Open(path string) {
	b.Helper()
	b.do("open "+path, chromedp.Navigate(b.URL+path))
}

// Wait waits until a JavaScript expression is true on the page.
func (b *Browser) Wait(what, expression string) {
	b.Helper()
	ctx, done := context.WithTimeout(b.tab, patience)
	defer done()
	for ctx.Err() == nil { // from outside: the pages allow no script to evaluate another
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && is {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatalf("waited in vain for %s (%s). The page shows:\n%s", what, expression, Eval[string](b, "document.body.innerText"))
}

// See waits until the page shows a text.
func (b *Browser) See(text string) {
	b.Helper()
	b.Wait(fmt.Sprintf("%q", text), fmt.Sprintf("document.body && document.body.innerText.includes(%q)", text))
}

// Click presses what a CSS selector names, with the mouse.
func (b *Browser) Click(selector string) {
	b.Helper()
	b.Wait(selector, fmt.Sprintf("document.querySelector(%q)", selector))
	at := Eval[[]float64](b, fmt.Sprintf(`(() => {
		const node = document.querySelector(%q);
		node.scrollIntoView({block: "center", behavior: "instant"});
		const r = node.getBoundingClientRect();
		return [r.left + r.width / 2, r.top + r.height / 2];
	})()`, selector))
	b.do("press "+selector, chromedp.MouseClickXY(at[0], at[1]))
}

// keys are the numbers of the keys that tests press.
var keys = map[string]int64{
	"Enter": 13, "Tab": 9, " ": 32, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Backspace": 8, "Home": 36, "End": 35,
}

const shift = 8 // the modifier's bit

// Key presses a key by its name, as a keyboard does; "Shift+Tab" goes back.
func (b *Browser) Key(name string) {
	b.Helper()
	var modifiers int64
	if plain, shifted := strings.CutPrefix(name, "Shift+"); shifted {
		name, modifiers = plain, shift
	}
	if keys[name] == 0 {
		b.Fatalf("no test pressed the key %q before; give its number in keys", name)
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		params := input.DispatchKeyEventParams{Type: kind, Key: name, Code: name, WindowsVirtualKeyCode: keys[name], Modifiers: modifiers}
		switch name {
		case "Enter":
			params.Text = "\r"
		case " ":
			params.Text = " "
		}
		call(b, input.DispatchKeyEvent, params)
	}
}

// Type writes a text into what has the focus.
func (b *Browser) Type(text string) {
	b.Helper()
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// TabTo presses Tab until what a CSS selector names has the focus, and fails when it is not in the keyboard's reach or shows no focus.
func (b *Browser) TabTo(selector string) {
	b.Helper()
	for range 120 {
		b.Key("Tab")
		if Eval[bool](b, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", selector)) {
			if !Eval[bool](b, `document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
				b.Errorf("%s does not show that it has the focus", selector)
			}
			return
		}
	}
	b.Fatalf("the keyboard does not reach %s", selector)
}
