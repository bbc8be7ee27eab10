package handoff

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The bounds of what is indexed and asked for.
const (
	maxWords = 32  // of one handoff
	maxWord  = 48  // bytes
	maxAsked = 6   // words of one question
	maxQuery = 200 // bytes of one question
)

// fold brings words that people take for the same to one form: without case, accents and widths.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return cases.Fold().String(s)
}

// wordsOf are the words under which a handoff is found: each word of its visitor's and account's names and addresses, and
// what of it begins behind a dot, an @ or the like, so that the beginning of any part finds the whole.
func wordsOf(c Conversation, handoff ID) []string {
	label, _ := labelOf(c)
	words := []string{string(handoff), string(c.ID)}
	for _, field := range []string{label, c.Visitor.Email, string(c.Visitor.ID), c.Account.Name, c.Account.Domain} {
		for _, word := range foldedWords(field) {
			words = append(words, suffixes(word)...)
		}
	}
	for i, word := range words {
		words[i] = shorten(word)
	}
	slices.Sort(words[2:])
	words = slices.Compact(words)
	return words[:min(len(words), maxWords)]
}

// askedWords are the words that somebody looks for.
func askedWords(text string) []string {
	if len(text) > maxQuery {
		text = strings.ToValidUTF8(text[:maxQuery], "")
	}
	words := foldedWords(text)
	for i, word := range words {
		words[i] = shorten(word)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	return words[:min(len(words), maxAsked)]
}

// foldedWords are the folded words of a text, without what stands around them.
func foldedWords(text string) []string {
	var words []string
	for word := range strings.FieldsSeq(fold(strings.ToValidUTF8(text, " "))) {
		if word = strings.TrimFunc(word, between); word != "" {
			words = append(words, word)
		}
	}
	return words
}

func between(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }

// suffixes are the word, and what of it begins behind something that is neither letter nor digit.
func suffixes(word string) []string {
	out := []string{word}
	behind := false
	for i, r := range word {
		switch {
		case between(r):
			behind = true
		case behind:
			out = append(out, word[i:])
			behind = false
		}
	}
	return out
}

// shorten cuts a word that is too long for a key, between two characters.
func shorten(word string) string {
	if len(word) <= maxWord {
		return word
	}
	cut := maxWord
	for !utf8.RuneStart(word[cut]) {
		cut--
	}
	return word[:cut]
}
