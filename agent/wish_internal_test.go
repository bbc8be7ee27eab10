package agent

import (
	"testing"

	"github.com/docket-handoff/docket/handoff"
)

func TestWantsPerson(t *testing.T) {
	for _, row := range []struct {
		want  bool
		lines []string
	}{
		{true, []string{
			"Can I talk to a person?",
			"can i speak to someone please",
			"I want to talk to a human",
			"I'd like to speak with a representative",
			"Let me talk to a real person.",
			"Connect me with sales rep",
			"Please connect me to someone from your team who is human",
			"transfer me to an agent that is a real person",
			"Could you put me through to somebody?",
			"Is there a human I can chat with?",
			"get me a human",
			"I need a human",
			"I need to speak to an operator",
			"human please",
			"Human!",
			"agent",
			"a real person, please",
			"Operator",
			"Representative please.",
			"Hello, I have a question about invoices. Can I speak to a specialist?",
			"can you escalate this to a human being",
			"hand me over to a colleague",
			"Could somebody call me? I want to talk to your sales team",
			"May I have a live person",
			"I don't want to talk to a bot, give me a human",
			"I do not want a bot. I want to talk to a person.",
			"Why can't I talk to a person?",
			"stop it, i want a real human",
			"I’d rather talk to a person",
			"Are you a bot? I'd prefer a human.",
			"live chat please, I want to chat with a live agent",
			"I would like to talk to customer service",
			"Can I talk to someone?\nIt is urgent",
			"I want to talk to a person",
			"Can I talk to a human?",
			"can i speak with someone",
			"Please connect me to a representative.",
			"transfer me to a live agent",
			"Get me a real person",
			"I'd like to speak to somebody from sales",
			"Could you put me through to your support team?",
			"A human.",
			"operator",
			"agent please",
			"I need a human now",
			"is there a real person I can reach?",
			"may I chat with an account manager",
			"Let me talk to an operator!",
			"I want to talk to\na person",
			"i want a real human",
			"Can someone call me? I want to speak to a specialist",
			"escalate this to a human",
			"I WANT A HUMAN",
		}},
		{false, []string{
			"Does your product talk to Salesforce?",
			"How many people use it?",
			"I'm a sales person at Northwind",
			"Our agents talk to customers all day",
			"Is the price per person or per seat?",
			"I don't want to talk to a person",
			"No need to talk to anyone, thanks",
			"please don't connect me to a human",
			"I'd rather not speak to a sales rep",
			"never call me, and no salesperson please",
			"What does the personal plan cost?",
			"Can I add a person to my team?",
			"How do I get my people onto the platform?",
			"Is there a limit to how many people I can invite?",
			"We need it for 40 people",
			"Can people outside my company see it?",
			"Do you have a real estate template?",
			"What is the human resources integration?",
			"How do I contact the API?",
			"Can the AI agent call our API?",
			"I talked to a person yesterday and he was great",
			"Can your agent transfer calls?",
			"How does the handoff to a specialist work?",
			"Who is your CEO?",
			"hello",
			"",
			"?",
			"parson please", // a slip of the finger is not guessed at
			"can i tlak to a prson",
			"no person",
			"I do not need a human, just the price",
			"No need to get a person for this",
			"I'd rather not speak to a representative",
			"Can I do this without talking to a person?",
			"What does it cost per person?",
			"How many persons can use it?",
			"Does it work for human resources?",
			"Is there an agent for Linux?",
			"Which agent do you use for backups?",
			"We talk to customers all day",
			"Can your tool contact our servers?",
			"I talked to my boss about it",
			"The operator pattern in Kubernetes",
			"Who is this?",
			"Are you a robot?",
			"How do I get started?",
		}},
	} {
		for _, line := range row.lines {
			if got := wantsPerson(line); got != row.want {
				t.Errorf("%q: %v", line, got)
			}
		}
	}
}

