package agent

import "testing"

func TestWantsPerson(t *testing.T) {
	for _, row := range []struct {
		text string
		want bool
	}{
		{"I want to talk to a person", true},
		{"Can I talk to a human?", true},
		{"can i speak with someone", true},
		{"Please connect me to a representative.", true},
		{"transfer me to a live agent", true},
		{"Get me a real person", true},
		{"I'd like to speak to somebody from sales", true},
		{"Could you put me through to your support team?", true},
		{"human please", true},
		{"A human.", true},
		{"operator", true},
		{"agent please", true},
		{"I need a human now", true},
		{"is there a real person I can reach?", true},
		{"may I chat with an account manager", true},
		{"Let me talk to an operator!", true},
		{"I want to talk to\na person", true},
		{"i want a real human", true},
		{"Can someone call me? I want to speak to a specialist", true},
		{"hand me over to a colleague", true},
		{"escalate this to a human", true},
		{"I WANT A HUMAN", true},

		{"I don't want to talk to a person", false},
		{"I do not need a human, just the price", false},
		{"No need to get a person for this", false},
		{"I'd rather not speak to a representative", false},
		{"Can I do this without talking to a person?", false},
		{"What does it cost per person?", false},
		{"How many persons can use it?", false},
		{"Does it work for human resources?", false},
		{"Is there an agent for Linux?", false},
		{"Which agent do you use for backups?", false},
		{"We talk to customers all day", false},
		{"Can your tool contact our servers?", false},
		{"I talked to my boss about it", false},
		{"The operator pattern in Kubernetes", false},
		{"Who is this?", false},
		{"Are you a robot?", false},
		{"", false},
		{"?", false},
		{"hello", false},
		{"How do I get started?", false},
	} {
		t.Run(row.text, func(t *testing.T) {
			if got := wantsPerson(row.text); got != row.want {
				t.Errorf("wantsPerson(%q) = %v", row.text, got)
			}
		})
	}
}

func TestNamedByInstruction(t *testing.T) {
	const (
		straight = `Hand off when the visitor asks about "enterprise pricing" or a "security review".`
		curly    = "Hand off for “contract” questions."
		list     = "Hand off when the visitor\n- wants a refund\n- reports a security incident\n* asks for an invoice"
		sentence = "Please escalate if someone asks about enterprise pricing, security reviews or contracts."
		vague    = "Hand off when the visitor seems unhappy."
	)
	for _, row := range []struct{ name, instruction, line, want string }{
		{"quoted", straight, "What is your enterprise pricing like?", "enterprise pricing"},
		{"quoted, other words between", straight, "pricing for an enterprise?", "enterprise pricing"},
		{"quoted, half of it", straight, "What is your pricing?", ""},
		{"the second quote", straight, "We need a security review first", "security review"},
		{"curly quotes", curly, "Can we change the contract?", "contract"},
		{"a word that only looks alike", curly, "Do you work with contractors?", ""},
		{"a list", list, "I would like a refund", "a refund"},
		{"a list with stars", list, "Where do I find the invoice?", "asks for an invoice"},
		{"a sentence", sentence, "Tell me about security reviews", "security reviews"},
		{"the last of a sentence", sentence, "Who signs the contract?", "contracts"},
		{"nothing named", vague, "I am very unhappy", ""},
		{"no instruction", "", "enterprise pricing", ""},
		{"only common words", `"the and of"`, "the and of", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := namedByInstruction(row.instruction, row.line); got != row.want {
				t.Errorf("named %q, want %q", got, row.want)
			}
		})
	}
}

func TestIsQuestion(t *testing.T) {
	for text, want := range map[string]bool{
		"How much is it?": true, "how much is it": true, "Do you ship to Spain": true, "Is it safe? I wonder": true,
		"I like it": false, "Thanks": false, "": false, "Howdy": false,
	} {
		if got := isQuestion(text); got != want {
			t.Errorf("isQuestion(%q) = %v", text, got)
		}
	}
}

func FuzzDecisionsNeverPanic(f *testing.F) {
	f.Add("I want a person", `when "x"`)
	f.Add("\xff\u202e?", "- \n*")
	f.Fuzz(func(t *testing.T, line, instruction string) {
		wantsPerson(line)
		isYes(line)
		if phrase := namedByInstruction(instruction, line); phrase != "" && !words(phrase).within(words(line)) {
			t.Errorf("%q is not in %q", phrase, line)
		}
	})
}
