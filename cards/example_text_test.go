package cards_test

import (
	"encoding/json"
	"fmt"

	"github.com/docket-handoff/docket/cards"
)

// What a visitor typed is text and nothing else: no link, no mention, no date, no
// character that is not seen.
func ExampleSafe() {
	words := cards.Safe("[free](https://evil.example) <at>everyone</at> {{DATE(2026-01-01T00:00:00Z)}} \u202egnp.exe", 100)
	fmt.Println(words)

	paragraph, err := json.Marshal(cards.TextBlock{Text: cards.Concat(cards.Lit("**Dana:** "), words)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(paragraph))
	fmt.Println(cards.Safe("a sentence that is too long", 11))
	// Output:
	// [free](https://evil.example) ‹at>everyone‹/at> ｛{DATE(2026-01-01T00:00:00Z)}} gnp.exe
	// {"type":"TextBlock","text":"**Dana:** \\[free\\](https://evil.example) ‹at\u003eeveryone‹/at\u003e ｛{DATE(2026-01-01T00:00:00Z)}} gnp.exe","wrap":true}
	// a sentence…
}

// Line ends become blanks where a text belongs on one line, such as a name.
func ExampleSafeLine() {
	fmt.Println(cards.SafeLine("Dana\r\n Cole\t", 80))
	// Output: Dana Cole
}
