package admin_test

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web/admin"
	"github.com/docket-handoff/docket/web/admin/admintest"
)

// moody is a platform that can refuse lines for good, or leave them in doubt.
type moody struct {
	admintest.Room
	refuses atomic.Bool
}

func (m *moody) Deliver(ctx context.Context, p handoff.Post) (handoff.Receipt, error) {
	if p.Kind == handoff.PostLine && m.refuses.Load() {
		return handoff.Receipt{}, &handoff.DeliveryError{Certain: true, Cause: "The channel is <full>."}
	}
	return m.Room.Deliver(ctx, p)
}

// newMoodyDesk is a desk on a moody platform, with a line that was refused.
func newMoodyDesk(t *testing.T) (d *desk, m *moody, id handoff.ID) {
	t.Helper()
	m = &moody{}
	d = newDesk(t, func(cfg *admin.Config) {
		cfg.Desk = handoff.NewDesk(cfg.Engine, handoff.Config{Platforms: []handoff.Platform{m}, Log: cfg.Log})
	})
	conversation, id := d.asks(handoff.Visitor{Name: "Dana Cole"}, handoff.Account{})
	m.refuses.Store(true)
	_, err := d.Desk.FromVisitor(t.Context(), conversation, handoff.Say{ClientID: "lost", Text: "my secret wish"})
	d.Must(err)
	d.await(conversation, func(e handoff.Event) bool {
		return e.Name == handoff.EventDelivery && e.Delivery.State == handoff.DeliveryFailed
	})
	m.refuses.Store(false)
	return d, m, id
}

// TestDecideByKeyboard sends a refused line again from its handoff's page, and another from the list with the mouse.
func TestDecideByKeyboard(t *testing.T) {
	d, _, id := newMoodyDesk(t)
	b := d.Browser()
	b.SignIn(admin.RoleAdmin)
	b.Open("/admin/deliveries")
	b.See("The channel is <full>.")
	if strings.Contains(admintest.Eval[string](b, "document.body.innerText"), "secret") {
		t.Error("the list shows what was said, though nobody wrote down that it was read")
	}
	b.Judge("deliveries")
	b.Open("/admin/handoffs/" + string(id))
	b.See("my secret wish")
	b.See("Not delivered: The channel is <full>.")
	b.Judge("handoff-kept")
	b.TabTo(`form[action$="/again"] button`)
	b.Key("Enter")
	b.See("It is sent again")
	conversation := d.handoff(id).Conversation
	d.await(conversation, func(e handoff.Event) bool {
		return e.Name == handoff.EventDelivery && e.Delivery.State == handoff.DeliverySent
	})
	b.Open("/admin/deliveries")
	b.See("Nothing was given up.")
	b.See("Nothing in doubt waits for your decision.")
	b.Judge("deliveries-empty")
	if got := d.written(audit.LineSentAgain); len(got) != 1 {
		t.Errorf("the audit log has %q", got)
	}
}

// undecided reads the count beside the link in the menu, as a screen reader says it.
func undecided(page admintest.Page) string {
	found := regexp.MustCompile(`href="/admin/deliveries"[^>]*>(.*?)</a>`).FindStringSubmatch(page.Body)
	if found == nil {
		return ""
	}
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(found[1], "")
}

// TestUndecidedIsSaid: that something waits for a decision is said wherever somebody may be, and who decided what on the handoff's page.
func TestUndecidedIsSaid(t *testing.T) {
	d, m, id := newMoodyDesk(t)
	m.refuses.Store(true)
	conversation := d.handoff(id).Conversation
	_, err := d.Desk.FromVisitor(t.Context(), conversation, handoff.Say{ClientID: "lost too", Text: "another wish"})
	d.Must(err)
	failed := 0
	d.await(conversation, func(e handoff.Event) bool {
		if e.Name == handoff.EventDelivery && e.Delivery.State == handoff.DeliveryFailed {
			failed++
		}
		return failed == 2
	})
	m.refuses.Store(false)
	c, page := d.SignIn(admin.RoleAdmin), "/admin/handoffs/"+string(id)
	for path, texts := range map[string][]string{
		"/admin/handoffs":   {"a line may be missing"},
		"/admin/deliveries": {"Nothing in doubt waits for your decision."},
		page:                {"2 posts wait for a decision"},
	} {
		got := c.Get(path)
		if said := undecided(got); said != "Deliveries 2 to decide about" {
			t.Errorf("%s: the menu says %q", path, said)
		}
		for _, text := range texts {
			if !strings.Contains(got.Body, text) {
				t.Errorf("%s does not say %q:\n%s", path, text, got.Body)
			}
		}
	}
	kept, err := d.Desk.Dead(t.Context(), "", 0)
	d.Must(err)
	c.Post("/admin/deliveries/"+kept.Posts[0].ID+"/sent", nil)
	c.Post("/admin/deliveries/"+kept.Posts[1].ID+"/again", url.Values{"handoff": {string(id)}})
	d.await(conversation, func(e handoff.Event) bool {
		return e.Name == handoff.EventDelivery && e.Delivery.Message == kept.Posts[1].Message && e.Delivery.State == handoff.DeliverySent
	})
	got := c.Get(page)
	for text, times := range map[string]int{
		"Marked as sent by admin": 1, ">Delivered<": 1, "admin marked a line of the visitor’s as sent": 1, "admin sent a line of the visitor’s again": 1, "for a decision": 0,
	} {
		if n := strings.Count(got.Body, text); n != times {
			t.Errorf("%q stands there %d times:\n%s", text, n, got.Body)
		}
	}
	if said := undecided(got); said != "Deliveries" {
		t.Errorf("with nothing left the menu says %q", said)
	}
	if board := c.Get("/admin/handoffs"); strings.Contains(board.Body, "may be missing") {
		t.Error("the board says that a line is missing, and it is not")
	}
}

