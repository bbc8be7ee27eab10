package activity_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/docket-handoff/docket/activity"
)

// FuzzDecode holds the codec against encoding/json: whatever is accepted is
// valid JSON, and what is written is accepted, stable, and says the same.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{
		``, `{}`, `{"type":1,"TYPE":"message","Type":null}`, `{"from":[{}],"entities":[1,{"type":"mention","mentioned":{"id":"a"},"text":"<at>a</at>"}]}`,
		`{"a":1,"\u0061":2}`, `{"value":[[[[[]]]]],"channelData":{"tenant":{"ID":"x"}}}`, "{\"text\":\"\xff\"}", `{"text":"\ud800\udc00\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := activity.Decode(data)
		if err != nil {
			return
		}
		if !json.Valid(data) || !utf8.Valid(data) {
			t.Fatalf("accepted %q", data)
		}
		once, err := activity.Encode(a)
		if err != nil {
			t.Fatalf("cannot write what was read from %q: %v", data, err)
		}
		again, err := activity.Decode(once)
		if err != nil {
			t.Fatalf("cannot read what was written, %q: %v", once, err)
		}
		if twice, err := activity.Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not stable: %q then %q, %v", once, twice, err)
		}
		a.TextFor("28:x")
		a.Tenant()
		a.CardAction()
		activity.ThreadOf(a)
	})
}
