package activity_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/docket-handoff/docket/activity"
)

// TestDecodeKeepsNothingOfItsInput lets a caller use the same memory for the
// next body.
func TestDecodeKeepsNothingOfItsInput(t *testing.T) {
	for _, name := range []string{"reply_in_thread", "mention_top_level"} {
		data, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		before, err := activity.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		clear(data)
		if diff := cmp.Diff(golden(t, name), before); diff != "" {
			t.Errorf("%s changed with its input:\n%s", name, diff)
		}
	}
}
