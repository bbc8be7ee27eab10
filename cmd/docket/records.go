package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
)

// records are what the doctor wants to know of a store.
type records struct {
	Running  bool              `json:"running"` // a server has it open
	Version  string            `json:"version,omitempty"`
	Store    string            `json:"store"`    // how it is
	Full     float64           `json:"full"`     // how full its disk is, from 0 to 1; 0 when nobody can tell
	Warnings []string          `json:"warnings"` // of the store as it was opened
	Channels []handoff.Channel `json:"channels"`
	Wanted   []handoff.ID      `json:"wanted"` // channels that agents hand off to
	Tenants  []handoff.Tenant  `json:"tenants"`
	Stats    handoff.Stats     `json:"stats"`
}

// readRecords reads an open store.
func readRecords(ctx context.Context, engine *bolt.Engine) (*records, error) {
	desk := handoff.NewDesk(engine, handoff.Config{}) // to read with: nobody runs it
	r := &records{Warnings: engine.Warnings()}
	if used := (&disk{engine: engine}).used(); used > 0 {
		r.Full = used
	}
	agents, err := desk.Agents(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range agents {
		if a.Handoff.Enabled {
			r.Wanted = append(append(r.Wanted, a.Handoff.Channels...), a.Handoff.FallbackChannels...)
		}
	}
	if r.Tenants, err = desk.Tenants(ctx); err != nil {
		return nil, err
	}
	if r.Channels, err = desk.Channels(ctx); err != nil {
		return nil, err
	}
	r.Stats, err = desk.Stats(ctx)
	return r, err
}

// records answers what the server's own store knows.
func (k *keeper) records(ctx context.Context) (*records, error) {
	r, err := readRecords(ctx, k.engine)
	if err != nil {
		return nil, err
	}
	r.Running, r.Version = true, strings.Join([]string{versionName(), "up since", k.began.UTC().Format(time.RFC3339)}, " ")
	r.Store = "in use by a running docket"
	if k.engine.Suspect() {
		r.Store += ", which has not been closed properly and is being looked through"
	}
	return r, nil
}

// doctor answers at the socket.
func (k *keeper) doctor(w http.ResponseWriter, r *http.Request) {
	known, err := k.records(r.Context())
	if err != nil {
		k.log.Warn("docket doctor could not be answered", "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(known)
}

func (r *records) wants(channel handoff.ID) bool { return slices.Contains(r.Wanted, channel) }
