package browser

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/docket-handoff/docket/checks"
)

// Scheme sets the colours that the person prefers: light or dark.
func (b *Tab) Scheme(name string) {
	b.Helper()
	Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// Window changes the window's size.
func (b *Tab) Window(width, height int64) {
	b.Helper()
	Call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// Shoot keeps a picture of the window as a PNG, in the folder that DOCKET_SCREENSHOTS names; without one it keeps none.
func (b *Tab) Shoot(name string) {
	b.Helper()
	b.shoot(name, chromedp.CaptureScreenshot())
}

// ShootPage keeps a picture of the whole page, likewise.
func (b *Tab) ShootPage(name string) {
	b.Helper()
	b.shoot(name, chromedp.FullScreenshot(100))
}

// ShootPart keeps a picture of what a CSS selector names, likewise.
func (b *Tab) ShootPart(name, selector string) {
	b.Helper()
	b.shoot(name, chromedp.Screenshot(chromedp.CSS(selector)))
}

func (b *Tab) shoot(name string, how chromedp.Action[[]byte]) {
	b.Helper()
	folder := os.Getenv("DOCKET_SCREENSHOTS")
	if folder == "" {
		return
	}
	b.Do("put the mouse aside", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0))
	b.Script(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
		Promise.allSettled(document.getAnimations().map((a) => a.finished)).then(() => done()))))`)
	png, err := chromedp.Run(b.ctx, how)
	b.must(err)
	b.must(os.MkdirAll(folder, 0o755))
	b.must(os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
}

// Axe runs axe-core (https://github.com/dequelabs/axe-core) on the page that is open and lists what it finds; empty is good. It skips
// the test by name where the npm packages of checks/ are not installed.
func (b *Tab) Axe() string {
	b.Helper()
	source, err := os.ReadFile(filepath.Join(checks.Package(b.T, checks.Node, "axe-core"), "axe.min.js"))
	b.must(err)
	if !Eval[bool](b, `typeof axe === "object"`) {
		b.Script("(() => {" + string(source) + "})()")
	}
	lines := Eval[[]string](b, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.flatMap((v) =>
		v.nodes.map((n) => v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " "))))`)
	return strings.Join(lines, "\n")
}
