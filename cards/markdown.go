package cards

import (
	"regexp"
	"strings"
)

// escape writes foreign words for an element that interprets Markdown: a
// backslash stands before whatever would be more than a character, blanks that
// begin a line go, and line ends are doubled, since single ones are folded.
// lineStart says whether the words begin a line.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
func escape(words string, lineStart bool) string {
	var b strings.Builder
	marker := -1 // where the character stands that would make a list or a heading
	for i, r := range words {
		if lineStart && r == ' ' {
			continue
		}
		if lineStart {
			marker = i + lineMarker(words[i:])
		}
		if i == marker || strings.ContainsRune("\\`*_[]<~", r) || r == '&' && entity.MatchString(words[i:]) {
			b.WriteByte('\\')
		}
		if r == '\n' {
			b.WriteByte('\n')
		}
		b.WriteRune(r)
		lineStart = r == '\n'
	}
	return b.String()
}

var (
	entity    = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)
	blockMark = regexp.MustCompile(`^(?:[0-9]*[.)]|[#+=>-])`)
)

// lineMarker returns the offset of the character that makes a block of the line,
// or one that cannot occur.
func lineMarker(line string) int {
	return len(blockMark.FindString(line)) - 1
}
