package cards_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/docket-handoff/docket/cards"
)

var update = flag.Bool("update", false, "write the golden cards anew")

// view is the input of a golden card: one of the views, and the zone of its
// times.
type view struct {
	Zone       string
	Handoff    *cards.HandoffView
	Transcript *cards.TranscriptView
	Closing    *cards.ClosingView
}

func (v view) card(t *testing.T) cards.Card {
	t.Helper()
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case v.Handoff != nil:
		v.Handoff.TimeZone = zone
		return cards.Handoff(*v.Handoff)
	case v.Transcript != nil:
		v.Transcript.TimeZone = zone
		return cards.Transcript(*v.Transcript)
	}
	v.Closing.TimeZone = zone
	return cards.Closing(*v.Closing)
}

// TestGolden draws each testdata/*.view and compares the card with the .json file
// beside it. Run with -update after a change that is meant.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.view")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d views, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".view"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			var v view
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(file, ".view")+".json", v.card(t))
		})
	}
	t.Run("everything", func(t *testing.T) {
		compare(t, "testdata/everything.json", everything())
	})
}

func compare(t *testing.T, file string, card cards.Card) {
	t.Helper()
	data, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	keepsToTheSchema(t, data)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	if *update {
		if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, pretty.Bytes()) {
		t.Errorf("%s differs from\n%s", file, pretty.Bytes())
	}
}
