package activity

import (
	"bytes"
	"html"
	"slices"
	"strings"
)

// TextFor returns what a person wrote to the bot, fit for reading:
//
//   - mentions of the account botID are taken out, and of the blanks around one
//     that stands between words a single one stays;
//   - any other <at>Name</at> becomes Name, whether or not an entity backs it;
//   - HTML entities are decoded, once; no-break spaces become blanks, and
//     \r\n becomes \n;
//   - white space at both ends is cut.
//
// Which mention is the bot's is decided by the entities' ids, which are compared
// in any letter case, and their order, so that a person of the same name is
// not taken for the bot.
func (a *Activity) TextFor(botID string) string {
	rest, mentions := a.Text, a.Mentions()
	owners := newOwners(mentions)
	var b strings.Builder
	for {
		before, name, after, found := cutTag(rest)
		if !found {
			break
		}
		b.WriteString(before)
		rest = after
		if strings.EqualFold(owners.next(name), botID) {
			rest = after[blankToDrop(b.String(), after):]
			continue
		}
		b.WriteString(name)
	}
	if b.Len() > 0 {
		b.WriteString(rest)
		rest = b.String()
	}
	return tidy(withoutBare(rest, mentions, botID))
}

// cutTag cuts a text around its first mention, <at>name</at>. The tags may be in
// capitals and have attributes; the name has no tags in it. Without a mention
// the whole text is before.
func cutTag(text string) (before, name, after string, found bool) {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '<')
		if next < 0 {
			return text, "", "", false
		}
		at += next
		if name, after, found = cutTagPrefix(text[at:]); found {
			return text[:at], name, after, true
		}
	}
}

func cutTagPrefix(text string) (name, after string, found bool) {
	inside, ok := cutPrefixFold(text, "<at")
	close := strings.IndexAny(inside, "<>")
	if !ok || close < 0 || inside[close] != '>' || close > 0 && strings.IndexByte("\t\n\f\r ", inside[0]) < 0 {
		return "", "", false
	}
	inside = inside[close+1:]
	end := strings.IndexAny(inside, "<>")
	if end < 0 {
		return "", "", false
	}
	after, found = cutPrefixFold(inside[end:], "</at>")
	return inside[:end], after, found
}

func cutPrefixFold(text, prefix string) (after string, found bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// owners tells, name by name and in the order of the text, who is mentioned.
type owners map[string][]string

func newOwners(mentions []Mention) owners {
	if len(mentions) == 0 {
		return nil
	}
	o := make(owners)
	for _, m := range mentions {
		if _, tagged, _, found := cutTag(m.Text); found {
			name := html.UnescapeString(tagged)
			o[name] = append(o[name], m.Mentioned.ID)
		}
	}
	return o
}

// next returns the owner of the next mention of name. When a client sent one
// entity for several tags, the last owner has the rest.
func (o owners) next(name string) string {
	name = html.UnescapeString(name)
	ids := o[name]
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return ids[0]
	}
	o[name] = ids[1:]
	return ids[0]
}

// blankToDrop returns the length of the blank that begins after, when one ends
// before as well.
func blankToDrop(before, after string) int {
	if before != "" && blank(before, strings.HasSuffix) == 0 {
		return 0
	}
	return blank(after, strings.HasPrefix)
}

// blank returns the length of the blank at that end of text where at looks.
func blank(text string, at func(text, part string) bool) int {
	for _, b := range []string{" ", "\u00a0", "&nbsp;"} {
		if at(text, b) {
			return len(b)
		}
	}
	return 0
}

// withoutBare takes out the bot's mentions that are not written as tags, as
// channels other than Teams do.
func withoutBare(text string, mentions []Mention, botID string) string {
	var left []byte // of the text, copied once however often something is cut out
	for _, m := range mentions {
		if _, _, _, tagged := cutTag(m.Text); tagged || m.Text == "" || !strings.EqualFold(m.Mentioned.ID, botID) {
			continue
		}
		if left == nil {
			left = []byte(text)
		}
		if at := bytes.Index(left, []byte(m.Text)); at >= 0 {
			left = slices.Delete(left, at, at+len(m.Text))
		}
	}
	if left == nil {
		return text
	}
	return string(left)
}

func tidy(text string) string {
	text = strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " ")
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}
