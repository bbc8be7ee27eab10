package bottest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/docket-handoff/docket/activity"
)

// maxCard bounds the JSON of one card, in bytes. Microsoft's pages name limits
// between 28 and 100 KB; this is the smallest.
const maxCard = 28 << 10

// checkJSONHeader wants JSON in UTF-8, said or not.
func checkJSONHeader(h http.Header) *connectorError {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, named := params["charset"]
	if err != nil || kind != "application/json" || named && !strings.EqualFold(charset, "utf-8") {
		return &connectorError{
			status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType",
			message: "the content type is not application/json in UTF-8",
		}
	}
	return nil
}

func (s *Service) readActivity(body []byte) (*activity.Activity, *connectorError) {
	a, err := activity.Decode(body)
	if err != nil {
		return nil, &connectorError{status: http.StatusBadRequest, code: "BadSyntax", message: err.Error()}
	}
	return a, s.checkActivity(a)
}

// checkActivity holds an outgoing activity to the rules of the activity
// specification and of Teams.
func (s *Service) checkActivity(a *activity.Activity) *connectorError {
	for _, rule := range []func(*activity.Activity) *connectorError{
		s.checkAddressing, checkContent, checkCards, checkMentions,
	} {
		if refused := rule(a); refused != nil {
			return refused
		}
	}
	return nil
}

// checkAddressing refuses what only the channel may set (rules A2031, A2041,
// A2250 and A2302), and a foreign sender.
func (s *Service) checkAddressing(a *activity.Activity) *connectorError {
	switch {
	case a.Type == "":
		return badArgument("type is missing")
	case a.ID != "":
		return badArgument("id is set by the channel, not by the bot")
	case a.ServiceURL != "":
		return badArgument("serviceUrl is set by the channel, not by the bot")
	case a.Timestamp != "":
		return badArgument("timestamp is set by the channel, not by the bot")
	case a.CallerID != "":
		return badArgument("callerId does not travel")
	case a.From != nil && a.From.ID != "" && a.From.ID != s.BotID():
		return badArgument("from is not the bot")
	case !a.IsType(activity.TypeMessage) && !a.IsType(activity.TypeTyping):
		return badArgument("a bot does not send activities of type %s to a channel", a.Type)
	}
	return nil
}

// checkContent wants something to show, and not both text and an attachment: Teams
// would split that in two and answer no usable id.
func checkContent(a *activity.Activity) *connectorError {
	switch a.TextFormat {
	case "", activity.TextPlain, activity.TextMarkdown, activity.TextXML, activity.TextExtendedMarkdown:
	default:
		return badArgument("textFormat %q is not known", a.TextFormat)
	}
	switch {
	case a.IsType(activity.TypeTyping):
		return nil
	case a.Text == "" && len(a.Attachments) == 0:
		return badArgument("the message is empty")
	case a.Text != "" && len(a.Attachments) > 0:
		return badArgument("text and attachment in one activity are split in two messages")
	case len(a.Attachments) > 1:
		return badArgument("several attachments in one activity are split in several messages")
	}
	return nil
}

func checkCards(a *activity.Activity) *connectorError {
	for _, attachment := range a.Attachments {
		if attachment.ContentType == "" {
			return badArgument("an attachment has no contentType")
		}
		if len(attachment.Content) > 0 && attachment.ContentURL != "" {
			return badArgument("an attachment has both content and contentUrl")
		}
		if attachment.ContentType != activity.ContentAdaptiveCard {
			continue
		}
		if refused := checkCard(attachment.Content); refused != nil {
			return refused
		}
	}
	return nil
}

// checkCard holds a card to what Teams shows.
// See https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference.
func checkCard(content json.RawMessage) *connectorError {
	if len(content) > maxCard {
		return tooLarge("the card has %d bytes, more than %d", len(content), maxCard)
	}
	card, err := parseCard(content)
	if err != nil {
		return badArgument("the card: %v", err)
	}
	for _, action := range card.actions() {
		if action.kind() == activity.ActionExecute && action.verb() == "" {
			return badArgument("the card's action %q has no verb and would never arrive", action.title())
		}
	}
	return nil
}

// element is a JSON object of a card: the card itself, an element or an action.
type element map[string]any

func parseCard(content json.RawMessage) (element, error) {
	var card element
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if err := decoder.Decode(&card); err != nil || card == nil {
		return nil, errors.New("content is not an object")
	}
	if card["type"] != "AdaptiveCard" {
		return nil, errors.New("type is not AdaptiveCard")
	}
	switch card["version"] {
	case "1.0", "1.1", "1.2", "1.3", "1.4", "1.5":
		return card, nil
	}
	return nil, errors.New("version is not one that Teams shows")
}

func (e element) kind() string  { return e.text("type") }
func (e element) verb() string  { return e.text("verb") }
func (e element) title() string { return e.text("title") }

func (e element) text(name string) string {
	s, _ := e[name].(string)
	return s
}

// actions answers every action of a card, wherever it stands, except those in
// another action's fallback.
func (e element) actions() []element {
	var found []element
	if strings.HasPrefix(e.kind(), "Action.") {
		found = append(found, e)
	}
	for _, member := range []string{"body", "items", "columns", "rows", "cells", "actions", "selectAction", "inlineAction", "card", "inlines"} {
		for _, child := range children(e[member]) {
			found = append(found, child.actions()...)
		}
	}
	return found
}

func children(v any) []element {
	switch v := v.(type) {
	case map[string]any:
		return []element{v}
	case []any:
		var list []element
		for _, item := range v {
			list = append(list, children(item)...)
		}
		return list
	}
	return nil
}

// checkMentions wants each mention's text in the message, or Teams shows the raw
// tag. See https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations.
func checkMentions(a *activity.Activity) *connectorError {
	for _, entity := range a.Entities {
		if entity.Type != activity.EntityMention {
			continue
		}
		mention, ok := entity.Mention()
		switch {
		case !ok:
			return badArgument("a mention names nobody")
		case !strings.HasPrefix(mention.Text, "<at>") || !strings.HasSuffix(mention.Text, "</at>"):
			return badArgument("the text of a mention is not <at>…</at>")
		case !strings.Contains(a.Text, mention.Text):
			return badArgument("the text of a mention is not in the message")
		}
	}
	return nil
}
