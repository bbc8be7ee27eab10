package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/docket-handoff/docket/bot/bottest"
)

// screen prints what changed in a channel since it was last looked at.
type screen struct {
	svc        *bottest.Service
	channel    string
	viewer     string // id of the person who looks
	out        io.Writer
	seen       map[string]string // what was printed of a message, by its id
	told       map[string]int    // how many notices of a message
	violations int
}

func newScreen(svc *bottest.Service, channel string, out io.Writer) *screen {
	return &screen{svc: svc, channel: channel, viewer: svc.Users()[0].ID, out: out, seen: map[string]string{}, told: map[string]int{}}
}

// note prints a line of the program's own.
func (s *screen) note(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

func (s *screen) show() {
	for _, thread := range s.svc.ThreadsFor(s.viewer, s.channel) {
		for _, m := range thread.Messages {
			s.message(m)
		}
	}
	violations := s.svc.Violations()
	for _, v := range violations[s.violations:] {
		s.note("! %s", v.Verdict())
	}
	s.violations = len(violations)
}

// message prints one message when it is new or looks otherwise than before.
func (s *screen) message(m bottest.Message) {
	text := strings.TrimSpace(plain(mention.ReplaceAllString(m.Text, "@$1")) + "\n" + readCard(m.CardFor(s.viewer)).String())
	if m.Deleted {
		text = "(deleted)"
	}
	if before, known := s.seen[m.ID]; !known || before != text {
		s.seen[m.ID] = text
		mark := ""
		if known {
			mark = " (changed)"
		}
		if m.For != "" {
			mark += " (to you alone)"
		}
		s.note("%s%s: %s", m.From.Name, mark, strings.ReplaceAll(text, "\n", "\n  "))
	}
	notices := m.Notices[s.viewer]
	for _, notice := range notices[min(s.told[m.ID], len(notices)):] {
		s.note("%s tells you alone: %s", m.From.Name, plain(notice))
	}
	s.told[m.ID] = len(notices)
}

// mention is how a text names somebody who is mentioned.
var mention = regexp.MustCompile(`<at>([^<]*)</at>`)

// plain is a text without the characters that would steer a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}
