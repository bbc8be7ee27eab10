package activity_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// atTag is a mention in a text, in another notation than the code's.
var atTag = regexp.MustCompile(`(?i)<at(?:\s[^<>]*)?>([^<>]*)</at>`)

// FuzzTextFor takes mentions out of any text: nothing is added, both ends are cut, the activity stays as it was, and while the
// bot is not mentioned every tag becomes its name and no more happens.
func FuzzTextFor(f *testing.F) {
	for _, seed := range []struct{ text, mention, name string }{
		{"<at>Docket</at> help", "<at>Docket</at>", "28:b"}, {"a <at>Docket</at> b", "<at>docket</at>", "28:B"},
		{"<at id=\"0\">Docket</at>&nbsp;<at>Ada</at>", "<at>Ada</at>", "29:ada"}, {"@Docket end", "@Docket", "28:b"},
		{"<at><at>x</at></at>", "<at>x</at>", "28:b"}, {"<at>", "", ""}, {"&lt;at&gt;x&lt;/at&gt;", "x", "28:b"}, {"\u00a0\r\n", " ", "28:b"},
	} {
		f.Add(seed.text, seed.mention, seed.name)
	}
	f.Fuzz(func(t *testing.T, text, mention, id string) {
		if !utf8.ValidString(text) || !utf8.ValidString(mention) || !utf8.ValidString(id) {
			return // an activity is UTF-8
		}
		wire, err := json.Marshal(map[string]any{"type": "message", "text": text, "entities": []any{
			map[string]any{"type": "mention", "text": mention, "mentioned": map[string]any{"id": id}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		a := decode(t, string(wire))
		before := encode(t, a)
		said := a.TextFor("28:b")
		if len(said) > len(text) || !utf8.ValidString(said) || said != strings.TrimSpace(said) {
			t.Errorf("%q became %q", text, said)
		}
		if again := a.TextFor("28:b"); again != said || encode(t, a) != before {
			t.Errorf("asked twice: %q and %q", said, again)
		}
		if strings.EqualFold(id, "28:b") {
			return
		}
		blanks := strings.NewReplacer("\u00a0", " ", "\r\n", "\n")
		want := strings.TrimSpace(blanks.Replace(html.UnescapeString(atTag.ReplaceAllString(text, "$1"))))
		if said != want {
			t.Errorf("%q became %q, want %q", text, said, want)
		}
	})
}
