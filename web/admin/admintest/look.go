package admintest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/docket-handoff/docket/checks"
)

// Scheme sets the colours that the person prefers: light or dark.
func (b *Browser) Scheme(name string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// Window changes the window's size.
func (b *Browser) Window(width, height int64) {
	b.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// Shoot keeps a picture of the whole page as a PNG, in the folder that DOCKET_SCREENSHOTS names; without one it keeps none.
func (b *Browser) Shoot(name string) {
	b.Helper()
	folder := os.Getenv("DOCKET_SCREENSHOTS")
	if folder == "" {
		return
	}
	b.do("put the mouse aside", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0))
	Eval[chromedp.Void](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))`)
	png, err := chromedp.Run(b.tab, chromedp.FullScreenshot(100))
	b.Must(err)
	b.Must(os.MkdirAll(folder, 0o755))
	b.Must(os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
}

// Judge looks at the page that is open as a person with a phone, with a wide screen, in the light and in the dark, and with what helps
// those who cannot see: nothing may stick out to the side, and axe may find nothing. It keeps pictures under the name.
func (b *Browser) Judge(name string) {
	b.Helper()
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.Window(width, 800)
			b.Scheme(scheme)
			where := fmt.Sprintf("%s-%d-%s", name, width, scheme)
			b.Shoot(where)
			if wide := Eval[int](b, "document.documentElement.scrollWidth"); wide > int(width) {
				b.Errorf("%s is %d wide", where, wide)
			}
			if findings := b.Axe(); findings != "" {
				b.Errorf("%s: axe finds\n%s", where, findings)
			}
		}
	}
}

// Axe runs axe-core (https://github.com/dequelabs/axe-core) on the page that is open and lists what it finds; empty is good. It skips
// the test by name where the npm packages of checks/ are not installed.
func (b *Browser) Axe() string {
	b.Helper()
	source, err := os.ReadFile(filepath.Join(checks.Package(b.T, checks.Node, "axe-core"), "axe.min.js"))
	b.Must(err)
	if !Eval[bool](b, `typeof axe === "object"`) {
		Eval[chromedp.Void](b, "(() => {"+string(source)+"})()")
	}
	lines := Eval[[]string](b, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.flatMap((v) =>
		v.nodes.map((n) => v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " "))))`)
	return strings.Join(lines, "\n")
}
