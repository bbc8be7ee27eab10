package activity

import "encoding/json"

// Content types of attachments.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
const (
	ContentAdaptiveCard  = "application/vnd.microsoft.card.adaptive"
	ContentHeroCard      = "application/vnd.microsoft.card.hero"
	ContentThumbnailCard = "application/vnd.microsoft.card.thumbnail"
	ContentReceiptCard   = "application/vnd.microsoft.card.receipt"
	ContentSignInCard    = "application/vnd.microsoft.card.signin"
	ContentOAuthCard     = "application/vnd.microsoft.card.oauth"
	ContentConnectorCard = "application/vnd.microsoft.teams.card.o365connector"
	ContentListCard      = "application/vnd.microsoft.teams.card.list"
	// The next two ask in a one-to-one chat whether a file may be uploaded, and show it then.
	ContentFileConsent = "application/vnd.microsoft.teams.card.file.consent"
	ContentFileInfo    = "application/vnd.microsoft.teams.card.file.info"
	// ContentHTML marks the copy of the text that Teams attaches to nearly every
	// message. It is not a file.
	ContentHTML = "text/html"
	// ContentFileDownload describes a file that a person uploaded in a one-to-one
	// chat. Its download URL needs no token and must not be given one.
	ContentFileDownload = "application/vnd.microsoft.teams.file.download.info"
	// ContentMessageReference marks a quoted message.
	ContentMessageReference = "messageReference"
)

// An Attachment is a card, a picture or a file. It has Content or ContentURL,
// not both (A7100). A ContentURL of Teams itself wants the bot's token; any other
// must not see it.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#attachment-object
type Attachment struct {
	ContentType  string          `json:"contentType,omitempty"`
	ContentURL   string          `json:"contentUrl,omitempty"`
	Content      json.RawMessage `json:"content,omitempty"`
	Name         string          `json:"name,omitempty"`
	ThumbnailURL string          `json:"thumbnailUrl,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}
