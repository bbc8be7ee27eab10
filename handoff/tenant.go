package handoff

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// Tenant is what is known of an organisation on a platform. A consent alone proves nothing, because whoever comes back from
// the platform's page can name any tenant: it is active when a token for it was obtained and something genuine came from it.
type Tenant struct {
	Platform string `json:"platform"`
	ID       string `json:"id"` // in small letters

	ConsentedAt time.Time   `json:"consented_at,omitzero"`
	ConsentedBy string      `json:"consented_by,omitempty"` // who brought the consent back
	TokenAt     time.Time   `json:"token_at,omitzero"`      // when a token for it was obtained the last time
	TokenCause  string      `json:"token_cause,omitempty"`  // why the last attempt brought none
	SeenAt      time.Time   `json:"seen_at,omitzero"`       // the first genuine activity
	LastSeen    time.Time   `json:"last_seen,omitzero"`     // the last one, about
	Installed   []Installed `json:"installed,omitempty"`    // the teams that have the app
	RemovedAt   time.Time   `json:"removed_at,omitzero"`    // when the app left the last team
	BlockedAt   time.Time   `json:"blocked_at,omitzero"`    // when the platform said that an admin has blocked the app
}

// Installed is a team that has the app.
type Installed struct {
	Team Team      `json:"team"`
	By   string    `json:"by,omitempty"`
	At   time.Time `json:"at"`
}

// TenantState is where a tenant stands.
type TenantState string

// The states of a tenant.
const (
	TenantNew         TenantState = "new"         // nothing is known but its name
	TenantConsented   TenantState = "consented"   // somebody came back with its consent, and no token proves it
	TenantProven      TenantState = "proven"      // a token for it was obtained
	TenantActive      TenantState = "active"      // and something genuine came from it
	TenantUninstalled TenantState = "uninstalled" // the app was taken out of its last team
	TenantBlocked     TenantState = "blocked"     // an admin of the tenant has blocked the app
)

// State says where the tenant stands.
func (t Tenant) State() TenantState {
	switch {
	case !t.BlockedAt.IsZero():
		return TenantBlocked
	case !t.RemovedAt.IsZero():
		return TenantUninstalled
	case !t.TokenAt.IsZero() && !t.SeenAt.IsZero():
		return TenantActive
	case !t.TokenAt.IsZero():
		return TenantProven
	case !t.ConsentedAt.IsZero():
		return TenantConsented
	}
	return TenantNew
}

// Admitted says whether the tenant's own consent lets its people speak: it was brought back by an admin of ours, and a token
// proves that it is true.
func (t Tenant) Admitted() bool { return !t.ConsentedAt.IsZero() && !t.TokenAt.IsZero() }

// Tenants returns all tenants that are known, by platform and id.
func (d *Desk) Tenants(ctx context.Context) ([]Tenant, error) {
	return all[Tenant](ctx, d, tenantRows)
}

// Tenant returns what is known of a tenant; of one that is not known, its name.
func (d *Desk) Tenant(ctx context.Context, platform, id string) (Tenant, error) {
	var t Tenant
	err := d.view(ctx, func(tx store.Tx) (err error) {
		t, _, err = tenant(tx, platform, id)
		return err
	})
	return t, err
}

func tenant(tx store.Tx, platform, id string) (t Tenant, found bool, err error) {
	t, found, err = store.Get[Tenant](tx, tenantKey(platform, id))
	t.Platform, t.ID = platform, strings.ToLower(id)
	return t, found, err
}

func (d *Desk) updateTenant(ctx context.Context, platform, id string, change func(*Tenant), note func(store.Tx) error) error {
	return d.update(ctx, func(tx store.Tx) error {
		t, _, err := tenant(tx, platform, id)
		if err != nil {
			return err
		}
		change(&t)
		if note != nil {
			if err := note(tx); err != nil {
				return err
			}
		}
		return store.Put(tx, tenantKey(platform, id), t)
	})
}

// Proved keeps what became of asking for a token of the tenant's. A refusal takes back what an earlier token proved.
func (d *Desk) Proved(ctx context.Context, platform, id string, refused string) error {
	return d.updateTenant(ctx, platform, id, func(t *Tenant) {
		if t.TokenCause = refused; refused != "" {
			t.TokenAt = time.Time{}
			return
		}
		t.TokenAt = d.now()
	}, nil)
}

const seenEvery = time.Hour // how exact Tenant.LastSeen is

