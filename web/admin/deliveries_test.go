package admin_test

import (
	"context"
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
	b.See("Everything was delivered.")
	b.Judge("deliveries-empty")
	if got := d.written(audit.LineSentAgain); len(got) != 1 {
		t.Errorf("the audit log has %q", got)
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
