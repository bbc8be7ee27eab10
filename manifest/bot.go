package manifest

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) bot(a App) {
	if len(a.Bots) != 1 {
		c.add("bots", "list the one bot", "there are %d", len(a.Bots))
	}
	for i, b := range a.Bots {
		at := fmt.Sprintf("bots[%d]", i)
		c.guid(at+".botId", b.BotID)
		c.scopes(at+".scopes", b.Scopes, ScopeTeam, ScopePersonal, ScopeGroupChat, ScopeCopilot)
		if len(b.CommandLists) > 3 {
			c.add(at+".commandLists", "keep at most 3", "there are %d", len(b.CommandLists))
		}
		for j, list := range b.CommandLists {
			c.commands(fmt.Sprintf("%s.commandLists[%d]", at, j), list, b)
		}
	}
	switch {
	case a.hasScope(ScopeTeam) && a.SupportsChannelFeatures != ChannelFeatures:
		c.add("supportsChannelFeatures", `set it to "tier1", at the root of the manifest`, "a bot in teams is refused without it since version 1.25")
	case a.SupportsChannelFeatures != "":
		c.oneOf("supportsChannelFeatures", a.SupportsChannelFeatures, ChannelFeatures)
	}
}

func (a App) hasScope(scope string) bool {
	return slices.ContainsFunc(a.Bots, func(b Bot) bool { return slices.Contains(b.Scopes, scope) })
}

func (c *checker) scopes(member string, scopes []string, allowed ...string) {
	if len(scopes) == 0 {
		c.add(member, "name at least one of "+strings.Join(allowed, ", "), "there is none")
	}
	c.each(member, scopes, allowed...)
}

// each checks a list of words, each of which may occur once.
func (c *checker) each(member string, words []string, allowed ...string) {
	for i, word := range words {
		c.oneOf(member, word, allowed...)
		if slices.Contains(words[:i], word) {
			c.add(member, "name it once", "%q occurs twice", word)
		}
	}
}

func (c *checker) prompt(member string, command Command) {
	c.text(member+".prompt", command.Prompt, 0, maxText)
	if command.Type != "" {
		c.oneOf(member+".type", command.Type, CommandBasic, CommandPrompt)
	}
	if (command.Type == CommandPrompt) != (command.Prompt != "") {
		c.add(member+".prompt", "give a prompt to commands of the type prompt, and to no others", "type and prompt do not agree")
	}
}

func (c *checker) commands(at string, list CommandList, b Bot) {
	c.scopes(at+".scopes", list.Scopes, b.Scopes...)
	c.each(at+".triggers", list.Triggers, TriggerMention, TriggerSlash)
	if slices.Contains(list.Triggers, TriggerSlash) && !b.SupportsTargetedMessages {
		c.add(at+".triggers", "set supportsTargetedMessages of the bot, or leave slash out", "the bot takes no targeted messages")
	}
	if n := len(list.Commands); n == 0 || n > 12 {
		c.add(at+".commands", "list 1 to 12", "there are %d", n)
	}
	titles := make(map[string]bool)
	for i, command := range list.Commands {
		member := fmt.Sprintf("%s.commands[%d]", at, i)
		c.text(member+".title", command.Title, 1, maxCommand)
		c.text(member+".description", command.Description, 1, maxText)
		c.prompt(member, command)
		if titles[command.Title] {
			c.add(member+".title", "name it once", "%.40q occurs twice", command.Title)
		}
		titles[command.Title] = true
	}
}
