package cards

import "github.com/docket-handoff/docket/activity"

// Attachment returns the card as an attachment. It fails as marshalling the card
// does.
func Attachment(card Card) (activity.Attachment, error) {
	content, err := card.MarshalJSON()
	if err != nil {
		return activity.Attachment{}, err
	}
	return activity.Attachment{ContentType: activity.ContentAdaptiveCard, Content: content}, nil
}

// maxSummary is the length of a notification, in characters.
const maxSummary = 200

// Message returns a message that is the card and nothing else: Teams splits a
// message that has text and a card into two. The summary is what its notification
// says; it may hold foreign words.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
func Message(card Card, summary string) (activity.Activity, error) {
	attachment, err := Attachment(card)
	if err != nil {
		return activity.Activity{}, err
	}
	return activity.Activity{
		Type:        activity.TypeMessage,
		Summary:     SafeLine(summary, maxSummary).String(),
		Attachments: []activity.Attachment{attachment},
	}, nil
}
