package admin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// TestAgentByMouse switches Human Handoff on, takes an example for the Instruction and saves, with the mouse alone; then somebody else is
// faster, and the difference is shown.
func TestAgentByMouse(t *testing.T) {
	e := newEditor(t, atNoon)
	e.put(handoff.Agent{ID: "marketing", Name: "Ava"})
	b := e.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/agents")
	b.Click(".act a")
	b.See("Human Handoff is off.")
	b.Click("label.switch")
	b.Wait("the switch is on", `document.querySelector("#enabled").checked`)
	b.Click("#channels input[value='" + string(e.sales) + "']")
	b.Click("details:has(.examples) summary")
	b.Wait("the script's buttons", `!document.querySelector("[data-from=example-2]").hidden`)
	b.Click("[data-from=example-2]")
	b.Wait("the example in the field", `document.querySelector("#instruction").value.startsWith("Hand off when the visitor mentions a refund") && document.activeElement.id === "instruction"`)
	b.Click("#settings .primary")
	b.See("Saved. It counts from now on.")
	b.See("Handoffs can start now.")
	b.See("a data breach")
	if p := e.stored().Handoff; !p.Enabled || p.Instruction != "Hand off when the visitor mentions a refund, a data breach, a complaint, or the GDPR." || len(p.Channels) != 1 || p.Channels[0] != e.sales {
		t.Errorf("stored is %+v", p)
	}

	other := e.stored()
	other.Name, other.Handoff.Enabled, other.Handoff.Channels, other.Handoff.WaitSeconds = "Ada", false, []handoff.ID{e.night, e.sales}, 300
	other.Handoff.Instruction = "Hand off when the visitor asks about pricing for more than 50 seats, about a discount, or about a contract."
	e.put(other)
	b.Expect("409")
	b.Click("#channels input[value='" + string(e.sales) + "']")
	b.Click("#channels input[value='" + string(e.night) + "']")
	b.Click("details:has(.examples) summary")
	b.Wait("the script's buttons", `!document.querySelector("[data-from=example-1]").hidden`)
	b.Click("[data-from=example-1]")
	b.Click("#settings .primary")
	b.See("Somebody else saved this while you were writing.")
	b.See("Sales > #night shift, Sales > #sales")
	b.Judge("agent-changed")
	b.Click(".differ a[href='#instruction']")
	b.Wait("the field that differs", `location.hash === "#instruction"`)
	if got := e.stored(); got.Name != "Ada" {
		t.Errorf("stored meanwhile is %q", got.Name)
	}
	b.Click("#settings .primary")
	b.See("Saved. It counts from now on.")
	if got := e.stored(); got.Name != "Ada" || got.Handoff.Enabled || got.Handoff.WaitSeconds != 300 || !strings.Contains(got.Handoff.Instruction, "a demo or a trial") || !slices.Equal(got.Handoff.Channels, []handoff.ID{e.night}) {
		t.Errorf("what was touched is not theirs, or the rest not the other's: stored is %+v", got)
	}
}

// TestHoursByMouse turns weeks and asks about moments.
func TestHoursByMouse(t *testing.T) {
	e := newEditor(t, atNoon)
	a := e.whole()
	hours := a.Handoff.WorkHours
	for _, day := range []string{"tue", "wed", "thu", "fri"} {
		hours.Days[day] = hours.Days["mon"]
	}
	e.put(a)
	b := e.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open(editorPath + "/hours")
	for range 4 {
		here := admintest.Eval[string](b, `document.querySelector("#week").innerText`)
		b.Click("section[aria-labelledby=week] button:last-of-type")
		b.Wait("a later week, and the page at rest", fmt.Sprintf(`document.readyState === "complete" && document.querySelector("#week").innerText !== %q`, here))
	}
	b.See("The week of 21 December to 27 December 2026")
	b.See("special opening")
	b.See("closed date")
	b.Judge("hours-special")

	ask := func(at string) {
		b.Click("#at")
		admintest.Eval[string](b, fmt.Sprintf(`document.querySelector("#at").value = %q`, at))
		b.Click("#asks")
	}
	ask("2026-12-24T10:30")
	b.See("Yes, on Thursday 24 December 2026, 10:30 it would start.")
	b.Wait("the answer has the focus", `document.activeElement.id === "verdict"`)
	b.Judge("hours-yes")
	ask("2026-12-25T10:30")
	b.See("No, on Friday 25 December 2026, 10:30 it would not start.")
	b.Judge("hours-no")

	before := e.Dump() // Enter where a moment is typed asks too, and saves nothing
	b.TabTo("#at")
	b.Key("ArrowUp")
	moved := admintest.Eval[string](b, `document.querySelector("#at").value`)
	b.Key("Enter")
	b.Wait("another answer", fmt.Sprintf(`location.pathname.endsWith("/look") && document.querySelector("#at")?.value === %q && document.querySelector("#verdict")?.innerText.includes("2026") && !document.querySelector("#verdict").innerText.includes("Friday 25 December 2026, 10:30")`, moved))
	unchanged(t, "asking", before, e.Dump())
}

// TestAgentAsAViewer looks at every tab with eyes that may not change it.
func TestAgentAsAViewer(t *testing.T) {
	e := newEditor(t, atNoon)
	a := e.whole()
	a.AllowedOrigins = append(a.AllowedOrigins, e.URL)
	e.put(a)
	b := e.Browser()
	b.SignIn(admin.RoleViewer)
	for name, path := range map[string]string{"agent": editorPath, "hours": editorPath + "/hours", "answers": editorPath + "/answers", "texts": editorPath + "/texts", "website": editorPath + "/website"} {
		b.Open(path)
		b.See("You are signed in as a viewer.")
		b.Judge(name + "-viewer")
	}
	b.Open(editorPath)
	b.TabTo("#said")
	b.Type("Do you give refunds?")
	b.TabTo("[formaction$='/try#verdict']")
	b.Key("Enter")
	b.See("It would hand off.")
	if admintest.Eval[bool](b, `!!document.querySelector("[data-fill], #settings .primary")`) {
		t.Error("a viewer is offered to fill in or to save what they may not change")
	}
}
