package cards

import (
	"encoding/json"
	"strings"
)

// Text is what a person will read. The zero value is empty.
type Text struct{ parts []part }

type part struct {
	words   string
	foreign bool
}

// Lit returns words of the program itself, which are taken as they are: in a
// TextBlock their Markdown works. Never pass what somebody else wrote.
func Lit(words string) Text { return Text{[]part{{words: words}}} }

// Safe returns what somebody else wrote, cleaned so that it cannot be anything
// but text: control characters and bidirectional overrides go, bytes that are
// not UTF-8 become U+FFFD, more than two line ends in a row become two, what
// Teams would read as a mention or a renderer as a date gets a look-alike for
// its first character, and from max characters on it ends in "…".
func Safe(words string, max int) Text {
	return Text{[]part{{words: disarm(shorten(clean(words), max)), foreign: true}}}
}

// SafeLine is Safe for text that belongs on one line: line ends become blanks.
func SafeLine(words string, max int) Text {
	return Safe(strings.Join(strings.Fields(clean(words)), " "), max)
}

// Concat returns texts one after another; each part stays what it was.
func Concat(texts ...Text) Text {
	var all Text
	for _, t := range texts {
		all.parts = append(all.parts, t.parts...)
	}
	return all
}

// String returns the text without any markup.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.words)
	}
	return b.String()
}

// MarshalJSON writes the text for places that interpret nothing.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

func (t Text) empty() bool { return t.String() == "" }

// markdown returns the text for places that interpret Markdown.
func (t Text) markdown() string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.foreign {
			b.WriteString(escape(p.words, b.Len() == 0 || strings.HasSuffix(b.String(), "\n")))
			continue
		}
		b.WriteString(p.words)
	}
	return b.String()
}

// cut returns the text with its foreign parts shortened to max characters.
func (t Text) cut(max int) Text {
	short := Text{make([]part, len(t.parts))}
	for i, p := range t.parts {
		if p.foreign {
			p.words = disarm(shorten(p.words, max))
		}
		short.parts[i] = p
	}
	return short
}

// clean removes what is no text, and leaves at most two line ends in a row.
func clean(words string) string {
	words = strings.ReplaceAll(strings.ToValidUTF8(words, "\ufffd"), "\r\n", "\n")
	var b strings.Builder
	ends := 0
	for _, r := range words {
		switch {
		case r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			if ends++; ends <= 2 {
				b.WriteByte('\n')
			}
			continue
		case r == '\t':
			r = ' '
		case isControl(r):
			continue
		}
		ends = 0
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// isControl reports characters that are not seen but act: C0 and C1 controls and
// the bidirectional embeddings, overrides and isolates.
func isControl(r rune) bool {
	return r < ' ' || 0x7f <= r && r <= 0x9f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// shorten returns at most max characters, the last of which is "…" when some
// were lost.
func shorten(words string, max int) string {
	if max <= 0 {
		return ""
	}
	n, room := 0, 0 // characters so far, and where the last of max begins
	for i := range words {
		if n++; n == max {
			room = i
		}
		if n > max {
			return strings.TrimRight(words[:room], " \n") + "…"
		}
	}
	return words
}

// armed lists what begins a mention in Teams or a date macro in a renderer.
var armed = []string{"<at", "</at", "{{date(", "{{time("}

var lookAlike = map[byte]string{'<': "‹", '{': "｛"}

// disarm replaces the first character of whatever begins like one of armed. It
// does so too when the text ends before that is certain, because another text
// may follow.
func disarm(words string) string {
	if !strings.ContainsAny(words, "<{") {
		return words
	}
	var b strings.Builder
	for i := range len(words) {
		if like, risky := lookAlike[words[i]]; risky && isArmed(words[i:]) {
			b.WriteString(like)
			continue
		}
		b.WriteByte(words[i])
	}
	return b.String()
}

func isArmed(rest string) bool {
	for _, a := range armed {
		n := min(len(a), len(rest))
		if strings.EqualFold(rest[:n], a[:n]) {
			return true
		}
	}
	return false
}
