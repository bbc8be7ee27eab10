package cards

import (
	"encoding/json"
	"strings"
)

// An Authentication has the client obtain a person's token before it sends what
// they pressed; the press then carries the token, beside its action. It needs an
// OAuth connection of the bot, a bot in the personal scope too, and a handler
// that treats the token as a secret and asks anew (401, the type
// application/vnd.microsoft.activity.loginRequest) when it cannot use what came.
// This module brings none of these. Make one with NewAuthentication.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/sso-adaptive-cards-universal-action
type Authentication struct {
	connection string
	text       string
	button     SignIn
	// TokenExchange lets people who are signed in to Teams pass without a page;
	// nil always shows the page.
	TokenExchange *TokenExchange
}

// A SignIn is the button to the sign-in page.
type SignIn struct {
	Title    string
	URL      string // https; the sign-in link of the Bot Framework token service
	ImageURL string // https or a data URI; may be empty
}

// TokenExchange names the resource for which a client asks Microsoft Entra ID for
// a token. All members are required.
type TokenExchange struct {
	ID         string `json:"id"`  // a new one for each card, to tell a repeated exchange
	URI        string `json:"uri"` // the application id URI, such as api://botid-…
	ProviderID string `json:"providerId"`
}

// NewAuthentication returns an authentication by the OAuth connection of that
// name. The text explains why somebody should sign in.
func NewAuthentication(connection, text string, button SignIn) *Authentication {
	return &Authentication{connection: connection, text: text, button: button}
}

// MarshalJSON writes the authentication.
func (a Authentication) MarshalJSON() ([]byte, error) {
	type button struct {
		Type  string `json:"type"`
		Title string `json:"title"`
		Image string `json:"image,omitempty"`
		Value string `json:"value"`
	}
	return json.Marshal(struct {
		Text                  string         `json:"text"`
		ConnectionName        string         `json:"connectionName"`
		TokenExchangeResource *TokenExchange `json:"tokenExchangeResource,omitempty"`
		Buttons               []button       `json:"buttons"`
	}{a.text, a.connection, a.TokenExchange, []button{{"signin", a.button.Title, a.button.ImageURL, a.button.URL}}})
}

func (a *Authentication) check(c *checker) {
	if a == nil {
		return
	}
	if a.connection == "" || a.text == "" || a.button.Title == "" {
		c.add("an authentication needs a connection, a text and a title for its button")
	}
	if !strings.HasPrefix(a.button.URL, "https://") {
		c.add("the URL of the sign-in button must begin with https://")
	}
	if a.button.ImageURL != "" {
		checkPicture(c, "the sign-in button", a.button.ImageURL)
	}
	if t := a.TokenExchange; t != nil && (t.ID == "" || t.URI == "" || t.ProviderID == "") {
		c.add("a token exchange needs an id, a URI and a provider")
	}
}
