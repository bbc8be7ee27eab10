package handoff

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The names of the texts that an admin may replace in Agent.Texts. A slot in braces is filled when the text is used.
const (
	TextGreeting    = "greeting"
	TextAsking      = "asking"
	TextJoined      = "joined"
	TextLeft        = "left"
	TextEnded       = "ended"
	TextEndedOpen   = "ended_open"
	TextHandedBack  = "handed_back"
	TextCancelled   = "cancelled"
	TextNobodyCame  = "nobody_came"
	TextIdle        = "idle"
	TextLost        = "lost"
	TextLostEnded   = "lost_ended"
	TextUnavailable = "unavailable"
	TextUntil       = "unavailable_until"
	TextNoAnswer    = "no_answer"
	TextNoIdea      = "no_idea"

	TextThreadJoined    = "thread_joined"
	TextThreadElsewhere = "thread_elsewhere"
	TextThreadLeft      = "thread_left"
	TextThreadLost      = "thread_lost"
	TextThreadWaiting   = "thread_waiting"
	TextThreadFile      = "thread_file"
)

// DefaultTexts are the sentences that a visitor reads, by name, and those whose name begins with thread_, which specialists read in
// a handoff's thread. {specialist}, {agent}, {next_open}, {loops} and {since} are slots.
var DefaultTexts = map[string]string{
	TextGreeting:    "Hello, I'm {agent}, an AI agent. Ask me anything, or ask for a person whenever you like.",
	TextAsking:      "I've asked our team to join and passed on what we talked about, so you won't have to repeat it. You can keep writing here meanwhile.",
	TextJoined:      "{specialist} has joined and has the full context of our conversation.",
	TextLeft:        "{specialist} had to step out. I've asked the team again, and they can see everything that was said.",
	TextEnded:       "I'm back with you, and I know what you and {specialist} talked about. Is there anything else I can help with?",
	TextEndedOpen:   "I'm back with you, and I know what you and {specialist} talked about. Still open: {loops}",
	TextHandedBack:  "{specialist} has handed our conversation back to me. I know what was said; how can I help from here?",
	TextCancelled:   "I've told our team that you no longer need them. I'm here if there is anything else.",
	TextNobodyCame:  "Nobody from our team was free to join. I'm sorry about that. I'm still here, and you can ask for a person again at any time.",
	TextIdle:        "It has been quiet for a while, so I'm taking over from {specialist} again. Write whenever you like.",
	TextLost:        "The connection to {specialist} has broken off. I've asked our team again, and they can see everything that was said.",
	TextLostEnded:   "The connection to {specialist} has broken off, and nobody else can be reached right now. I'm sorry about that. I know what was said, and I'm still here.",
	TextUnavailable: "Our team isn't available right now. I can keep helping you here.",
	TextUntil:       "Our team isn't available right now; they are back {next_open}. I can keep helping you here.",
	TextNoAnswer:    "I don't have a good answer to that. Would you like me to ask a person from our team?",
	TextNoIdea:      "I don't have a good answer to that, and our team isn't available right now. Could you put it another way?",

	TextThreadJoined:    "{specialist} has joined. What {specialist} writes here goes to the visitor; lines that begin with // and everybody else's stay internal.",
	TextThreadElsewhere: "{specialist} has joined this conversation in another channel.",
	TextThreadLeft:      "{specialist} has left. The visitor is waiting for somebody to join.",
	TextThreadLost:      "The channel in which {specialist} had this conversation cannot be reached any more. The visitor is waiting for somebody to join.",
	TextThreadWaiting:   "Still waiting, since {since}. Can somebody join?",
	TextThreadFile:      "The visitor did not get the file; only text and pasted pictures reach them from here. You can send a link that they may open.",
}

// MaxOwnText is the longest text of an admin's, in characters.
const MaxOwnText = 1000

func validateTexts(texts map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if _, known := DefaultTexts[name]; !known {
			return refuse(CodeInvalid, fmt.Sprintf("texts.%s: there is no such text; there are %s", name, strings.Join(slices.Sorted(maps.Keys(DefaultTexts)), ", ")))
		}
		if len([]rune(texts[name])) > MaxOwnText {
			return refuse(CodeInvalid, fmt.Sprintf("texts.%s: at most %d characters", name, MaxOwnText))
		}
	}
	return nil
}

// Text returns the agent's text of that name with its slots filled; slots are pairs of name and value. An admin's empty
// text means: say nothing.
func (a *Agent) Text(name string, slots ...string) string {
	text, own := a.Texts[name]
	if !own {
		text = DefaultTexts[name]
	}
	pairs := []string{"{agent}", a.Name}
	for i := 0; i+1 < len(slots); i += 2 {
		pairs = append(pairs, "{"+slots[i]+"}", slots[i+1])
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text))
}
