package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
	"github.com/docket-handoff/docket/store/bolt"
)

// doctorCommand looks at everything that docket needs, and says what is wrong and what to do.
type doctorCommand struct {
	settings
	JSON bool `name:"json" help:"Print one JSON object in place of lines."`
}

// finding is what one look found.
type finding struct {
	Name   string `json:"name"`
	Status status `json:"status"`
	Cause  string `json:"cause"`  // what was seen
	Remedy string `json:"remedy"` // what to do; empty when there is nothing to do
}

type status string

const (
	healthy status = "ok"
	warning status = "warning"
	failed  status = "failed"
)

// errUnwell ends the program with 1; everything has been said by then.
var errUnwell = errors.New("not everything is well: see what failed above")

// Run looks at everything once. What stands in the settings it looks at itself; what stands in the store, the server that has
// it open is asked, or it is read when there is none.
func (c *doctorCommand) Run(env environment) error {
	p := newPatient(&c.settings, os.Environ())
	p.bad = c.validate()
	if path, err := c.storePath(); err != nil {
		p.storeErr = err
	} else {
		p.records, p.storeErr = recordsOf(env.ctx, path)
	}
	return report(env.stdout, p.examine(env.ctx), c.JSON)
}

// unreadable is the doctor's answer to settings that cannot even be read.
func unreadable(w io.Writer, err error, args []string) error {
	return report(w, []finding{{Name: "settings", Status: failed, Cause: err.Error(), Remedy: settingsRemedy}}, slices.Contains(args, "--json"))
}

// report prints what was found; its error is errUnwell when something failed.
func report(w io.Writer, found []finding, asJSON bool) error {
	var err error
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(map[string][]finding{"checks": found})
	} else {
		for _, f := range found {
			line := fmt.Sprintf("%-8s %s: %s", f.Status, f.Name, f.Cause)
			if f.Remedy != "" {
				line += ". To do: " + f.Remedy
			}
			if _, err = fmt.Fprintln(w, oneLine(line)); err != nil {
				break
			}
		}
	}
	if err == nil && slices.ContainsFunc(found, func(f finding) bool { return f.Status == failed }) {
		err = errUnwell
	}
	return err
}

// oneLine keeps what others have named from breaking the report.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// recordsOf reads what the store knows: through the server that has it open, or from the file. A store that is not there yet
// is none, without an error.
func recordsOf(ctx context.Context, path string) (*records, error) {
	r, err := recordsOfServer(ctx, path)
	if !errors.Is(err, errNoServer) {
		return r, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(path + ".id"); errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
	}
	engine, err := bolt.OpenReadOnly(path)
	if errors.Is(err, store.ErrLocked) {
		return nil, fmt.Errorf("another process has %s open and does not answer at %s", path, socketOf(path))
	}
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	summary, err := engine.Verify(ctx)
	if err != nil {
		return nil, err
	}
	if r, err = readRecords(ctx, engine); err == nil {
		r.Store = fmt.Sprintf("whole, %d rows, %s; no server has it open", summary.Rows, inUnits(summary.Bytes))
	}
	return r, err
}

const askTime = 10 * time.Second // for the server to answer what it knows

func recordsOfServer(ctx context.Context, path string) (*records, error) {
	ctx, done := context.WithTimeout(ctx, askTime)
	defer done()
	response, err := askServer(ctx, path, http.MethodGet, "/doctor")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, errors.New("the server that has the store open is of an older version; start it again with this one")
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server that has the store open answers %d", response.StatusCode)
	}
	var r records
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
		return nil, fmt.Errorf("the server that has the store open does not answer in full: %w", err)
	}
	return &r, nil
}
