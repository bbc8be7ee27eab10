package handoff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

const acme = "aaaaaaaa-0000-4000-8000-000000000001"

func (h *house) tenant() handoff.Tenant {
	h.Helper()
	got, err := h.desk.Tenant(h.Context(), "chat", acme)
	h.must(err)
	return got
}

// TestTenant takes a tenant through its life. A consent alone proves nothing.
func TestTenant(t *testing.T) {
	play(t, func(h *house) {
		want := func(when string, state handoff.TenantState, admitted bool) {
			t.Helper()
			if got := h.tenant(); got.State() != state || got.Admitted() != admitted {
				t.Errorf("%s: the tenant is %s, admitted %v; want %s, %v", when, got.State(), got.Admitted(), state, admitted)
			}
		}
		ctx := h.Context()
		want("unknown", handoff.TenantNew, false)
		h.must(h.desk.Consented(ctx, "chat", acme, "Olga", nil))
		want("after the consent", handoff.TenantConsented, false)
		h.must(h.desk.Proved(ctx, "chat", acme, "the directory does not know the app"))
		want("after a refused token", handoff.TenantConsented, false)
		h.must(h.desk.Proved(ctx, "chat", acme, ""))
		want("after a token", handoff.TenantProven, true)
		h.must(h.desk.Seen(ctx, "chat", "AAAAAAAA-0000-4000-8000-000000000001"))
		want("after something genuine", handoff.TenantActive, true)
		h.must(h.desk.Installed(ctx, "chat", acme, handoff.Team{ID: "t1", Name: "One"}, "Olga"))
		h.must(h.desk.Installed(ctx, "chat", acme, handoff.Team{ID: "t1"}, ""))
		h.must(h.desk.Installed(ctx, "chat", acme, handoff.Team{ID: "t2", Name: "Two"}, ""))
		if got := h.tenant().Installed; len(got) != 2 || got[0].Team.Name != "One" || got[0].By != "Olga" {
			t.Errorf("installed in %+v", got)
		}
		h.must(h.desk.Uninstalled(ctx, "chat", acme, "t1"))
		want("with one team left", handoff.TenantActive, true)
		h.must(h.desk.Uninstalled(ctx, "chat", acme, "t2"))
		want("with no team left", handoff.TenantUninstalled, true)
		h.must(h.desk.Installed(ctx, "chat", acme, handoff.Team{ID: "t2"}, ""))
		want("installed again", handoff.TenantActive, true)
		first := h.tenant()
		h.pass(30 * time.Minute)
		h.must(h.desk.Seen(ctx, "chat", acme))
		if got := h.tenant(); !got.LastSeen.Equal(first.LastSeen) {
			t.Error("it is written twice within the hour")
		}
		h.pass(31 * time.Minute)
		h.must(h.desk.Seen(ctx, "chat", acme))
		if got := h.tenant(); !got.LastSeen.After(first.LastSeen) || !got.SeenAt.Equal(first.SeenAt) {
			t.Errorf("seen %v, last %v", got.SeenAt, got.LastSeen)
		}
		list, err := h.desk.Tenants(ctx)
		h.must(err)
		if len(list) != 1 {
			t.Errorf("%d tenants", len(list))
		}
	})
}

// TestConsentStates: a state counts once, in the session it was made for, within ten minutes, also after a restart.
func TestConsentStates(t *testing.T) {
	play(t, func(h *house) {
		ctx := h.Context()
		refused := func(session, state, why string) {
			t.Helper()
			if by, err := h.desk.EndConsent(ctx, session, state); !errors.Is(err, handoff.ErrConsent) || by != "" {
				t.Errorf("%s: got %q, %v", why, by, err)
			}
		}
		refused("s1", "", "no state at all")
		refused("s1", "made up", "a made-up state")
		state, err := h.desk.BeginConsent(ctx, "s1", "Olga")
		h.must(err)
		other, err := h.desk.BeginConsent(ctx, "s1", "Olga")
		h.must(err)
		if state == other || len(state) < 20 {
			t.Errorf("the states %q and %q", state, other)
		}
		refused("s2", state, "another session")
		h.restart()
		by, err := h.desk.EndConsent(ctx, "s1", state)
		if err != nil || by != "Olga" {
			t.Errorf("got %q, %v", by, err)
		}
		refused("s1", state, "a second time")
		h.pass(handoff.ConsentTime)
		refused("s1", other, "too late")
		for key, value := range h.rows() {
			if strings.Contains(key+value, state) {
				t.Errorf("the state itself is kept in %s", key)
			}
		}
	})
}
