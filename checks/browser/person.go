package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Go opens a page.
func (b *Tab) Go(url string) {
	b.Helper()
	b.Do("open "+url, chromedp.Navigate(url))
}

// Wait waits until a JavaScript expression is true on the page.
func (b *Tab) Wait(what, expression string) {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, Patience)
	defer done()
	for ctx.Err() == nil { // from outside: some pages allow no script to evaluate another
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && is {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Shoot("failed")
	b.Fatalf("waited in vain for %s (%s). The page shows:\n%s", what, expression, Eval[string](b, "document.body.innerText"))
}

// See waits until the page shows a text.
func (b *Tab) See(text string) {
	b.Helper()
	b.Wait(fmt.Sprintf("%q", text), fmt.Sprintf("document.body && document.body.innerText.includes(%q)", text))
}

// Click presses what a CSS selector names, with the mouse.
func (b *Tab) Click(selector string) {
	b.Helper()
	b.Press(selector, fmt.Sprintf("document.querySelector(%q)", selector))
}

// Press presses the element that a JavaScript expression names, with the mouse, where a person would see it. The page is moved no
// further than it must be: one that follows its news moves by itself.
func (b *Tab) Press(what, expression string) {
	b.Helper()
	b.Wait(what, expression)
	at := Eval[[]float64](b, `(() => {
		const node = `+expression+`, frame = node.ownerDocument.defaultView.frameElement;
		const middle = () => { const r = node.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; };
		node.scrollIntoView({block: "nearest", behavior: "instant"});
		if (!node.contains(node.getRootNode().elementFromPoint(...middle()))) node.scrollIntoView({block: "center", behavior: "instant"});
		const [x, y] = middle(), f = frame ? frame.getBoundingClientRect() : {left: 0, top: 0};
		return [f.left + x, f.top + y];
	})()`)
	b.Do("press "+what, chromedp.MouseClickXY(at[0], at[1]))
}

// keys are the numbers of the keys that tests press.
var keys = map[string]int64{
	"Enter": 13, "Tab": 9, " ": 32, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Backspace": 8, "Home": 36, "End": 35,
}

const shift = 8 // the modifier's bit

// Key presses a key by its name, as a keyboard does; "Shift+Tab" goes back.
func (b *Tab) Key(name string) {
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
		Call(b, input.DispatchKeyEvent, params)
	}
}

// Type writes a text into what has the focus.
func (b *Tab) Type(text string) {
	b.Helper()
	Call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// TabTo presses Tab until what a CSS selector names has the focus, and fails when it is not in the keyboard's reach or shows no focus.
func (b *Tab) TabTo(selector string) {
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
