package admin

import (
	"context"
	"sync"
	"time"
)

var healthSection = section{
	title: "Health", group: "", path: "/admin/health",
	routes: []route{{"GET /admin/health", viewer, (*visit).healthPage}},
}

// Finding is what one look at the server's surroundings found: the doctor's line.
type Finding struct {
	Name   string
	Status string // ok, warning or failed
	Cause  string // what was seen
	Remedy string // what to do; may be empty
}

// Badge is the look of its status.
func (f Finding) Badge() string {
	return map[string]string{"ok": "good", "warning": "warning", "failed": "bad"}[f.Status]
}

// Page is where something can be done about it; empty where that is not in these pages.
func (f Finding) Page() string {
	if f.Name == "queues" && f.Status != "ok" {
		return deliveriesSection.path
	}
	return ""
}

// examination is the last examination. It costs calls to Microsoft, so those who look within examineEvery share one.
type examination struct {
	mu       sync.Mutex
	at       time.Time
	findings []Finding
}

const (
	examineEvery = 20 * time.Second
	examineTime  = 30 * time.Second
)

type healthView struct {
	At      time.Time
	Version string
	All     []Finding
	Failed  int
	Warned  int
	Off     bool // nobody examines
}

func (v *visit) healthPage() error {
	if v.examine == nil {
		return v.show("health.html", "Health", healthView{Off: true, Version: v.version})
	}
	view := healthView{Version: v.version}
	view.At, view.All = v.examined()
	for _, f := range view.All {
		switch f.Status {
		case "failed":
			view.Failed++
		case "warning":
			view.Warned++
		}
	}
	return v.show("health.html", "Health", view)
}

// examined examines, or answers what was found a moment ago. Somebody who leaves meanwhile does not break it off for the others.
func (v *visit) examined() (time.Time, []Finding) {
	e := &v.examination
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := v.now(); e.at.IsZero() || now.Sub(e.at) >= examineEvery || now.Before(e.at) {
		ctx, done := context.WithTimeout(context.WithoutCancel(v.ctx()), examineTime)
		defer done()
		e.findings, e.at = v.examine(ctx), now
	}
	return e.at, e.findings
}
