package activity_test

import (
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func TestTextFor(t *testing.T) {
	bot := activity.ChannelAccount{ID: "28:b", Name: "Docket"}
	ada := activity.ChannelAccount{ID: "29:ada", Name: "Ada"}
	twin := activity.ChannelAccount{ID: "29:twin", Name: "Docket"}
	for _, row := range []struct {
		name, text string
		mentions   []activity.ChannelAccount
		want       string
	}{
		{"no mention", "hello", nil, "hello"},
		{"a command", "<at>Docket</at>&nbsp;hand back\n", []activity.ChannelAccount{bot}, "hand back"},
		{"the bot in the middle", "ask <at>Docket</at> for help", []activity.ChannelAccount{bot}, "ask for help"},
		{"the bot before a comma", "so <at>Docket</at>, end", []activity.ChannelAccount{bot}, "so , end"},
		{"the bot at the end", "thanks <at>Docket</at>", []activity.ChannelAccount{bot}, "thanks"},
		{"the bot twice", "<at>Docket</at> end <at>Docket</at>", []activity.ChannelAccount{bot, bot}, "end"},
		{"the bot twice with one entity", "<at>Docket</at> end <at>Docket</at>", []activity.ChannelAccount{bot}, "end"},
		{"somebody else", "<at>Ada</at> knows more", []activity.ChannelAccount{ada}, "Ada knows more"},
		{"the bot and somebody else", "<at>Docket</at> <at>Ada</at> will help", []activity.ChannelAccount{bot, ada}, "Ada will help"},
		{"a person of the bot's name first", "<at>Docket</at> and <at>Docket</at> status", []activity.ChannelAccount{twin, bot}, "Docket and status"},
		{"a person of the bot's name second", "<at>Docket</at> is <at>Docket</at> here", []activity.ChannelAccount{bot, twin}, "is Docket here"},
		{"typed tag without an entity", "see <at>Docket</at> there", nil, "see Docket there"},
		{"tag with an attribute", `<at id="0">Docket</at> status`, []activity.ChannelAccount{bot}, "status"},
		{"tag in capitals", "<AT>Docket</AT> status", []activity.ChannelAccount{bot}, "status"},
		{"entities decoded once", "a &lt;b&gt; &amp;amp; c", nil, "a <b> &amp; c"},
		{"an encoded tag is text", "write &lt;at&gt;Docket&lt;/at&gt;", []activity.ChannelAccount{bot}, "write <at>Docket</at>"},
		{"no-break spaces", "a\u00a0b&nbsp;c", nil, "a b c"},
		{"line ends", "a\r\nb\n", nil, "a\nb"},
		{"an open tag stays", "<at>Docket status", []activity.ChannelAccount{bot}, "<at>Docket status"},
		{"a dollar is no pattern", "<at>Docket</at> costs $1.50", []activity.ChannelAccount{bot}, "costs $1.50"},
		{"nothing but the mention", "<at>Docket</at>", []activity.ChannelAccount{bot}, ""},
		{"empty", "", nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := activity.Activity{Type: activity.TypeMessage, Text: row.text}
			for _, m := range row.mentions {
				entity, _ := activity.NewMention(m)
				a.Entities = append(a.Entities, entity)
			}
			if got := a.TextFor("28:B"); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestTextForNameWithEntities(t *testing.T) {
	a := decode(t, `{"text":"<at>Q&amp;A</at> status","entities":[{"type":"mention","text":"<at>Q&A</at>","mentioned":{"id":"28:b"}}]}`)
	if got := a.TextFor("28:b"); got != "status" {
		t.Errorf("got %q", got)
	}
}

func TestTextForMentionWithoutTags(t *testing.T) {
	a := decode(t, `{"text":"@docket status","entities":[{"type":"mention","text":"@docket","mentioned":{"id":"28:b"}}]}`)
	if got := a.TextFor("28:b"); got != "status" {
		t.Errorf("got %q", got)
	}
}

// A long line of mentions is a few hundred kilobytes of foreign input; the
// work must grow with it, not with its square.
func BenchmarkTextForManyMentions(b *testing.B) {
	entity, text := activity.NewMention(activity.ChannelAccount{ID: "28:b", Name: "b"})
	a := activity.Activity{Text: strings.Repeat(text+" ", 2000)}
	for range 1000 {
		a.Entities = append(a.Entities, entity)
	}
	for b.Loop() {
		a.TextFor("28:b")
	}
}
