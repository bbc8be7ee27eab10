package admintest

import (
	"fmt"
	"testing"

	"github.com/docket-handoff/docket/checks/browser"
	"github.com/docket-handoff/docket/web/admin"
)

// Browser is a tab of a headless Chromium on a site.
type Browser struct {
	*testing.T
	*Site
	*browser.Tab
}

// Browser starts Chromium, or skips the test by name where there is none. What a page complains of on its console fails the test.
func (s *Site) Browser() *Browser {
	s.Helper()
	return &Browser{T: s.T, Site: s, Tab: browser.New(s.T)}
}

// Eval answers what a JavaScript expression, or the promise that it makes, comes to on the page.
func Eval[T any](b *Browser, expression string) T {
	b.Helper()
	return browser.Eval[T](b.Tab, expression)
}

// SignIn signs the browser in by a one-time link, as a person does.
func (b *Browser) SignIn(role admin.Role) {
	b.Helper()
	link, err := b.Admin.SignInLink(b.Context(), role)
	b.Must(err)
	b.Go(link)
	b.Wait("the button with the focus", `document.activeElement?.matches("button")`)
	b.Key("Enter")
	b.Wait("a page behind the sign-in", `document.body.classList.contains("signed-in")`)
}

// Open opens a page of the site.
func (b *Browser) Open(path string) {
	b.Helper()
	b.Go(b.URL + path)
}

// Judge looks at the page that is open as a person with a phone, with a wide screen, in the light and in the dark, and with what helps
// those who cannot see: nothing may stick out to the side, and axe may find nothing. It keeps pictures under the name.
func (b *Browser) Judge(name string) {
	b.Helper()
	for _, width := range widths {
		for _, scheme := range []string{"light", "dark"} {
			b.Scheme(scheme)
			where := fmt.Sprintf("%s-%d-%s", name, width, scheme)
			b.fits(where, width)
			if findings := b.Axe(); findings != "" {
				b.Errorf("%s: axe finds\n%s", where, findings)
			}
		}
	}
}

var widths = []int64{360, 1280} // of a phone and of a wide screen

// Fits looks at the page that is open on a phone and on a wide screen: nothing may stick out to the side. It keeps pictures under the name.
func (b *Browser) Fits(name string) {
	b.Helper()
	for _, width := range widths {
		b.fits(fmt.Sprintf("%s-%d", name, width), width)
	}
}

func (b *Browser) fits(where string, width int64) {
	b.Helper()
	b.Window(width, 800)
	b.ShootPage(where)
	if wide := Eval[int](b, "document.documentElement.scrollWidth"); wide > int(width) {
		b.Errorf("%s is %d wide", where, wide)
	}
	if out := Eval[[]string](b, sticksOut); len(out) > 0 {
		b.Errorf("%s: out of its box sticks %q", where, out)
	}
}

// sticksOut lists the texts of a card, a note or a line that go beyond its edge.
const sticksOut = `[...document.querySelectorAll("main :is(.card, .note, .flash, .error, .errors, .empty, .line, .said li, table.stack)")]
	.filter((e) => e.scrollWidth > e.clientWidth + 1 && e.checkVisibility()).map((e) => e.className + ": " + e.innerText.slice(0, 80))`
