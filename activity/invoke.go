package activity

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Names of invokes, each a request that waits for an answer in the HTTP
// response. The set is open.
// https://learn.microsoft.com/microsoftteams/platform/bots/bot-basics
const (
	InvokeAdaptiveCard       = "adaptiveCard/action"
	InvokeSearch             = "application/search"
	InvokeTaskFetch          = "task/fetch"
	InvokeTaskSubmit         = "task/submit"
	InvokeQuery              = "composeExtension/query"
	InvokeQueryLink          = "composeExtension/queryLink"
	InvokeAnonymousQueryLink = "composeExtension/anonymousQueryLink"
	InvokeSelectItem         = "composeExtension/selectItem"
	InvokeSubmitAction       = "composeExtension/submitAction"
	InvokeFetchTask          = "composeExtension/fetchTask"
	InvokeQuerySettingURL    = "composeExtension/querySettingUrl"
	InvokeSetting            = "composeExtension/setting"
	InvokeCardButton         = "composeExtension/onCardButtonClicked"
	InvokeSignInVerify       = "signin/verifyState"
	InvokeSignInExchange     = "signin/tokenExchange"
	InvokeSignInFailure      = "signin/failure"
	InvokeFileConsent        = "fileConsent/invoke"
	InvokeMessageSubmit      = "message/submitAction"
	InvokeMessageFetchTask   = "message/fetchTask"
	InvokeConfigFetch        = "config/fetch"
	InvokeConfigSubmit       = "config/submit"
	InvokeTabFetch           = "tab/fetch"
	InvokeTabSubmit          = "tab/submit"
	InvokeConnectorCard      = "actionableMessage/executeAction"
	InvokeHandoff            = "handoff/action"
	InvokeSuggestedSubmit    = "suggestedActions/submit"
)

// Types of the answer to an adaptiveCard/action.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
const (
	ResponseCard              = "application/vnd.microsoft.card.adaptive"
	ResponseMessage           = "application/vnd.microsoft.activity.message"
	ResponseError             = "application/vnd.microsoft.error"
	ResponseLogin             = "application/vnd.microsoft.activity.loginRequest"
	ResponseIncorrectAuthCode = "application/vnd.microsoft.error.incorrectAuthCode"
	ResponsePrecondition      = "application/vnd.microsoft.error.preconditionFailed"
)

// ActionExecute is the Type of the action that an adaptiveCard/action carries.
const ActionExecute = "Action.Execute"

// Codes of errors in the answer to an invoke.
const (
	CodeBadRequest   = "BadRequest"
	CodeNotSupported = "NotSupported"
)

// A CardAction is the value of an adaptiveCard/action invoke: the press of an
// Action.Execute button. Anyone in the team can craft one, data included: it is
// a request, not a permission.
type CardAction struct {
	Action  ExecutedAction `json:"action"`
	Trigger string         `json:"trigger,omitempty"` // manual, or automatic for a refresh

	Extra map[string]json.RawMessage `json:"-"`
}

// An ExecutedAction is the button as Teams sends it back. Data is the button's
// data merged with the card's inputs.
type ExecutedAction struct {
	Type  string          `json:"type,omitempty"`
	ID    string          `json:"id,omitempty"`
	Verb  string          `json:"verb,omitempty"`
	Title string          `json:"title,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// CardAction reads the value of an adaptiveCard/action. Its errors are
// *InvokeError, whose Response is the answer to give.
func (a *Activity) CardAction() (CardAction, error) {
	var value CardAction
	if err := unmarshal(a.Value, &value); err != nil {
		return CardAction{}, &InvokeError{http.StatusBadRequest, CodeBadRequest, "The action could not be read.", err}
	}
	switch value.Action.Type {
	case ActionExecute:
		return value, nil
	case "":
		return CardAction{}, &InvokeError{http.StatusBadRequest, CodeBadRequest, "The action is missing.", nil}
	}
	return CardAction{}, &InvokeError{http.StatusBadRequest, CodeNotSupported, "This kind of action is not supported.", nil}
}

// An InvokeError is a refusal that the person who pressed may read.
type InvokeError struct {
	Status  int    // an HTTP status, carried inside the answer
	Code    string // stable, for programs
	Message string // for people
	Err     error  // the cause, for the log; may be nil
}

// Error returns the code, the message and the cause.
func (e *InvokeError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("activity: %s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("activity: %s: %s: %v", e.Code, e.Message, e.Err)
}

// Unwrap returns the cause.
func (e *InvokeError) Unwrap() error { return e.Err }

// Response returns the answer that shows the error to the person who pressed.
func (e *InvokeError) Response() InvokeResponse { return ErrorResponse(e.Status, e.Code, e.Message) }

// An InvokeResponse answers an invoke: Status becomes the status of the HTTP
// response, Body, as JSON, its whole body. Nothing is wrapped around it.
type InvokeResponse struct {
	Status int
	Body   any // nil for an empty body
}

// CardActionResponse is the Body that answers an adaptiveCard/action. Make one with
// CardResponse, MessageResponse or ErrorResponse; while somebody signs in, with
// LoginResponse, IncorrectAuthCodeResponse or PreconditionResponse.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
type CardActionResponse struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

// InvokeFault is the Value of a CardActionResponse of type ResponseError or
// ResponsePrecondition.
type InvokeFault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// CardResponse answers an adaptiveCard/action with a card, which replaces the
// old one for the person who pressed and nobody else.
func CardResponse(card any) InvokeResponse { return answer(http.StatusOK, ResponseCard, card) }

// MessageResponse answers an adaptiveCard/action with a line of text that Teams
// shows at the card, to the person who pressed.
func MessageResponse(text string) InvokeResponse { return answer(http.StatusOK, ResponseMessage, text) }

// ErrorResponse answers an adaptiveCard/action with an error. Its status travels
// inside the answer: with any HTTP status but 200 Teams would show "Unable to
// reach app" instead.
func ErrorResponse(status int, code, message string) InvokeResponse {
	return answer(status, ResponseError, InvokeFault{Code: code, Message: message})
}

// LoginResponse answers an adaptiveCard/action with a request to sign in. The
// value is the content of an OAuth card.
func LoginResponse(oauthCard any) InvokeResponse {
	return answer(http.StatusUnauthorized, ResponseLogin, oauthCard)
}

// IncorrectAuthCodeResponse answers an adaptiveCard/action whose magic code of a
// sign-in is wrong.
func IncorrectAuthCodeResponse() InvokeResponse {
	return answer(http.StatusUnauthorized, ResponseIncorrectAuthCode, nil)
}

// PreconditionResponse answers an adaptiveCard/action whose token could not be
// exchanged; Teams then asks the person to consent.
func PreconditionResponse(code, message string) InvokeResponse {
	return answer(http.StatusPreconditionFailed, ResponsePrecondition, InvokeFault{Code: code, Message: message})
}

func answer(status int, kind string, value any) InvokeResponse {
	return InvokeResponse{
		Status: http.StatusOK,
		Body:   CardActionResponse{StatusCode: status, Type: kind, Value: value},
	}
}
