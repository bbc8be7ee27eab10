package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

const proveTime = 15 * time.Second // for a token that proves a consent

// addresses are what a bot and its app registration have to know of this server.
type addresses struct {
	Messages string // the messaging endpoint
	Return   string // the redirect URI, where Microsoft's page sends an admin back to
	Reached  bool   // Microsoft can reach them at all, because they are https
}

func (s *Server) addresses() addresses {
	public := strings.TrimRight(s.public.String(), "/")
	return addresses{Messages: public + "/api/messages", Return: public + "/integrations/teams/callback", Reached: s.public.Scheme == "https"}
}

// note writes an entry into the audit log, in the transaction of what it is about.
func (v *visit) note(act audit.Act, subject string, details map[string]string) func(store.Tx) error {
	return func(tx store.Tx) error {
		return audit.Append(tx, v.now(), audit.Entry{By: v.by(), Act: act, Subject: subject, Details: details})
	}
}

// askConsent sends an admin to Microsoft's page, with a state that is good once, for ten minutes, in this session.
func (v *visit) askConsent() error {
	if v.teams == nil {
		return notSetUp
	}
	state, err := v.desk.BeginConsent(v.ctx(), hashed(v.token()), v.session.Person.called())
	if err != nil {
		return err
	}
	page, err := v.teams.ConsentPage(v.addresses().Return, state)
	if err != nil {
		return err
	}
	if err := v.engine.Update(v.ctx(), v.note(audit.ConsentAsked, teamsName, nil)); err != nil {
		return err
	}
	return v.redirect(page)
}

// strangeReturn refuses a return without saying which of its parts is wrong.
var strangeReturn = problem{http.StatusBadRequest, "Nothing was connected",
	"This return from Microsoft does not belong to a visit that you began here, came back a second time, or took longer than ten minutes. Nothing was changed. Open Settings > Integrations and press Connect again."}

// consentBack takes an admin back. What the address says is a stranger's word: the state decides whether it counts at all, and the tenant
// it names is a hint that a token has to prove.
func (v *visit) consentBack() error {
	if v.teams == nil {
		return notSetUp
	}
	q := v.r.URL.Query()
	state := q.Get("state")
	if state != "" && v.comesFromElsewhere() { // the session's cookie stayed behind
		v.comeAgain()
		return nil
	}
	if v.session == nil || !v.isAdmin() {
		return strangeReturn
	}
	by, err := v.desk.EndConsent(v.ctx(), hashed(v.token()), state)
	if errors.Is(err, handoff.ErrConsent) {
		return strangeReturn
	}
	if err != nil {
		return err
	}
	tenant := strings.ToLower(q.Get("tenant"))
	switch {
	case q.Get("error") != "":
		return v.consentRefused(q.Get("error"), q.Get("error_description"))
	case !strings.EqualFold(q.Get("admin_consent"), "true"), !isGUID(tenant):
		return v.consentRefused("no_consent", "the answer names no tenant that consented")
	}
	details := map[string]string{"tenant": tenant}
	if err := v.desk.Consented(v.ctx(), teamsName, tenant, by, v.note(audit.ConsentReturned, tenant, details)); err != nil {
		return err
	}
	cause, err := v.prove(tenant)
	if err != nil {
		return err
	}
	path := "/admin/integrations/teams?tenant=" + tenant
	if cause != "" {
		return v.done(path, "You have agreed. Microsoft gives us no token for the tenant yet; the list below says why.")
	}
	return v.done(path, "You have agreed, and Microsoft has confirmed it. The list shows what is left.")
}

// isGUID takes the one spelling that directories use; others would make a path of a tenant.
func isGUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// consentRefused says in plain words why nothing was connected. What Microsoft says is shown as it is, as text.
func (v *visit) consentRefused(code, said string) error {
	if err := v.engine.Update(v.ctx(), v.note(audit.ConsentRefused, teamsName, map[string]string{"error": code})); err != nil {
		return err
	}
	why := "Microsoft did not connect the tenant."
	switch {
	case code == "access_denied" || code == "permission_denied" || strings.Contains(said, "AADSTS65004"):
		why = "Somebody pressed Cancel on Microsoft’s page, or the account may not agree for the whole tenant. Ask an admin of the tenant to press Connect here."
	case code == "no_consent":
		return problem{http.StatusBadRequest, "Nothing was connected", "Microsoft’s answer names no tenant that agreed, so nothing was connected. Press Connect again."}
	}
	if said != "" {
		why += " Microsoft says: “" + short(said) + "”"
	}
	return problem{http.StatusBadRequest, "Nothing was connected", why}
}

// short keeps foreign words from filling a page.
func short(s string) string {
	if runes := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
}

// prove asks for a token of the tenant's, and keeps what came of it. The cause says why there is none.
func (v *visit) prove(tenant string) (cause string, err error) {
	ctx, done := context.WithTimeout(v.ctx(), proveTime)
	defer done()
	cause, remedy, refused := v.teams.Prove(ctx, tenant)
	if refused != nil {
		v.log.Warn("no token proves a consent", "tenant", tenant, "err", refused)
		if cause = strings.TrimSuffix(cause, "."); remedy != "" {
			cause += "; " + remedy
		}
	}
	return cause, v.desk.Proved(v.ctx(), teamsName, tenant, cause)
}

// proveAgain asks once more for the token of a tenant that has consented.
func (v *visit) proveAgain() error {
	if v.teams == nil {
		return notSetUp
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	tenant := strings.ToLower(f.text("tenant"))
	if !isGUID(tenant) {
		return problem{http.StatusBadRequest, "Not understood", "That is no tenant."}
	}
	known, err := v.desk.Tenant(v.ctx(), teamsName, tenant)
	if err != nil {
		return err
	}
	if known.ConsentedAt.IsZero() {
		return problem{http.StatusConflict, "Not yet", "This tenant has not consented. Press Connect first."}
	}
	cause, err := v.prove(tenant)
	if err != nil {
		return err
	}
	path := "/admin/integrations/teams?tenant=" + tenant
	if cause != "" {
		return v.done(path, "Still no token for the tenant; the list below says why.")
	}
	return v.done(path, "Microsoft has given us a token for the tenant.")
}
