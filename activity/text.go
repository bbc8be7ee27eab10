package activity

import (
	"html"
	"regexp"
	"strings"
)

// atTag matches one mention in a text; its name has no tags in it.
var atTag = regexp.MustCompile(`(?i)<at(?:\s[^<>]*)?>([^<>]*)</at>`)

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
	text, mentions := a.Text, a.Mentions()
	owners := newOwners(mentions)
	var b strings.Builder
	end := 0
	for _, at := range atTag.FindAllStringSubmatchIndex(text, -1) {
		name := text[at[2]:at[3]]
		b.WriteString(text[end:at[0]])
		end = at[1]
		if strings.EqualFold(owners.next(name), botID) {
			end += blankToDrop(b.String(), text[end:])
			continue
		}
		b.WriteString(name)
	}
	b.WriteString(text[end:])
	return tidy(withoutBare(b.String(), mentions, botID))
}

// owners tells, name by name and in the order of the text, who is mentioned.
type owners map[string][]string

func newOwners(mentions []Mention) owners {
	o := make(owners)
	for _, m := range mentions {
		if tag := atTag.FindStringSubmatch(m.Text); tag != nil {
			name := html.UnescapeString(tag[1])
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
	for _, m := range mentions {
		if m.Text != "" && strings.EqualFold(m.Mentioned.ID, botID) && !atTag.MatchString(m.Text) {
			text = strings.Replace(text, m.Text, "", 1)
		}
	}
	return text
}

var plainBlanks = strings.NewReplacer("\u00a0", " ", "\r\n", "\n")

func tidy(text string) string {
	return strings.TrimSpace(plainBlanks.Replace(html.UnescapeString(text)))
}
