package admin

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
)

const linkLives = time.Hour

// link is a one-time sign-in link.
type link struct {
	Role  Role      `json:"role"`
	Until time.Time `json:"until"`
}

func (l link) over(now time.Time) bool { return !now.Before(l.Until) }

// SignInLink makes a link that signs one browser in, once, within the hour. It is for whoever runs the server: its address is the
// secret.
func (s *Server) SignInLink(ctx context.Context, role Role) (string, error) {
	token := newToken()
	err := s.engine.Update(ctx, func(tx store.Tx) error {
		if err := store.Put(tx, linkRows+hashed(token), link{Role: role, Until: s.now().Add(linkLives).UTC()}); err != nil {
			return err
		}
		return audit.Append(tx, s.now(), audit.Entry{By: audit.Actor{Kind: audit.System}, Act: audit.LinkMade, Details: map[string]string{"role": string(role)}})
	})
	if err != nil {
		return "", err
	}
	return strings.TrimRight(s.public.String(), "/") + "/admin/signin/link/" + token, nil
}

// wayBack says whether anybody can sign in without a link.
func (s *Server) wayBack(ctx context.Context) (bool, error) {
	has, err := s.hasPassword(ctx)
	return has || s.openid != nil, err
}

// FirstLink makes a link for an admin when there is no other way in; otherwise it is empty.
func (s *Server) FirstLink(ctx context.Context) (string, error) {
	if way, err := s.wayBack(ctx); err != nil || way {
		return "", err
	}
	return s.SignInLink(ctx, RoleAdmin)
}

// linkPage shows a button. The link is used when it is pressed, not when something looks at the address beforehand.
func (v *visit) linkPage() error {
	token := v.r.PathValue("token")
	err := v.engine.View(v.ctx(), func(tx store.Tx) error { return v.findLink(tx, token, new(link)) })
	if err != nil {
		return err
	}
	return v.show("link.html", "Sign in", token)
}

var errLink = problem{403, "This link is used up", "A sign-in link works once, within an hour. Whoever runs the server makes a new one with: docket admin-link"}

func (v *visit) findLink(tx store.Tx, token string, into *link) error {
	found, there, err := store.Get[link](tx, linkRows+hashed(token))
	if err == nil && (!there || found.over(v.now())) {
		err = errLink
	}
	*into = found
	return err
}

// useLink signs in and takes the link away.
func (v *visit) useLink() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	var used link
	err = v.engine.Update(v.ctx(), func(tx store.Tx) error {
		if err := v.findLink(tx, form.Value("token"), &used); err != nil {
			return err
		}
		return tx.Delete(linkRows + hashed(form.Value("token")))
	})
	if errors.Is(err, errLink) {
		return errors.Join(v.refused(wayLink), err)
	}
	if err != nil {
		return err
	}
	account := localAccount
	if used.Role != RoleAdmin {
		account = string(used.Role)
	}
	if err := v.begin(Person{Account: account, Role: used.Role}, wayLink); err != nil {
		return err
	}
	way, err := v.wayBack(v.ctx())
	if err != nil {
		return err
	}
	if way || used.Role != RoleAdmin {
		return v.redirect("/admin/")
	}
	return v.done("/admin/", "You came in by a link that works once. Set a password under People, so that you can sign in again.")
}
