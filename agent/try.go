package agent

import (
	"regexp"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// Verdict says what the built-in agent would do with a transcript.
type Verdict struct {
	Escalates bool
	Line      int    // the message that decides, counted from 0; meaningful only when Escalates
	Reason    string // why, in a sentence, as the specialist would read it
}

// Try goes through a transcript line by line, as the built-in agent would have lived it, and stops at the first line of the
// visitor's at which it would ask for a person. It is pure: whether anybody is there to be asked is not its question. Of the
// agent it reads the Instruction and the texts. A deleted line says nothing.
func Try(a handoff.Agent, said []handoff.Message) Verdict {
	var heard []handoff.Message
	for i, m := range said {
		if m.Deleted {
			continue
		}
		m.Seq = handoff.Seq(i + 1)
		heard = append(heard, m)
		if m.From.Kind != handoff.FromVisitor {
			continue
		}
		turn := handoff.Turn{Agent: a, Messages: heard, Seq: m.Seq, Available: true}
		waiting, before := waitingLines(turn)
		if reason := reasonToHandOff(turn, waiting, before); reason != "" {
			return Verdict{Escalates: true, Line: i, Reason: reason}
		}
	}
	return Verdict{}
}

// Named lists what the built-in agent takes from an Instruction: a line that is about one of these makes it ask for a person.
// An Instruction that names nothing leaves it the wish for a person, the accepted offer and the question asked twice.
func Named(instruction string) []string {
	var out []string
	for _, phrase := range phrases(instruction) {
		if len(words(phrase)) > 0 {
			out = append(out, phrase)
		}
	}
	return out
}

// Quotes says whether an Instruction puts into quotes what it names: then nothing else of it counts for the built-in agent.
func Quotes(instruction string) bool { return len(groups(quoted, affirmed(instruction))) > 0 }

// The bounds of a pasted transcript.
const (
	maxPasted = 200
	speaker   = `(?i)^\s*(?:\[[^\]\n]{1,30}\]\s*)?([\p{L}][\p{L}\p{N} ._'-]{0,30}?)\s*:\s+(.*)$`
)

var speakers = regexp.MustCompile(speaker)

// speaksFor knows the names that pasted transcripts give to those who speak.
var speaksFor = map[string]handoff.Kind{
	"visitor": handoff.FromVisitor, "customer": handoff.FromVisitor, "user": handoff.FromVisitor, "guest": handoff.FromVisitor,
	"client": handoff.FromVisitor, "me": handoff.FromVisitor,
	"agent": handoff.FromAgent, "bot": handoff.FromAgent, "assistant": handoff.FromAgent, "ai": handoff.FromAgent,
	"specialist": handoff.FromSpecialist, "person": handoff.FromSpecialist, "human": handoff.FromSpecialist,
	"support": handoff.FromSpecialist,
}

// Pasted reads lines that somebody pasted: "Visitor: …", "Agent: …" or "Specialist: …", and the agent by its own name. A line
// that names nobody known is the visitor's. Empty lines count for nothing, and what is behind the first 200 lines is left out;
// the second result says so.
func Pasted(agentName, text string) (said []handoff.Message, cut bool) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(said) == maxPasted {
			return said, true
		}
		m := handoff.Message{From: handoff.Author{Kind: handoff.FromVisitor}, Text: line, Seq: handoff.Seq(len(said) + 1), At: time.Unix(int64(len(said)), 0).UTC()}
		if match := speakers.FindStringSubmatch(line); match != nil {
			kind, known := speaksFor[strings.ToLower(match[1])]
			if strings.EqualFold(match[1], agentName) {
				kind, known = handoff.FromAgent, true
			}
			if known {
				m.From.Kind, m.Text = kind, match[2]
			}
		}
		said = append(said, m)
	}
	return said, false
}
