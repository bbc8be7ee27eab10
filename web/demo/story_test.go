package demo_test

import (
	"testing"
)

// TestStory plays the whole of a handoff in a browser, both sides, against everything real.
func TestStory(t *testing.T) {
	s := &story{world: newWorld(t), tab: newTab(t), T: t}
	s.Scheme("light")
	s.open(s.url, 1440, 900)
	s.step("ask")

	s.visitorSays("How does the HubSpot integration work?")
	s.visitorReads("agent", "HubSpot is built in")
	s.step("call")
	s.visitorSays("Can all 850 of us share one workspace?")
	s.visitorReads("agent", "Would you like me to ask a person")
	s.visitorSays("Yes, please")
	s.visitorReads("agent", "I've asked our team")
	s.step("join")
	s.Shoot("1-waiting")

	s.pressOnCard("handoff.join")
	s.visitorReads("agent", "Ana Silva has joined")
	s.step("end")
	s.specialistSays("Hello Dana, I've read along. Yes, and 850 seats are €1,900 a month.")
	s.visitorReads("specialist", "€1,900 a month")
	s.visitorSays("That works for us. Could our trial run two weeks longer?")
	s.channelReads("Dana Cole: That works for us.")
	s.specialistSays("// Finance agreed to two weeks this morning")
	s.specialistSays("Gladly: your trial now runs until 21 December.")
	s.visitorReads("specialist", "until 21 December")
	s.Wait("the internal line to stay internal", s.lines("specialist", "Finance")+".length === 0")
	s.pictures("2-joined")

	s.become("Marek Novak")
	s.pressOnCard("handoff.end")
	s.Wait("Marek to be told who has it", card+`?.parentElement.querySelector(".notice")?.textContent.includes("Ana Silva has this conversation")`)
	s.Shoot("3-taken")
	s.pressOnCard("handoff.transcript")
	s.Wait("what the agent said", card+`?.textContent.includes("HubSpot is built in")`)
	s.Wait("a word that nobody else sees it", thread+`?.querySelector(".by .only")`)
	s.Wait("the old notice to be gone", "!"+thread+`?.querySelector(".notice")`)
	s.Shoot("3-transcript")
	s.pressOnCard("handoff.card")
	s.Wait("the card again", card+`?.querySelector("[data-verb='handoff.leave']")`)
	s.become("Ana Silva")

	s.reloadWebsite()
	s.visitorReads("agent", "HubSpot is built in")
	s.visitorReads("specialist", "until 21 December")
	s.visitorSays("Thank you, that was quick.")
	s.channelReads("Dana Cole: Thank you, that was quick.")
	s.editLast("until 21 December", "Gladly: your trial now runs until 22 December.")
	s.visitorReads("specialist", "until 22 December")

	s.pressOnCard("handoff.end")
	s.visitorReads("agent", "I'm back with you")
	s.Wait("the closing summary", thread+`?.querySelectorAll(".card").length === 2 && `+thread+`.textContent.includes("Conversation ended")`)
	s.Wait("a card without buttons", thread+`?.querySelectorAll(".card button").length === 0`)
	s.Wait("the story to be told", `document.querySelectorAll(".steps .done").length === 4`)
	s.Shoot("4-ended")
}

// story is the person in front of the page.
type story struct {
	*world
	*tab
	*testing.T
}

// Parts of the page, as JavaScript expressions.
const (
	widget   = `document.querySelector("iframe").contentDocument?.getElementById("docket-widget")?.shadowRoot`
	composer = widget + `?.querySelector("[data-testid=composer]")`
	thread   = `[...document.querySelectorAll(".thread")].at(-1)`
	card     = thread + `?.querySelector(".root .card")`
	reply    = thread + `?.querySelector(":scope > form textarea")`
)

func (s *story) visitorSays(text string) {
	s.Helper()
	s.write(composer, text)
	s.visitorReads("visitor", text)
}

// visitorReads waits for a line of somebody's in the widget, once and no more than once.
func (s *story) visitorReads(kind, text string) {
	s.Helper()
	s.Wait("the visitor to read "+text, s.lines(kind, text)+".length === 1")
}

func (s *story) lines(kind, text string) string {
	return `[...(` + widget + `?.querySelectorAll("[data-testid=message]") ?? [])].filter((m) => m.dataset.kind === ` + quoted(kind) + ` && m.textContent.includes(` + quoted(text) + `))`
}

// step waits until a step of the story is the next one.
func (s *story) step(name string) {
	s.Helper()
	s.Wait("the step "+name, `document.querySelector(".steps .now")?.dataset.step === `+quoted(name))
}

func (s *story) specialistSays(text string) {
	s.Helper()
	s.write(reply, text)
	s.channelReads(text)
}

// channelReads waits for a line in the handoff's thread, once and no more than once.
func (s *story) channelReads(text string) {
	s.Helper()
	s.Wait("the channel to read "+text, messages(text)+".length === 1")
}

func messages(text string) string {
	return `[...(` + thread + `?.querySelectorAll(".message") ?? [])].filter((m) => m.querySelector(".words")?.textContent.includes(` + quoted(text) + `))`
}

func (s *story) pressOnCard(verb string) {
	s.Helper()
	s.Press(verb, card+`?.querySelector("[data-verb='`+verb+`']")`)
}

func (s *story) become(name string) {
	s.Helper()
	label := `[...document.querySelectorAll(".people label")].find((l) => l.textContent.includes(` + quoted(name) + `))`
	s.Press(name, label)
	s.Wait(name+" to be played", label+`?.querySelector("input").checked`)
}

func (s *story) reloadWebsite() {
	s.Helper()
	s.Script(`document.querySelector("iframe").contentWindow.old = true`)
	s.Press("reload", `document.querySelector("#reload")`)
	s.Wait("another website", `!document.querySelector("iframe").contentWindow.old`)
}

// editLast gives a line of one's own another text.
func (s *story) editLast(old, text string) {
	s.Helper()
	line := messages(old) + "[0]"
	s.Script(line + `.querySelector("[data-tool=edit]").click()`)
	s.Script(`document.querySelector(".editing textarea").value = ""`)
	s.write(`document.querySelector(".editing textarea")`, text)
	s.channelReads(text)
}

// pictures keeps the page in light and dark, and both of its sides on a phone.
func (s *story) pictures(name string) {
	s.Helper()
	s.Shoot(name + "-light")
	s.Scheme("dark")
	s.Shoot(name + "-dark")
	s.Window(390, 844)
	s.Shoot(name + "-phone-website")
	s.Press("the channel's tab", `document.querySelector("#tab-channel")`)
	s.Shoot(name + "-phone-channel")
	s.Window(1440, 900)
	s.Scheme("light")
}
