package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

type verifyCommand struct {
	Store string `env:"DOCKET_STORE" default:"bolt:data/docket.db" placeholder:"STORE" help:"The store: bolt: and a file."`
	Noted string `placeholder:"HEAD" help:"A head that this command printed before and that was kept elsewhere: it must still stand in the chain."`
}

// verdict is what a look at the audit log comes to.
type verdict struct {
	Head   audit.Head    `json:"head"`
	Broken *audit.Broken `json:"broken,omitempty"`
}

// Run verifies the chain, through the server when one runs.
func (c *verifyCommand) Run(env environment) error {
	path, err := (&settings{Store: c.Store}).storePath()
	if err != nil {
		return err
	}
	var noted audit.Head
	if c.Noted != "" {
		if noted, err = audit.ParseHead(c.Noted); err != nil {
			return fmt.Errorf("--noted: %w", err)
		}
	}
	v, err := verdictOf(env.ctx, path, noted)
	if err != nil {
		return fmt.Errorf("the audit log was not verified: %w", err)
	}
	if v.Broken != nil {
		return fmt.Errorf("the audit log is not whole: entry %d %s", v.Broken.N, v.Broken.How)
	}
	_, err = fmt.Fprintf(env.stdout, "The audit log is whole: %d entries. Its head, to keep elsewhere: %s\n", v.Head.N, v.Head)
	return err
}

// verdictOf asks the server that has the store open, or looks itself when there is none.
func verdictOf(ctx context.Context, path string, noted audit.Head) (verdict, error) {
	var v verdict
	response, err := askServer(ctx, path, http.MethodGet, "/audit?noted="+url.QueryEscape(noted.String()))
	if err == nil {
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return v, refusalOf(response)
		}
		return v, json.NewDecoder(response.Body).Decode(&v)
	}
	if !errors.Is(err, errNoServer) {
		return v, err
	}
	engine, err := bolt.OpenReadOnly(path)
	if errors.Is(err, store.ErrLocked) {
		return v, fmt.Errorf("another process has %s open and does not answer at %s; try again, or stop it first", path, socketOf(path))
	}
	if err != nil {
		return v, err
	}
	v, err = judge(ctx, engine, noted)
	return v, errors.Join(err, engine.Close())
}

// judge verifies the log of an open store. That it is broken is no error but the verdict.
func judge(ctx context.Context, engine store.Engine, noted audit.Head) (v verdict, err error) {
	if v.Head, err = audit.Verify(ctx, engine, noted); errors.As(err, &v.Broken) {
		err = nil
	}
	return v, err
}

// verifyAudit answers at the socket.
func (k *keeper) verifyAudit(w http.ResponseWriter, r *http.Request) {
	var noted audit.Head
	var err error
	if asked := r.URL.Query().Get("noted"); asked != (audit.Head{}).String() {
		noted, err = audit.ParseHead(asked)
	}
	var v verdict
	if err == nil {
		v, err = judge(r.Context(), k.engine, noted)
	}
	if err != nil {
		k.log.Warn("the audit log could not be verified", "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if v.Broken != nil {
		k.log.Error("the audit log is not whole", "entry", v.Broken.N, "how", v.Broken.How)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

type adminLinkCommand struct {
	Store string `env:"DOCKET_STORE" default:"bolt:data/docket.db" placeholder:"STORE" help:"The store of the server: bolt: and a file."`
}

// Run asks the server for a link. Whoever may read the store's folder may do this.
func (c *adminLinkCommand) Run(env environment) error {
	path, err := (&settings{Store: c.Store}).storePath()
	if err != nil {
		return err
	}
	response, err := askServer(env.ctx, path, http.MethodPost, "/admin-link")
	if errors.Is(err, errNoServer) {
		return fmt.Errorf("no docket runs on %s; start docket serve, then ask again", path)
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refusalOf(response)
	}
	var link string
	if err := json.NewDecoder(response.Body).Decode(&link); err != nil {
		return fmt.Errorf("the server's answer is no link: %w", err)
	}
	_, err = fmt.Fprintln(env.stdout, link)
	return err
}

// makeLink answers at the socket.
func (k *keeper) makeLink(w http.ResponseWriter, r *http.Request) {
	link, err := k.link(r.Context())
	if err != nil {
		k.log.Warn("a sign-in link could not be made", "error", err)
		http.Error(w, "the link could not be kept; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(link)
}
