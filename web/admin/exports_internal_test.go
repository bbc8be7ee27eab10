package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
)

// listedHandoffs yields n handoffs, and then fails when there is an error.
func listedHandoffs(n int, failure error) iter.Seq2[handoff.Listed, error] {
	return func(yield func(handoff.Listed, error) bool) {
		for i := range n {
			l := handoff.Listed{Handoff: handoff.Handoff{ID: handoff.ID(fmt.Sprint("h", i))}, Conversation: handoff.Conversation{Visitor: handoff.Visitor{Name: "=1+1"}}}
			if !yield(l, nil) {
				return
			}
		}
		if failure != nil {
			yield(handoff.Listed{}, failure)
		}
	}
}

// TestExportsAreBounded: they end at the bound, and say so.
func TestExportsAreBounded(t *testing.T) {
	for _, row := range []struct {
		there, most, want int
		complete          bool
	}{{0, 3, 0, true}, {2, 3, 2, true}, {3, 3, 3, true}, {4, 3, 3, false}} {
		var table, object bytes.Buffer
		if err := (names{}).exportCSV(&table, listedHandoffs(row.there, nil), row.most); err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(table.String(), "\r\n") - 1
		if row.complete && lines != row.want || !row.complete && (lines != row.want+1 || !strings.Contains(table.String(), cut)) {
			t.Errorf("%d handoffs are %d lines:\n%s", row.there, lines, table.String())
		}
		if row.there > 0 && !strings.Contains(table.String(), ",'=1+1,") {
			t.Errorf("a formula is not defused:\n%s", table.String())
		}
		if err := (names{}).exportJSON(&object, listedHandoffs(row.there, nil), row.most); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Handoffs []exported
			Complete bool
		}
		if err := json.Unmarshal(object.Bytes(), &got); err != nil || len(got.Handoffs) != row.want || got.Complete != row.complete {
			t.Errorf("%d handoffs are %s, %v", row.there, object.String(), err)
		}
		if row.want > 0 && got.Handoffs[0].Visitor.Name != "=1+1" {
			t.Errorf("a name became %q", got.Handoffs[0].Visitor.Name)
		}
	}
}

// TestExportsThatFail are no whole objects: nobody takes a part for all of it.
func TestExportsThatFail(t *testing.T) {
	broken := errors.New("the store is gone")
	var object bytes.Buffer
	if err := (names{}).exportJSON(&object, listedHandoffs(2, broken), 10); !errors.Is(err, broken) || json.Valid(object.Bytes()) {
		t.Errorf("%v, %s", err, object.String())
	}
	if err := (names{}).exportCSV(&object, listedHandoffs(2, broken), 10); !errors.Is(err, broken) {
		t.Error(err)
	}
}