// Seen keeps that something genuine came from a tenant. It writes when that is news, and once an hour.
func (d *Desk) Seen(ctx context.Context, platform, id string) error {
	t, err := d.Tenant(ctx, platform, id)
	if err != nil || !t.SeenAt.IsZero() && t.BlockedAt.IsZero() && d.now().Sub(t.LastSeen) < seenEvery {
		return err
	}
	return d.updateTenant(ctx, platform, id, func(t *Tenant) {
		if t.SeenAt.IsZero() {
			t.SeenAt = d.now()
		}
		t.LastSeen, t.BlockedAt = d.now(), time.Time{}
	}, nil)
}

// Installed keeps that the app came into a team. Coming again changes nothing but what is newly known.
func (d *Desk) Installed(ctx context.Context, platform, id string, team Team, by string) error {
	return d.updateTenant(ctx, platform, id, func(t *Tenant) {
		t.RemovedAt = time.Time{}
		for i, known := range t.Installed {
			if known.Team.ID != team.ID {
				continue
			}
			if team.Name != "" {
				t.Installed[i].Team.Name = team.Name
			}
			if known.By == "" {
				t.Installed[i].By = by
			}
			return
		}
		t.Installed = append(t.Installed, Installed{Team: team, By: by, At: d.now()})
	}, nil)
}

// Uninstalled keeps that the app left a team.
func (d *Desk) Uninstalled(ctx context.Context, platform, id string, team string) error {
	return d.updateTenant(ctx, platform, id, func(t *Tenant) {
		before := len(t.Installed)
		t.Installed = slices.DeleteFunc(t.Installed, func(i Installed) bool { return i.Team.ID == team })
		if len(t.Installed) == 0 && before > 0 {
			t.RemovedAt = d.now()
		}
	}, nil)
}

// ConsentTime is how long an admin may take on the platform's page.
const ConsentTime = 10 * time.Minute

// consent is an admin on the way to the platform's page and back.
type consent struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

// ErrConsent is the refusal of a return that nobody here has begun, that comes too late or a second time, or in another
// session than it began.
var ErrConsent = errors.New("the return from the consent page does not belong to a visit that began here")

// BeginConsent makes the state that goes to the platform's page with an admin and must come back in the same session, once,
// within ConsentTime. Nothing but its fingerprint is kept.
func (d *Desk) BeginConsent(ctx context.Context, session, by string) (state string, err error) {
	state = rand.Text()
	err = d.update(ctx, func(tx store.Tx) error {
		return remember(tx, "consent", fingerprint(state), fingerprint(session), consent{By: by, Until: d.now().Add(ConsentTime)}, d.now())
	})
	return state, err
}

// EndConsent takes a state back. It is ErrConsent when there is none such for this session; a state is taken once.
func (d *Desk) EndConsent(ctx context.Context, session, state string) (by string, err error) {
	err = d.update(ctx, func(tx store.Tx) error {
		var c consent
		key := fingerprint(state)
		found, err := once(tx, "consent", key, fingerprint(session), &c)
		if CodeOf(err) == CodeClientIDReused || err == nil && !found {
			return ErrConsent
		}
		if err != nil {
			return err
		}
		if !d.now().Before(c.Until) {
			return ErrConsent
		}
		by = c.By
		return tx.Delete(onceKey("consent", key))
	})
	return by, err
}

// Consented keeps that an admin brought a tenant's consent back. note, when there is one, runs in the same transaction.
func (d *Desk) Consented(ctx context.Context, platform, id, by string, note func(store.Tx) error) error {
	return d.updateTenant(ctx, platform, id, func(t *Tenant) { t.ConsentedAt, t.ConsentedBy = d.now(), by }, note)
}

// saveBlock lets the tenant follow a channel that was blocked by its admin, or heard from again.
func (d *Desk) saveBlock(tx store.Tx, before, after Channel) error {
	was, is := slices.Contains(before.Lost, LostBlocked), slices.Contains(after.Lost, LostBlocked)
	if was == is || after.Tenant == "" {
		return nil
	}
	t, _, err := tenant(tx, after.Platform, after.Tenant)
	if err != nil {
		return err
	}
	t.BlockedAt = time.Time{}
	if is {
		t.BlockedAt = d.now()
	}
	return store.Put(tx, tenantKey(after.Platform, after.Tenant), t)
}

// posted keeps that the platform took a post for a tenant, which it does for a good token alone.
func (d *Desk) posted(tx store.Tx, c Channel) error {
	if c.Tenant == "" {
		return nil
	}
	t, _, err := tenant(tx, c.Platform, c.Tenant)
	if err != nil || !t.TokenAt.IsZero() {
		return err
	}
	t.TokenAt, t.TokenCause = d.now(), ""
	return store.Put(tx, tenantKey(c.Platform, c.Tenant), t)
}
