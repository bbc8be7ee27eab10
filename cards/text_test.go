package cards_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/docket-handoff/docket/cards"
)

func TestSafe(t *testing.T) {
	for _, row := range []struct {
		name, in string
		max      int
		want     string
	}{
		{"plain", "Do you have a HubSpot integration?", 100, "Do you have a HubSpot integration?"},
		{"other scripts", "Olá, é possível? 日本語 مرحبا 👩‍🚀", 100, "Olá, é possível? 日本語 مرحبا 👩‍🚀"},
		{"controls", "a\x00b\x1b[31mc\u0085d\u009fe\x7f", 100, "ab[31mc\nde"},
		{"bidirectional override", "invoice\u202egpj.exe\u202c \u2066x\u2069", 100, "invoicegpj.exe x"},
		{"not UTF-8", "a\xff\xfeb", 100, "a\ufffdb"},
		{"line ends of all kinds", "a\r\nb\rc\u2028d\u2029e", 100, "a\nb\nc\nd\ne"},
		{"many line ends", "a\n\n\n\n\nb", 100, "a\n\nb"},
		{"many line ends with controls between", "a\n\x00\n\x01\n\nb", 100, "a\n\nb"},
		{"blank ends", "  \n a \n ", 100, "a"},
		{"a tab", "a\tb", 100, "a b"},
		{"a mention", "<at>Ada</at>", 100, "‹at>Ada‹/at>"},
		{"a mention in capitals with an id", `<AT id="0">Ada</At >`, 100, `‹AT id="0">Ada‹/At >`},
		{"a date", "{{DATE(2026-01-01T00:00:00Z)}}", 100, "｛{DATE(2026-01-01T00:00:00Z)}}"},
		{"a time", "{{time(2026-01-01T00:00:00Z)}}", 100, "｛{time(2026-01-01T00:00:00Z)}}"},
		{"three braces", "{{{DATE(x)", 100, "{｛{DATE(x)"},
		{"harmless brackets", "a < b, {{name}}, <b>", 100, "a < b, {{name}}, <b>"},
		{"a beginning at the end", "see <a", 100, "see ‹a"},
		{"a beginning of a date at the end", "see {{", 100, "see ｛｛"},
		{"exactly as long as allowed", "abcde", 5, "abcde"},
		{"one too long", "abcdef", 5, "abcd…"},
		{"counted in characters", "ééééé", 3, "éé…"},
		{"cut at a blank", "ab cdef", 4, "ab…"},
		{"cut inside a mention", "abc<at>d", 7, "abc‹at…"},
		{"room for one character", "abc", 1, "…"},
		{"no room", "abc", 0, ""},
		{"empty", "", 10, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := cards.Safe(row.in, row.max).String(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestSafeLine(t *testing.T) {
	if got := cards.SafeLine(" a\n\nb \t c\r\n", 100).String(); got != "a b c" {
		t.Errorf("got %q", got)
	}
}

func TestTextBlockEscapesForeignWordsOnly(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"bold and italic", "**a** _b_", `\*\*a\*\* \_b\_`},
		{"a link", "[pay here](https://evil.example)", `\[pay here\](https://evil.example)`},
		{"code and strikethrough", "`a` ~~b~~", "\\`a\\` \\~\\~b\\~\\~"},
		{"an autolink", "<https://evil.example>", `\<https://evil.example>`},
		{"a backslash", `\*`, `\\\*`},
		{"a list", "- a\n* b\n+ c", "\\- a\n\n\\* b\n\n\\+ c"},
		{"a numbered list", "1. a\n22) b", "1\\. a\n\n22\\) b"},
		{"a heading, a quote and a rule", "# a\n> b\n---\n===", "\\# a\n\n\\> b\n\n\\---\n\n\\==="},
		{"an indented block", "a\n\n     b", "a\n\n\n\nb"},
		{"an entity", "AT&T &lt;b&gt; &#42;", `AT&T \&lt;b\&gt; \&#42;`},
		{"a path stays readable", "/pricing-page (v1.2) #3", "/pricing-page (v1.2) #3"},
		{"a number is no list", "1.5 seats", `1\.5 seats`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := member(t, cards.TextBlock{Text: cards.Safe(row.in, 500)}, "text")
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	own := cards.Concat(cards.Lit("**Why:** "), cards.Safe("- *x*", 50))
	if got := member(t, cards.TextBlock{Text: own}, "text"); got != `**Why:** - \*x\*` {
		t.Errorf("own Markdown: %q", got)
	}
}

func TestTextRunEscapesNothing(t *testing.T) {
	run := cards.TextRun{Text: cards.Safe("**a** [b](c)", 50)}
	if got := member(t, run, "text"); got != "**a** [b](c)" {
		t.Errorf("got %q", got)
	}
}

// member returns one string member of what v marshals to.
func member(t testing.TB, v json.Marshaler, name string) string {
	t.Helper()
	data, err := v.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	text, _ := members[name].(string)
	return text
}

// FuzzSafe puts foreign text into every kind of place on a card, in pieces that
// touch, and looks at the strings that a renderer would see.
func FuzzSafe(f *testing.F) {
	for _, seed := range []string{
		"", "hello", "<at>Ada</at>", "<AT >x</at>", "<", "</", "{{DATE(x)}}", "{", "{{{{TIME(", "**b** [l](u) `c`", "a\u202eb\x00\x9f\xff",
		"1. a\n- b\n\n\n\n# c", "\ufeff<\u200bat>", "ＡＴ", "<ſat>", strings.Repeat("é<at>", 400),
	} {
		f.Add(seed, seed, 40)
	}
	f.Fuzz(func(t *testing.T, a, b string, max int) {
		max %= 3000
		both := cards.Concat(cards.Safe(a, max), cards.Safe(b, max))
		if n := utf8.RuneCountInString(both.String()); max >= 0 && n > 2*max {
			t.Fatalf("%d characters of %d: %q", n, 2*max, both)
		}
		if again := cards.Safe(cards.Safe(a, max).String(), max).String(); again != cards.Safe(a, max).String() {
			t.Fatalf("cleaning twice changes %q to %q", cards.Safe(a, max), again)
		}
		card := cards.Card{
			FallbackText: both,
			Body: []cards.Element{
				cards.TextBlock{Text: both},
				cards.RichTextBlock{Inlines: []cards.TextRun{{Text: both}}},
				cards.FactSet{Facts: []cards.FactRow{{Title: both, Value: both}}},
			},
		}
		data, err := json.Marshal(card)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > cards.MaxBytes {
			t.Fatalf("%d bytes", len(data))
		}
		checkStrings(t, data)
	})
}

// checkStrings walks over all strings of a card and holds each against the rules
// for text.
func checkStrings(t reporter, data []byte) {
	t.Helper()
	var card any
	if err := json.Unmarshal(data, &card); err != nil {
		t.Fatal(err)
	}
	walk(card, func(text string) {
		folded := strings.ToLower(text)
		for _, bad := range []string{"<at", "</at", "{{date(", "{{time("} {
			if strings.Contains(folded, bad) {
				t.Errorf("%q has %s", text, bad)
			}
		}
		for _, r := range text {
			if r < ' ' && r != '\n' || 0x7f <= r && r <= 0x9f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
				t.Errorf("%q has the character %U", text, r)
			}
		}
	})
}

func walk(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	case map[string]any:
		for _, e := range v {
			walk(e, visit)
		}
	}
}
