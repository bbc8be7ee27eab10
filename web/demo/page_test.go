package demo_test

import (
	"net/http"
	"testing"

	"github.com/docket-handoff/docket/checks/browser"
)

const (
	newPost = `document.querySelector("#post textarea")`
	trouble = `document.querySelector("#trouble:not([hidden])")?.textContent`
)

// openChannel opens the page over a small bot, in a window of this size.
func openChannel(t *testing.T, width, height int64) (*stage, *tab) {
	t.Helper()
	s, b := newStage(t), newTab(t)
	b.open(s.url, width, height)
	b.Wait("the channel", `!document.querySelector("#compose").disabled`)
	return s, b
}

func TestPostFromThePage(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	b.Press("New post", `document.querySelector("#compose")`)
	b.write(newPost, "<img src=x onerror=alert(1)> @Docket help")
	b.Wait("the post", messages("<img src=x onerror=alert(1)>")+".length === 1")
	b.Wait("the field to be put away", `document.querySelector("#post").hidden && document.activeElement.id === "compose"`)
	if got := s.last(ana).words(); got != "[@Docket] <img src=x onerror=alert(1)>  help" && got != "[@Docket] <img src=x onerror=alert(1)> help" {
		t.Errorf("the channel has %q", got)
	}
	b.Press("New post", `document.querySelector("#compose")`)
	b.Wait("the field", "document.activeElement === "+newPost)
	b.Key("Escape")
	b.Wait("the field to be put away", `document.querySelector("#post").hidden`)
}

func TestLinesInQuickSuccessionKeepTheirOrder(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	thread, _ := s.post(joinCard)
	for _, line := range []string{"one", "two", "three", "four"} {
		b.write(reply, line)
	}
	b.Wait("the last line", messages("four")+".length === 1")
	said := ""
	for _, m := range s.service.Messages(thread)[1:] {
		said += m.Text + " "
	}
	if said != "one two three four " {
		t.Errorf("the thread has %q", said)
	}
}

func TestTextThatIsRefusedComesBack(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	s.post(joinCard)
	b.Expect("413")
	b.Wait("a field", reply)
	b.Script(`Object.assign(` + reply + `, {value: "x".repeat(8001)})`)
	b.write(reply, "!")
	b.Wait("to be told why", trouble+` === "That is too long."`)
	b.Wait("the text", reply+".value.length === 8002")
}

func TestTroubleIsToldInThePage(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	s.post(joinCard)
	s.service.SetBotEndpoint("http://127.0.0.1:1/")
	b.write(reply, "anybody?")
	b.Wait("to be told", trouble+`?.includes("could not be told")`)
	b.Wait("the line to stand there all the same", messages("anybody?")+".length === 1")
	b.Expect("502")
	b.Press("Join", card+`?.querySelector("[data-verb]")`)
	b.Wait("to be told", trouble+`?.includes("nothing was changed")`)
	b.Wait("a button that can be pressed again", card+`?.querySelector("[data-verb]:not([aria-disabled])")`)
}

func TestChannelFollowsWhatOthersDo(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	posted, err := s.service.Say(t.Context(), marek, room, "good morning")
	s.must(err)
	b.Wait("the post", messages("good morning")+".length === 1")
	b.Wait("the news for those who cannot see it", `document.querySelector("#news").textContent === "Marek Novak: good morning"`)
	b.write(reply, "half a tho")
	b.Script(`Object.assign(` + reply + `, {value: "half a thought"})`)
	_, err = s.service.Delete(t.Context(), marek, posted.Thread, posted.Message)
	s.must(err)
	b.Wait("the removal", `document.querySelector(".message .gone")?.textContent === "This message was deleted."`)
	b.Wait("what is being typed to stay", reply+`.value === "half a thought"`)
	if browser.Eval[bool](b.Tab, `!!document.querySelector(".root .line-tools")`) {
		t.Error("a foreign line can be edited")
	}
}

func TestPhoneHasTwoSides(t *testing.T) {
	_, b := openChannel(t, 390, 844)
	side := func(name string) string {
		return `getComputedStyle(document.querySelector("#` + name + `")).visibility === "visible"`
	}
	b.Wait("the website alone", side("website")+" && !("+side("channel")+")")
	b.Script(`document.querySelector("#tab-website").focus()`)
	b.Key("ArrowRight")
	b.Wait("the channel alone", side("channel")+" && !("+side("website")+")")
	b.Wait("the focus on its tab", `document.activeElement.id === "tab-channel" && document.activeElement.ariaSelected === "true"`)
	for _, width := range []int64{1440, 1024, 901, 900, 600, 360} {
		b.Window(width, 800)
		if browser.Eval[bool](b.Tab, "document.documentElement.scrollWidth > innerWidth") {
			t.Errorf("the page is wider than a window of %d pixels", width)
		}
	}
}

func TestPageSurvivesANewService(t *testing.T) {
	s, b := openChannel(t, 1440, 900)
	s.post(joinCard)
	b.Wait("the thread", thread)
	s.do("messages", map[string]any{"text": "a post of an older life"}, http.StatusCreated, nil)
	b.Wait("the post", messages("older life")+".length === 1")
	b.Script(`(() => {
		const real = window.fetch;
		window.fetch = async (path, options) => {
			const answer = await real(path, options);
			if (!String(path).startsWith("channel?")) return answer;
			return Response.json({...await answer.json(), version: 1, threads: []});
		};
	})()`)
	_, err := s.service.Say(t.Context(), marek, room, "wake up")
	s.must(err)
	b.Wait("the older posts to be gone", `!document.querySelector(".thread")`)
}
