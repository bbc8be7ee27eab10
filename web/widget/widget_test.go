package widget_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/checks/browser"
	"github.com/docket-handoff/docket/handoff"
)

func TestFromTheFirstLineToTheRating(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.see("the greeting", `texts.length == 1 && texts[0].startsWith("Hello, I'm Acme Assistant")`)
	if js[bool](s, `!!JSON.parse(localStorage["docket:`+s.api.URL+`:marketing"]).id`) {
		t.Error("a conversation was begun before anybody wrote")
	}
	s.write("Do you integrate with HubSpot?")
	s.see("the line as sent", `messages.at(-1).dataset.state == "Sent" && messages.at(-1).dataset.seq == 1`)
	talk := s.talk()
	s.agentSays(talk, "Yes, both ways.")
	s.see("the agent's answer", `texts.at(-1) == "Yes, both ways." && messages.at(-1).innerText.includes("AI agent")`)

	s.click("talk")
	s.see("that a person was asked", `q("owner").textContent == "Waiting for a person" && !visible("talk")`)
	place := s.join(talk)
	s.see("Ana", `q("owner").textContent == "Person" && shadow.querySelector("h2").textContent == "Ana Silva"`)
	s.anaSays(place, "m1", "Hi, I have read everything.")
	s.see("Ana's line", `messages.at(-1).dataset.kind == "specialist" && messages.at(-1).innerText.includes("Ana Silva") && messages.at(-1).innerText.includes("Person")`)

	s.click("menu")
	s.click("end")
	s.see("the question with the focus in it", `shadow.activeElement == q("end-confirm")`)
	s.click("end-confirm")
	s.see("the agent again", `q("owner").textContent == "AI agent" && visible("score-1")`)
	js[bool](s, `(q("score-4").click(), true)`)
	s.click("rate-send")
	s.see("thanks", `q("notice").textContent.startsWith("Thank you") && !q("score-1")`)
	c, err := s.desk.Conversation(t.Context(), talk)
	s.must(err)
	h, err := s.desk.Handoff(t.Context(), c.Handoff)
	s.must(err)
	if h.Ended != handoff.EndedByVisitor || h.Rating == nil || h.Rating.Score != 4 {
		t.Errorf("the handoff ended as %+v", h)
	}
	if c.Page.Title != "Pricing" || c.Page.URL != s.page.URL+"/" {
		t.Errorf("the page is %+v", c.Page)
	}
}

