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

// FuzzTenant holds the quick way to the tenant to the whole one.
func FuzzTenant(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `5`, `{"tenant":{"id":"a"}}`, `{"tenant":{"id":"a"},"team":{"id":"b"},"x":[{}]}`, `{"Tenant":{"id":"a"}}`,
		`{"tenant":5,"TENANT":{"id":"a"}}`, `{"Tenant":{"id":"a"},"tenant":{"ID":"b"}}`, `{"tenant":{"id":"a"},"tenant":{"id":"b"}}`,
		`{"tenant":null}`, `{"tenant":{"id":7}}`, `{"tenant":{"id":"a","x":1,"x":2}}`, `{"x":1,"x":2,"tenant":{"id":"a"}}`,
		`{"tenant":{"id":"a"}} `, `{"tenant":{"id":"a"}}}`, `{"tena\u006et":{"id":"a"}}`, `{"tenant":{"id":"a"},"tenant":`, `{"tenant" {"id":"a"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, channelData []byte) {
		a := activity.Activity{ChannelData: channelData}
		var want string
		data, err := a.Teams()
		if err == nil && data.Tenant != nil {
			want = data.Tenant.ID
		}
		if id, agree := a.Tenant(); id != want || agree != (err == nil) {
			t.Errorf("tenant %q, agreed %t; all of channelData says %q, %v", id, agree, want, err)
		}
	})
}
