package demo_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/checks/browser"
)

// desk is a page that has nothing but the drawer of cards.
const desk = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css"><link rel="stylesheet" href="/assets/card.css">
<script type="module">import { drawCard } from "/assets/card.js"; import { drawMarkdown } from "/assets/markdown.js";
window.drawMarkdown = drawMarkdown; window.pressed = [];
window.show = (card) => document.body.replaceChildren(drawCard(card, async (action) => { window.pressed.push(action.verb); }));
window.ready = true;</script><body>`

func openDesk(t *testing.T) *tab {
	t.Helper()
	b := newTab(t)
	mux := http.NewServeMux()
	mux.Handle("/assets/", page(t, nil))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(desk))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.open(server.URL, 720, 900)
	b.Wait("the drawer", "window.ready")
	return b
}

// shown collects what a card says by itself: every text that is to be read, and every title that is to be pressed.
const shown = `(() => {
	const said = [], pressable = [];
	const walk = (e) => {
		if (!e || typeof e !== "object" || e.isVisible === false) return;
		if (Array.isArray(e)) return e.forEach(walk);
		if (e.type === "TextRun") said.push(e.text);
		if (e.type === "TextBlock") said.push(e.text.replace(/\\(.)|\*\*/g, (_, c) => c ?? ""));
		if (e.type === "Action.Execute" || e.type === "Action.OpenUrl") pressable.push(e.title);
		for (const [name, child] of Object.entries(e)) if (!["fallback", "selectAction", "card", "refresh"].includes(name)) walk(child);
	};
	walk(window.golden);
	return {said, pressable};
})()`

// TestCardsAreDrawn draws every card that the program is known to send, and looks for all that stands in it.
func TestCardsAreDrawn(t *testing.T) {
	goldens, err := filepath.Glob("../../cards/testdata/*.json")
	if err != nil || len(goldens) == 0 {
		t.Fatalf("there are no cards to draw: %v", err)
	}
	b := openDesk(t)
	for _, golden := range goldens {
		name := strings.TrimSuffix(filepath.Base(golden), ".json")
		t.Run(name, func(t *testing.T) {
			card, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			b := b.For(t)
			b.Script("window.golden = " + string(card) + "; window.show(window.golden)")
			if missing := browser.Eval[string](b, `(() => {
				const text = document.body.textContent.replace(/\s+/g, "");
				return `+shown+`.said.filter((s) => !text.includes(s.replace(/\s+/g, ""))).join(" | ");
			})()`); missing != "" {
				t.Errorf("the drawing lacks: %s", missing)
			}
			if missing := browser.Eval[string](b, `(() => {
				const titles = [...document.querySelectorAll(".action")].map((a) => a.textContent);
				return `+shown+`.pressable.filter((title) => !titles.includes(title)).join(" | ");
			})()`); missing != "" {
				t.Errorf("the drawing lacks the buttons: %s", missing)
			}
			if strange := browser.Eval[string](b, `[...document.body.querySelectorAll("script, iframe, style, object, [onclick], [onerror], a[href^='javascript']")].map((e) => e.outerHTML).join(" | ")`); strange != "" {
				t.Errorf("the drawing has markup of somebody's: %s", strange)
			}
			if wide := browser.Eval[bool](b, "document.documentElement.scrollWidth > innerWidth"); wide {
				t.Error("the drawing is wider than the window")
			}
			b.Shoot("card-" + name)
		})
	}
}

func TestCardIsPressed(t *testing.T) {
	b := openDesk(t)
	b.Script(`window.show({type: "AdaptiveCard", version: "1.5", actions: [
		{type: "Action.Execute", title: "Join", verb: "handoff.join"},
		{type: "Action.Execute", title: "Nothing"},
		{type: "Action.Submit", title: "Old"},
		{type: "Action.OpenUrl", title: "Bad", url: "javascript:alert(1)"},
		{type: "Action.Strange", title: "Strange", fallback: "drop"},
	]})`)
	b.Press("Join", `document.querySelector("[data-verb]")`)
	b.Wait("the press", `window.pressed.length === 1 && window.pressed[0] === "handoff.join"`)
	for what, expression := range map[string]string{
		"a button without a verb rests":      `[...document.querySelectorAll("button")].find((b) => b.textContent === "Nothing").disabled`,
		"a button of the past rests":         `[...document.querySelectorAll("button")].find((b) => b.textContent === "Old").disabled`,
		"an address that is code is no link": `!document.querySelector("a")`,
		"a fallback that says drop drops":    `!document.body.textContent.includes("Strange")`,
	} {
		if !browser.Eval[bool](b.Tab, expression) {
			t.Errorf("not so: %s", what)
		}
	}
}

func TestUnknownElements(t *testing.T) {
	b := openDesk(t)
	b.Script(`window.show({type: "AdaptiveCard", version: "1.5", body: [
		{type: "Carousel", fallback: {type: "TextBlock", text: "instead"}},
		{type: "Donut", fallback: "drop"},
		{type: "Gauge"},
		{type: "constructor"},
		{type: "Image", url: "https://example.com/p.png", altText: "A face"},
		{type: "Container", items: null},
		null,
	]})`)
	got := browser.Eval[string](b.Tab, "document.body.innerText")
	for _, want := range []string{"instead", "(Gauge) is not shown here", "(constructor) is not shown here", "Picture: A face"} {
		if !strings.Contains(got, want) {
			t.Errorf("the drawing lacks %q: %s", want, got)
		}
	}
	if strings.Contains(got, "Donut") {
		t.Errorf("what may be dropped is shown: %s", got)
	}
}

func TestMarkdown(t *testing.T) {
	b := openDesk(t)
	for name, tc := range map[string]struct{ text, want string }{
		"plain":               {"hello", "<p>hello</p>"},
		"bold and italic":     {"**bold** and *slanted* and _so_", "<p><strong>bold</strong> and <em>slanted</em> and <em>so</em></p>"},
		"escaped":             {`\*not\* \<b\> \\`, "<p>*not* &lt;b&gt; \\</p>"},
		"markup is words":     {"<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"},
		"a name with _ in":    {"snake_case_name", "<p>snake_case_name</p>"},
		"a list":              {"- one\n- two\n\nend", "<ul><li>one</li><li>two</li></ul><p>end</p>"},
		"a numbered list":     {"3. three\n4. four", `<ol start="3"><li>three</li><li>four</li></ol>`},
		"a broken line":       {"one\ntwo", "<p>one<br>two</p>"},
		"a link":              {"[here](https://example.com/)", `<p><a href="https://example.com/" target="_blank" rel="noopener noreferrer nofollow">here</a></p>`},
		"a link that is code": {"[here](data:text/html,x)", "<p><span>here</span></p>"},
		"an open mark":        {"2 * 3 ** 4 [x", "<p>2 * 3 ** 4 [x</p>"},
	} {
		t.Run(name, func(t *testing.T) {
			got := browser.Eval[string](b.For(t), "(() => { const e = document.createElement('div'); e.append(...window.drawMarkdown("+quoted(tc.text)+")); return e.innerHTML; })()")
			if got != tc.want {
				t.Errorf("%q is drawn as %s, want %s", tc.text, got, tc.want)
			}
		})
	}
}
