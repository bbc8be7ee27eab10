package activity_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func message(b *testing.B) []byte {
	b.Helper()
	data, err := os.ReadFile("testdata/reply_in_thread.json")
	if err != nil {
		b.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		b.Fatal(err)
	}
	return compact.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	data := message(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := activity.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	a := golden(b, "reply_in_thread")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := activity.Encode(a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTextFor(b *testing.B) {
	a := golden(b, "mention_top_level")
	b.ReportAllocs()
	for b.Loop() {
		if a.TextFor(a.Recipient.ID) == "" {
			b.Fatal("no text")
		}
	}
}