// TestATestIsNoVisitor: the page of a test handoff does not make up who asked.
func TestATestIsNoVisitor(t *testing.T) {
	d := newDesk(t)
	c := d.SignIn(admin.RoleAdmin)
	c.Post("/admin/integrations/channels/"+string(d.channel)+"/test", nil)
	channel, err := d.Desk.Channel(t.Context(), d.channel)
	d.Must(err)
	page := c.Get("/admin/handoffs/" + string(channel.Trial.Handoff))
	if page.Status != 200 || !strings.Contains(page.Body, "sent by admin") || !strings.Contains(page.Body, "A test was sent by admin") {
		t.Errorf("%d\n%s", page.Status, page.Body)
	}
	for _, text := range []string{"by the agent", "Asserted by"} {
		if strings.Contains(page.Body, text) {
			t.Errorf("it says %q:\n%s", text, page.Body)
		}
	}
}

func (d *desk) handoff(id handoff.ID) handoff.Handoff {
	d.Helper()
	h, err := d.Desk.Handoff(d.Context(), id)
	d.Must(err)
	return h
}

// TestDecide: an admin decides once, a viewer and nonsense change nothing.
func TestDecide(t *testing.T) {
	d, _, id := newMoodyDesk(t)
	kept, err := d.Desk.Dead(t.Context(), "", 0)
	d.Must(err)
	path := "/admin/deliveries/" + kept.Posts[0].ID
	viewer, c := d.SignIn(admin.RoleViewer), d.SignIn(admin.RoleAdmin)
	if page := viewer.Get("/admin/deliveries"); page.Status != 200 || strings.Contains(page.Body, "Send again") {
		t.Errorf("a viewer's list is %d:\n%s", page.Status, page.Body)
	}
	if page := viewer.Get("/admin/handoffs/" + string(id)); page.Status != 200 || !strings.Contains(page.Body, "Waits for a person") || strings.Contains(page.Body, "Send again") {
		t.Errorf("a viewer's page is %d:\n%s", page.Status, page.Body)
	}
	for _, act := range []string{"/again", "/sent"} {
		if page := viewer.Post(path+act, nil); page.Status != 403 {
			t.Errorf("a viewer decides: %d", page.Status)
		}
	}
	for _, row := range []struct{ path, handoff, back, says string }{
		{path + "/sent", string(id), "/admin/handoffs/" + string(id), "It is marked as sent."},
		{path + "/sent", "", "/admin/deliveries", "It is marked as sent."}, // the same again
		{path + "/again", "", "/admin/deliveries", "Nothing was changed: somebody else has decided"},
		{"/admin/deliveries/999/again", "", "/admin/deliveries", "Nothing was changed: there is no such delivery."},
		{"/admin/deliveries/nonsense/sent", "//evil.example", "/admin/deliveries", "Nothing was changed: there is no such delivery."},
	} {
		page := c.Post(row.path, map[string][]string{"handoff": {row.handoff}})
		if page.Status != 303 || page.Location != row.back {
			t.Errorf("%s leads to %d %s", row.path, page.Status, page.Location)
		}
		if next := c.Get(page.Location); !strings.Contains(next.Body, row.says) {
			t.Errorf("%s does not say %q:\n%s", row.path, row.says, next.Body)
		}
	}
	if got := d.written(audit.LineMarkedSent); !slices.Equal(got, []string{kept.Posts[0].ID}) {
		t.Errorf("the audit log has %q", got)
	}
	if page := c.Get("/admin/deliveries?held=nonsense"); page.Status != 404 {
		t.Errorf("nonsense is answered %d", page.Status)
	}
}