func TestIsYes(t *testing.T) {
	for line, want := range map[string]bool{
		"yes": true, "Yes please": true, "yes, please!": true, "yeah": true, "Sure.": true, "ok": true, "OK, thanks": true,
		"please do": true, "go ahead": true, "That would be great": true, "Yes.": true, "yep": true,
		"no": false, "yes but not now": false, "yesterday": false, "ok what about the price": false, "sure about that?": false, "": false, "no thanks": false,
	} {
		if got := isYes(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestNamedByInstruction(t *testing.T) {
	const (
		straight = `Hand off when the visitor asks about "enterprise pricing" or a "security review".`
		curly    = "Hand off for “contract” questions."
		list     = "Hand off when the visitor\n- wants a refund\n- reports a security incident\n* asks for an invoice"
		sentence = "Please escalate if someone asks about enterprise pricing, security reviews or contracts."
		moody    = "Hand off when the visitor seems unhappy."
		quotes   = `Hand off when the visitor says "enterprise pricing" or “security review”. Otherwise answer by yourself.`
		bullets  = "Hand off for:\n- Custom contracts\n* SOC 2 report\n3. data migration"
		topics   = "Escalate when somebody asks about pricing, SSO or data residency. Be kind."
		asking   = "If the visitor asks for a discount or wants a refund, get a specialist."
		negated  = "Do not hand off when the visitor asks about pricing. Hand off when they ask about contracts."
		except   = "Hand off for:\n- refunds\n\nNever hand off for:\n- pricing\n- invoices\n\nHand off for contracts too, when somebody asks about contracts."
		notInOne = `Hand off for "not working". Never for "slow".`
		vague    = "Use your judgement. Help the visitor as well as you can."
	)
	for _, row := range []struct{ instruction, line, want string }{
		{quotes, "What is your enterprise pricing?", "enterprise pricing"},
		{quotes, "Do you offer prices for enterprises?", "enterprise pricing"},
		{quotes, "We need a security review first", "security review"},
		{quotes, "What does it cost?", ""},
		{quotes, "Is this secure?", ""},
		{bullets, "Can we get a custom contract?", "Custom contracts"},
		{bullets, "Please send me your SOC 2 report", "SOC 2 report"},
		{bullets, "Do you help with migrating our data?", "data migration"},
		{bullets, "Where is the dashboard?", ""},
		{topics, "What's the price?", "pricing"},
		{topics, "Do you support SSO?", "SSO"},
		{topics, "Where does our data reside? Is data residency in the EU possible?", "data residency"},
		{topics, "Can you be kind?", ""},
		{asking, "Is there a discount for schools?", "a discount"},
		{asking, "I want a refund", "a refund"},
		{asking, "How do I sign up?", ""},
		{negated, "What's the price?", ""},
		{negated, "Who signs the contracts?", "contracts"},
		{except, "I want a refund", "refunds"},
		{except, "Where is my invoice?", ""},
		{except, "What's the price?", ""},
		{except, "I have a contract", "contracts"},
		{notInOne, "It is not working", "not working"},
		{notInOne, "It is slow", ""},
		{vague, "Can you help me?", ""},
		{vague, "I am a visitor", ""},
		{"", "anything", ""},
		{straight, "What is your enterprise pricing like?", "enterprise pricing"},
		{straight, "pricing for an enterprise?", "enterprise pricing"},
		{straight, "What is your pricing?", ""},
		{straight, "We need a security review first", "security review"},
		{curly, "Can we change the contract?", "contract"},
		{curly, "Do you work with contractors?", ""},
		{list, "I would like a refund", "a refund"},
		{list, "Where do I find the invoice?", "an invoice"},
		{sentence, "Tell me about security reviews", "security reviews"},
		{sentence, "Who signs the contract?", "contracts"},
		{moody, "I am very unhappy", ""},
		{`"the and of"`, "the and of", ""},
		{`"" and "  "`, "anything", ""},
	} {
		if got := namedByInstruction(row.instruction, row.line); got != row.want {
			t.Errorf("%q by %.40q…: %q, want %q", row.line, row.instruction, got, row.want)
		}
	}
}

// talk makes a transcript: lines begin with "v: ", "a: " or "s: ".
func talk(lines ...string) []handoff.Message {
	kinds := map[byte]handoff.Kind{'v': handoff.FromVisitor, 'a': handoff.FromAgent, 's': handoff.FromSpecialist}
	var out []handoff.Message
	for i, line := range lines {
		out = append(out, handoff.Message{ID: string(rune('1' + i)), Seq: handoff.Seq(i + 1), From: handoff.Author{Kind: kinds[line[0]]}, Text: line[3:]})
	}
	return out
}

func TestAsksAgain(t *testing.T) {
	for _, row := range []struct {
		name   string
		text   string
		before []handoff.Message
		want   bool
	}{
		{"word for word", "Do you integrate with HubSpot?", talk("v: Do you integrate with HubSpot?", "a: See our docs."), true},
		{"in other words", "does it integrate with hubspot??", talk("v: Do you integrate with HubSpot?", "a: See our docs."), true},
		{"later", "Do you integrate with HubSpot?", talk("v: Do you integrate with HubSpot?", "a: See our docs.", "v: Thanks", "a: Sure."), true},
		{"before any answer", "Do you integrate with HubSpot?", talk("v: Do you integrate with HubSpot?"), false},
		{"another question", "Do you integrate with Salesforce?", talk("v: Do you integrate with HubSpot?", "a: See our docs."), false},
		{"no question", "HubSpot integration is important for us.", talk("v: HubSpot integration is important for us.", "a: I see."), false},
		{"a word is not enough", "Really?", talk("v: Really?", "a: Yes."), false},
		{"the first time", "Do you integrate with HubSpot?", nil, false},
	} {
		if got := asksAgain(row.text, row.before); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestBestAnswer(t *testing.T) {
	answers := []handoff.KnownAnswer{
		{Questions: []string{"What does it cost?", "How much is the pro plan?", "pricing"}, Answer: "The price."},
		{Questions: []string{"Do you integrate with HubSpot?"}, Answer: "Yes, HubSpot."},
		{Questions: []string{"Do you integrate with Salesforce?"}, Answer: "Yes, Salesforce."},
		{Questions: []string{"the and of"}, Answer: "Nothing."},
	}
	for line, want := range map[string]string{
		"What does it cost?": "The price.",
		"prices?":            "The price.",
		"how much does the pro plan cost a month": "The price.",
		"Is there a HubSpot integration?":         "Yes, HubSpot.",
		"integration with salesforce":             "Yes, Salesforce.",
		"Do you integrate with Zendesk?":          "",
		"What is the weather like?":               "",
		"the":                                     "",
		"":                                        "",
	} {
		if got := bestAnswer(answers, line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
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
