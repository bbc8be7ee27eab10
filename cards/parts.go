package cards

import (
	"fmt"
	"strings"
	"time"
)

// The parts that the cards of a handoff are made of.

func heading(text Text) Element {
	return TextBlock{Text: text, Style: StyleHeading, Size: SizeMedium, Weight: WeightBolder}
}

func subheading(words string) Element {
	return TextBlock{Text: Lit(words), Weight: WeightBolder, Base: Base{Spacing: SpacingMedium}}
}

func line(runs ...TextRun) Element {
	return RichTextBlock{Inlines: runs, Base: Base{Spacing: SpacingSmall}}
}

func subtle(text Text) TextRun { return TextRun{Text: text, IsSubtle: true} }

// section returns a heading and a list, or nothing for an empty list.
func section(title string, entries []Text) []Element {
	if len(entries) == 0 {
		return nil
	}
	elements := []Element{subheading(title)}
	for _, entry := range entries {
		elements = append(elements, line(TextRun{Text: entry}))
	}
	return elements
}

// listed returns foreign entries as the lines of a list: a mark before each, empty
// ones left out, and a last line that counts those beyond maxEntries.
func listed(mark string, entries []string) []Text {
	var lines []Text
	hidden := 0
	for _, entry := range entries {
		switch text := SafeLine(entry, maxBullet); {
		case text.empty():
		case len(lines) == maxEntries:
			hidden++
		default:
			lines = append(lines, Concat(Lit(mark), text))
		}
	}
	if hidden > 0 {
		lines = append(lines, more(hidden))
	}
	return lines
}

func more(n int) Text { return Lit(fmt.Sprintf("and %d more", n)) }

// visitorLabel names a visitor and the account, with words between them.
func visitorLabel(p Person, account, between string) Text {
	who := SafeLine(p.Name, maxName)
	if who.empty() {
		who = SafeLine(p.Pseudonym, maxName)
	}
	if who.empty() {
		who = Lit("A visitor")
	}
	if account := SafeLine(account, maxName); !account.empty() {
		return Concat(who, Lit(between), account)
	}
	return who
}

func specialistLabel(name string) Text {
	if name := SafeLine(name, maxName); !name.empty() {
		return name
	}
	return Lit("A specialist")
}

func appLabel(name string) Text {
	if name := SafeLine(name, maxName); !name.empty() {
		return name
	}
	return Lit("Docket")
}

// ending returns how a handoff ended, as the beginning of a sentence.
func ending(words string) Text {
	if words := SafeLine(strings.TrimRight(words, ". \n"), maxReason); !words.empty() {
		return words
	}
	return Lit("Ended")
}

// joined returns the foreign words that are not empty, with others between them.
func joined(between string, words ...string) Text {
	var all Text
	for _, w := range words {
		text := SafeLine(w, maxValue)
		switch {
		case text.empty():
		case all.empty():
			all = text
		default:
			all = Concat(all, Lit(between), text)
		}
	}
	return all
}

// fallback collects the lines of a fallback text.
type fallback struct{ text Text }

func (f *fallback) line(parts ...Text) {
	all := Concat(parts...)
	if all.empty() {
		return
	}
	if !f.text.empty() {
		f.text = Concat(f.text, Lit("\n"))
	}
	f.text = Concat(f.text, all)
}

func (f *fallback) list(title string, entries []Text) {
	if len(entries) == 0 {
		return
	}
	f.line(Lit(title))
	for _, entry := range entries {
		f.line(entry)
	}
}

// clock writes times in one zone.
type clock struct{ zone *time.Location }

// at returns a time of day with its zone, as in "09:20 UTC".
func (c clock) at(t time.Time) string {
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("15:04 MST")
}

// dated is at, with the day where it is not the day of an earlier moment.
func (c clock) dated(t, earlier time.Time) string {
	const day = "2 January 2006"
	zone := c.zone
	if zone == nil {
		zone = time.UTC
	}
	if today := t.In(zone).Format(day); earlier.IsZero() || today != earlier.In(zone).Format(day) {
		return today + ", " + c.at(t)
	}
	return c.at(t)
}

// after returns words and a time, or nothing when the time is not known.
func (c clock) after(words string, t time.Time) Text {
	if t.IsZero() {
		return Text{}
	}
	return Lit(words + c.at(t))
}

// elapsed returns the time between two moments, in words.
func elapsed(from, to time.Time) string {
	minutes := int(to.Sub(from) / time.Minute)
	hours, minutes := minutes/60, minutes%60
	switch {
	case hours <= 0 && minutes <= 0:
		return "less than a minute"
	case hours == 0:
		return count(minutes, "minute")
	case minutes == 0:
		return count(hours, "hour")
	}
	return count(hours, "hour") + " " + count(minutes, "minute")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