func TestReload(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("One")
	s.write("Two")
	s.see("both", `texts.length == 3 && messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	s.click("talk")
	place := s.join(talk)
	s.anaSays(place, "m1", "Three")
	s.see("Ana's line", `texts.at(-1) == "Three"`)
	before := js[[]string](s, `texts`)

	s.open()
	s.see("the open panel with Ana", `visible("panel") && q("owner").textContent == "Person"`)
	s.see("all lines", fmt.Sprintf(`texts.length >= %d`, len(before)))
	if diff := cmp.Diff(before, js[[]string](s, `texts`)); diff != "" {
		t.Errorf("after the reload (-before +after):\n%s", diff)
	}
	s.anaSays(place, "m2", "Four")
	s.see("what comes later", `texts.at(-1) == "Four" && q("log").ariaLive == "polite"`)
}

func TestOutage(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Before")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	s.tab.Expect("net::ERR_")
	s.outage(true)
	s.write("During 1")
	s.write("During 2")
	s.see("that they wait", `messages.at(-2).dataset.state == "Not delivered yet" && messages.length == 4`)
	s.open() // the reload does not lose them
	s.see("that they wait still", `texts.includes("During 1") && texts.includes("During 2")`)
	s.outage(false)
	s.see("the answer to the outage", `messages.at(-1).dataset.seq == 3 && messages.at(-1).dataset.state == "Sent" && messages.length == 4`)
	if diff := cmp.Diff([]string{"Before", "During 1", "During 2"}, s.log(talk)); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// log is what the desk has of a conversation.
func (s *site) log(talk handoff.ID) (texts []string) {
	s.Helper()
	messages, err := s.desk.Messages(s.Context(), talk, 0, 200)
	s.must(err)
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return texts
}

func TestOffline(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	js[bool](s, `(Object.defineProperty(navigator, "onLine", { get: () => false, configurable: true }), dispatchEvent(new Event("offline")))`)
	s.see("the sentence", `q("notice").textContent == "You are offline. What you write is kept and sent when you are back."`)
	js[bool](s, `(delete navigator.onLine, dispatchEvent(new Event("online")))`)
	s.see("no sentence", `!visible("notice")`)
}

func TestUnread(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	s.click("close")
	s.see("the focus where it was", `shadow.activeElement == q("launcher")`)
	s.agentSays(s.talk(), "One")
	s.agentSays(s.talk(), "Two")
	s.see("a badge", `q("launcher").ariaLabel == "Open chat, 2 new messages" && q("launcher").innerText == "2"`)
	s.open()
	s.see("the badge after a reload", `q("launcher").innerText == "2"`)
	s.click("launcher")
	s.see("no badge", `q("launcher").innerText == "" && q("launcher").ariaLabel == "Close chat"`)
}

func TestConversationGone(t *testing.T) {
	s := newSite(t)
	s.open()
	s.tab.Expect("404")
	js[bool](s, fmt.Sprintf(`(localStorage["docket:%s:marketing"] = JSON.stringify({ id: "0198-gone", token: "old", at: Date.now(), open: true }), true)`, s.api.URL))
	s.open()
	s.see("the sentence", `q("notice").textContent.includes("not open any more")`)
	s.write("Hello again")
	s.see("the line in a new conversation", `messages.at(-1).dataset.state == "Sent" && messages.at(-1).dataset.seq == 1`)
	if talk := s.talk(); talk == "0198-gone" {
		t.Error("the old conversation is kept")
	}
}

func TestTextIsText(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("<b>Hello</b>")
	s.see("the line", `texts.at(-1) == "<b>Hello</b>" && messages.at(-1).dataset.state == "Sent"`)
	evil := `<img src=x onerror="throw 'ran'"> see https://example.com/a?b=1&c=2. javascript:alert(1)`
	s.agentSays(s.talk(), evil)
	s.see("the words as they are", `texts.at(-1).startsWith("<img src=x")`)
	links := js[[]string](s, `[...messages.at(-1).querySelectorAll("a")].map((a) => a.href + " " + a.rel)`)
	if diff := cmp.Diff([]string{"https://example.com/a?b=1&c=2 noopener noreferrer nofollow"}, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if js[bool](s, `!!messages.at(-1).querySelector("img")`) {
		t.Error("markup became an element")
	}
}

func TestEditsDeletionsAndReactions(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	s.click("talk")
	place := s.join(talk)
	s.anaSays(place, "m1", "Tusday")
	s.anaSays(place, "m2", "Wrong window")
	s.see("both lines", `texts.at(-1) == "Wrong window"`)
	s.must(s.desk.FromEdit(t.Context(), handoff.Change{Key: "e1", Channel: channel, Message: "m1", Text: "Tuesday"}))
	s.must(s.desk.FromEdit(t.Context(), handoff.Change{Key: "e2", Channel: channel, Message: "m2", Delete: true}))
	s.see("the edit, marked", `texts.at(-2) == "Tuesday" && messages.at(-2).innerText.includes("Edited")`)
	s.see("the deletion, marked", `texts.at(-1) == "This message was deleted."`)
	s.open()
	s.see("the same after a reload", `texts.at(-2) == "Tuesday" && texts.at(-1) == "This message was deleted."`)
}

func TestRefusedByTheChannel(t *testing.T) {
	s := newSite(t)
	s.room.refuse = "Unwelcome"
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	s.click("talk")
	s.join(talk)
	s.write("Unwelcome")
	s.see("that it was not delivered", `messages.some((m) => m.dataset.state == "Not delivered") && visible("retry")`)
	s.room.set(func(r *room) { r.refuse = "" })
	s.click("retry")
	s.see("the second try", `texts.filter((x) => x == "Unwelcome").length == 2 && !q("retry")`)
}

// TestOnItsWay: while people have the conversation, a line counts as sent when their channel has it, and says what is known
// until then. A screen reader hears that, and not the line again.
func TestOnItsWay(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	s.click("talk")
	s.join(talk)
	s.see("the person", `q("owner").textContent == "Person"`)

	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	s.room.set(func(r *room) { r.hold, r.doubt = hold, "Is it there?" })
	s.write("On its way")
	s.see("that it is on its way", `messages.at(-1).dataset.state == "Sending…" && messages.at(-1).dataset.seq > 0`)
	s.see("that it takes long", `messages.at(-1).dataset.state == "Not delivered yet"`)
	s.see("a log that is announced politely", `q("log").ariaLive == "polite"`)
	s.see("the line itself, to be found again", `(window.seen = messages.at(-1).querySelector(".bubble")) != null`)
	release()
	s.see("that it has arrived", `messages.at(-1).dataset.state == "Sent"`)
	s.see("the same line, not drawn anew", `messages.at(-1).querySelector(".bubble") === window.seen`)
	s.room.set(func(r *room) { r.hold = nil })
	s.write("Is it there?")
	s.see("that nobody knows", `messages.at(-1).dataset.state == "It may not have arrived"`)
	s.open()
	s.see("the same after a reload", `messages.at(-1)?.dataset.state == "It may not have arrived" && messages.at(-2)?.dataset.state == ""`)
}

func TestUnavailable(t *testing.T) {
	s := newSite(t)
	s.putAgent(handoff.Policy{Enabled: true, Channels: []handoff.ID{channel}, WorkHours: &handoff.WorkHours{
		TimeZone: "Europe/Lisbon", Open: []handoff.Opening{{Date: "2999-01-02", From: "09:00", To: "10:00"}},
	}})
	s.open()
	s.click("launcher")
	s.see("why not", `q("talk").ariaDisabled == "true" && q("why").textContent.startsWith("Nobody is available right now.")`)
	s.click("talk")
	s.write("Then you")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	if got := s.log(s.talk()); len(got) != 1 {
		t.Errorf("the disabled button did something: %q", got)
	}
	s.agentSays(s.talk(), "Still here")
	s.see("what comes over the stream", `texts.at(-1) == "Still here"`) // one that only begins now would meet a server that goes
}

func TestForeignPage(t *testing.T) {
	s := newSite(t)
	_, err := s.desk.PutAgent(t.Context(), audit.Actor{Kind: audit.System}, handoff.Agent{ID: "marketing", AllowedOrigins: []string{"https://www.example.com"}})
	s.must(err)
	s.tab.Expect("blocked by CORS policy", "net::ERR_FAILED")
	s.open()
	s.click("launcher")
	s.see("that it is out of reach", `q("notice").textContent.startsWith("The chat cannot be reached right now.")`)
}

func TestFiles(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.see("the button", `visible("attach")`)
	js[bool](s, `(() => {
		const bytes = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0));
		const list = new DataTransfer();
		list.items.add(new File([bytes], "dot.png", { type: "image/png" }));
		const input = shadow.querySelector("input[type=file]");
		input.files = list.files;
		input.dispatchEvent(new Event("change"));
		return true;
	})()`)
	s.see("the picture", `messages.at(-1).querySelector("img")?.naturalWidth == 1 && messages.at(-1).querySelector("img").alt == "dot.png"`)
	s.see("the line as sent", `messages.at(-1).dataset.state == "Sent"`)
}

func TestFourthTab(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	talk := s.talk()
	token := js[string](s, `JSON.parse(localStorage["docket:`+s.api.URL+`:marketing"]).token`)
	s.tab.Go("about:blank")
	s.tab.Expect("429")
	for range 3 {
		s.hold(talk, token)
	}
	s.open()
	s.see("the past without a stream", `texts.includes("Hello")`)
	s.agentSays(talk, "Still here")
	s.see("news without a stream", `texts.includes("Still here")`)
}

// hold opens a stream, as another tab does, and keeps it; it waits for the place of a tab that has just gone.
func (s *site) hold(talk handoff.ID, token string) {
	s.Helper()
	for {
		req, err := http.NewRequestWithContext(s.Context(), "GET", s.api.URL+"/v1/conversations/"+string(talk)+"/events", nil)
		s.must(err)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		s.must(err)
		if res.StatusCode == http.StatusOK {
			s.Cleanup(func() { res.Body.Close() })
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		time.Sleep(10 * time.Millisecond)
	}
}

func TestKeyboard(t *testing.T) {
	s := newSite(t)
	s.open()
	js[bool](s, `(q("launcher").focus(), true)`)
	s.tab.Key("Enter")
	s.see("the focus in the composer", `shadow.activeElement == q("composer")`)
	if got := js[string](s, `q("panel").getAttribute("role") + " " + shadow.getElementById(q("panel").getAttribute("aria-labelledby")).textContent + " " + q("log").role`); !strings.HasPrefix(got, "dialog ") || !strings.HasSuffix(got, " log") {
		t.Errorf("roles: %s", got)
	}
	s.tab.Do("type", chromedp.KeyEvent("a"))
	s.tab.Key("Shift+Enter")
	s.tab.Do("type", chromedp.KeyEvent("b"))
	s.see("two lines", `q("composer").value == "a\nb"`)
	js[bool](s, `(q("composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })), true)`)
	s.see("nothing sent while composing", `q("composer").value == "a\nb"`)
	s.tab.Key("Escape")
	s.see("the focus on the launcher", `!visible("panel") && shadow.activeElement == q("launcher")`)
	s.tab.Key("Enter")
	js[bool](s, `(q("composer").value = "x".repeat(4001), q("composer").dispatchEvent(new Event("input")), true)`)
	s.see("the limit", `shadow.getElementById("count").textContent == "1 characters too many" && q("send").disabled`)
}

// TestFocusStaysInside: what the keyboard was on may go away; the focus is then in the message box, and Escape still closes.
func TestFocusStaysInside(t *testing.T) {
	for _, row := range []struct {
		name          string
		width, height int64
	}{
		{"on a phone", 360, 640},
		{"on a desk", 1280, 800},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSite(t)
			s.tab.Window(row.width, row.height)
			s.open()
			s.click("launcher")
			s.write("Hello")
			s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
			js[bool](s, `(q("talk").focus(), true)`)
			s.tab.Key("Enter")
			s.see("the wait, and the focus in the composer", `q("owner").dataset.kind == "waiting" && !visible("talk") && shadow.activeElement == q("composer")`)

			place := s.join(s.talk())
			s.see("Ana", `q("owner").dataset.kind == "specialist"`)
			s.tab.Key("Escape")
			s.see("the closed panel", `!visible("panel") && shadow.activeElement == q("launcher")`)
			s.tab.Key("Enter")
			js[bool](s, `(q("menu").focus(), true)`)
			s.tab.Key("Enter")
			s.see("the menu", `shadow.activeElement == q("end")`)
			s.tab.Key("Enter")
			s.see("the question", `shadow.activeElement == q("end-confirm")`)
			s.anaDoes(place, handoff.VerbEnd) // meanwhile
			s.see("the agent, and the focus in the composer", `q("owner").dataset.kind == "agent" && !q("end-confirm") && shadow.activeElement == q("composer")`)
			s.tab.Key("Escape")
			s.see("the closed panel again", `!visible("panel")`)
		})
	}
}

func TestSomebodyIsWriting(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.write("Hello")
	s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
	s.click("talk")
	place := s.join(s.talk())
	s.see("Ana", `q("owner").dataset.kind == "specialist"`)
	s.see("nobody who writes", `q("writing").textContent == ""`)
	js[bool](s, `(window.spoken = [], new MutationObserver(() => spoken.push(q("writing").textContent)).observe(q("writing"), { childList: true }), true)`)
	s.anaTypes(place)
	s.see("that Ana is writing", `q("writing").textContent == "Ana Silva is writing…" && q("writing").role == "status"`)
	s.anaTypes(place)
	s.anaSays(place, "m1", "Hi")
	s.see("the line instead", `texts.at(-1) == "Hi" && q("writing").textContent == ""`)
	if got := js[[]string](s, `spoken`); len(got) != 2 {
		t.Errorf("a screen reader heard %q", got)
	}
}

func TestRefusalsAreSentences(t *testing.T) {
	s := newSite(t)
	s.open()
	s.click("launcher")
	s.tab.Expect("415")
	js[bool](s, `(() => {
		const list = new DataTransfer(), input = shadow.querySelector("input[type=file]");
		list.items.add(new File([new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3])], "program"));
		input.files = list.files;
		input.dispatchEvent(new Event("change"));
		return true;
	})()`)
	s.see("a sentence", `q("notice").textContent == "This kind of file cannot be sent. Pictures, PDF, text and Office documents can."`)
}

func TestPhone(t *testing.T) {
	s := newSite(t)
	s.tab.Do("hold a phone", chromedp.EmulateViewport(360, 640, chromedp.EmulateMobile, chromedp.EmulateTouch))
	s.open()
	s.click("launcher")
	s.see("the panel over all", `(() => { const r = q("panel").getBoundingClientRect(); return r.left == 0 && r.top == 0 && r.width == 360 && r.height == innerHeight; })()`)
	s.see("no launcher and a modal dialog", `!visible("launcher") && q("panel").ariaModal == "true"`)
	small := js[[]string](s, `[...shadow.querySelectorAll("button, textarea")].filter((b) => b.offsetParent).map((b) => [b.dataset.testid, b.getBoundingClientRect()]).filter(([, r]) => r.height < 44 || r.width < 44).map(([id]) => id)`)
	if len(small) > 0 {
		t.Errorf("too small for a finger: %q", small)
	}
	if js[bool](s, `document.documentElement.scrollWidth > 360`) {
		t.Error("the page scrolls sideways")
	}
	for _, key := range []string{"Tab", "Shift+Tab"} { // Tab never leaves the panel
		for range 12 {
			s.tab.Key(key)
			if !js[bool](s, `q("panel").contains(shadow.activeElement)`) {
				t.Fatal("the focus left the panel")
			}
		}
	}
}

// contrast finds texts whose colour and ground differ by less than 4.5, after WCAG 2.2 (https://www.w3.org/TR/WCAG22/#contrast-minimum).
const contrast = `(() => {
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const lum = (c) => { const [r, g, b] = c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const ground = (n) => { for (; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	return [...shadow.querySelectorAll("section *")].filter((n) => n.offsetParent && [...n.childNodes].some((c) => c.nodeType == 3 && c.data.trim())).map((n) => {
		const [a, b] = [lum(rgb(getComputedStyle(n).color)), lum(ground(n))].sort((x, y) => y - x);
		return [n.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)];
	}).filter(([, ratio]) => ratio < 4.5).map(([text, ratio]) => ratio.toFixed(2) + " " + text);
})()`

func TestContrast(t *testing.T) {
	for _, row := range []struct{ name, scheme, head string }{
		{"light", "light", ""},
		{"dark", "dark", ""},
		{"a light accent", "light", `data-accent="gold"`},
		{"a dark accent in the dark", "dark", `data-accent="#202080"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSite(t)
			s.head = `data-agent="marketing" data-open="true" ` + row.head
			browser.Call(s.tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: row.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			s.open()
			s.see("the open panel", `visible("panel")`)
			s.write("Hello")
			s.see("the line", `messages.at(-1).dataset.state == "Sent"`)
			s.agentSays(s.talk(), "Hi")
			s.click("talk")
			s.see("the wait", `q("owner").dataset.kind == "waiting"`)
			place := s.join(s.talk())
			s.anaSays(place, "m1", "Hi, I am Ana.")
			s.see("Ana", `messages.at(-1).dataset.kind == "specialist"`)
			s.click("menu")
			s.click("end")
			s.see("the question", `visible("end-confirm")`)
			if faint := js[[]string](s, contrast); len(faint) > 0 {
				t.Errorf("too faint: %q", faint)
			}
		})
	}
}
