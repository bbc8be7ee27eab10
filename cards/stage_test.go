package cards_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/checks"
	"github.com/docket-handoff/docket/checks/browser"
)

// stage is a browser with a page that holds the official renderer.
type stage struct {
	*browser.Tab
	url string
}

// newStage serves the renderer of the npm package adaptivecards, and the Markdown that it leaves to its host, on loopback.
func newStage(t *testing.T) *stage {
	t.Helper()
	tab := browser.New(t)
	files := http.NewServeMux()
	for path, file := range map[string]string{
		"/adaptivecards.js": filepath.Join(checks.Package(t, checks.Node, "adaptivecards"), "dist", "adaptivecards.js"),
		"/markdown-it.js":   filepath.Join(checks.Package(t, checks.Node, "markdown-it"), "dist", "browser", "markdown-it.umd.min.js"),
	} {
		files.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	files.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, stagePage) })
	server := httptest.NewServer(files)
	t.Cleanup(server.Close)

	tab.Window(720, 1000)
	tab.Go(server.URL)
	return &stage{tab, server.URL}
}

// draw draws a golden card, keeps its picture, and reads it.
func (s *stage) draw(t *testing.T, name string) drawn {
	t.Helper()
	card, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	tab := s.For(t)
	read := browser.Eval[string](tab, fmt.Sprintf("draw(%s)", card))
	tab.ShootPart("official-"+name, "#frame")
	var d drawn
	if err := json.Unmarshal([]byte(strings.TrimSpace(read)), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// stagePage draws a card as a host like Teams does: Markdown on, its own fonts and colours, Execute as a button.
const stagePage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A card</title><link rel="icon" href="data:,">
<script src="/adaptivecards.js"></script><script src="/markdown-it.js"></script>
<style>
body { margin: 0; background: #f5f5f5; font-family: "Segoe UI", "Liberation Sans", sans-serif; }
#frame { width: 620px; padding: 20px; background: #f5f5f5; }
#card { background: #fff; border: 1px solid #e1e1e1; border-radius: 6px; overflow: hidden; }
.ac-pushButton { font: 600 14px "Segoe UI", "Liberation Sans", sans-serif; padding: 6px 14px; border: 1px solid #c7c7c7; border-radius: 4px; background: #fff; color: #242424; }
.ac-pushButton.style-positive { background: #4f52b2; border-color: #4f52b2; color: #fff; }
p { margin: 0; }
</style></head><body><div id="frame"><div id="card"></div></div>
<script>
const { AdaptiveCard, CardElement, HostConfig, SerializationContext, Version } = AdaptiveCards;
CardElement.langProperty.regEx = new RegExp(CardElement.langProperty.regEx.source, "i"); // with its flag g it refuses every second card
const colour = (dark, subtle) => ({ default: dark, subtle });
const foregroundColors = {
  default: colour("#242424", "#616161"), dark: colour("#242424", "#616161"), light: colour("#ffffff", "#e0e0e0"), accent: colour("#4f52b2", "#5b5fc7"),
  good: colour("#92c353", "#92c353"), warning: colour("#f8d22a", "#f8d22a"), attention: colour("#c4314b", "#c4314b") };
const filled = (backgroundColor) => ({ backgroundColor, foregroundColors });
const host = new HostConfig({
  fontFamily: '"Segoe UI", "Liberation Sans", sans-serif',
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: "#e1e1e1" },
  actions: { maxActions: 6, buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left" },
  containerStyles: {
    default: filled("#ffffff"), emphasis: filled("#f9f8f7"), accent: filled("#c7def9"), good: filled("#ccffcc"), warning: filled("#ffe2b2"), attention: filled("#ffc5b2") },
});
AdaptiveCard.onProcessMarkdown = (text, result) => { result.outputHtml = markdownit().render(text); result.didProcess = true; };
function draw(json) {
  const context = new SerializationContext(Version.parse(json.version, new SerializationContext())), card = new AdaptiveCard();
  card.hostConfig = host;
  card.parse(json, context);
  const root = document.querySelector("#card");
  root.replaceChildren(card.render());
  const all = (selector) => [...root.querySelectorAll(selector)];
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getBoundingClientRect().width > 0;
  return JSON.stringify({
    Complaints: Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message).concat(
      card.validateProperties().validationEvents.map((e) => e.message)),
    Lines: all(".ac-textBlock, .ac-richTextBlock").filter(seen).map((node) => node.innerText),
    Buttons: all("button").filter(seen).map((node) => node.innerText),
    Links: all("a[href]").map((node) => node.href),
    Loaded: all("img, script, iframe, object, embed, video, audio, link, style").length,
  });
}
</script></body></html>`
