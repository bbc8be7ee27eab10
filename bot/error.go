package bot

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Codes of the Connector that say more than their status.
// See https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
const (
	CodeActivityNotFound     = "ActivityNotFoundInConversation"
	CodeConversationNotFound = "ConversationNotFound"
	CodeBotNotInRoster       = "BotNotInConversationRoster"
	CodeBotDisabled          = "BotDisabledByAdmin"
	CodeBlockedByUser        = "ConversationBlockedByUser"
	CodeForbiddenOperation   = "ForbiddenOperationException"
	CodeWritesBlocked        = "MessageWritesBlocked"
	CodeServiceError         = "ServiceError"
)

// ErrNoToken is the cause of a call that was not made because the bot could obtain no token. An
// [*auth.TokenError] beside it says why, if a token endpoint refused.
var ErrNoToken = errors.New("no access token")

// Error is a call of the Connector that did not succeed. It is made so that a
// caller can decide three things: may I send this again (Doubtful), is there a point in
// trying later (Temporary, RetryAfter), is what I wrote to still there (Gone, Removed).
type Error struct {
	Op          string        // what was tried: send, update, …
	Status      int           // HTTP status; 0 when no answer arrived
	Code        string        // the Connector's own code; may be empty
	Message     string        // the Connector's own words, one line, shortened; for logs
	RetryAfter  time.Duration // how long the service, or the token source, asks to wait, at most an hour; 0 if it does not say
	ServiceHost string        // who was called
	Correlation string        // Microsoft's MS-CV, for a support case; may be empty

	// Doubtful is true for a POST that may have taken effect: the request
	// went out and no answer came, or one that does not tell (408, 5xx).
	// Repeating it may show the same thing twice. False means that nothing was posted.
	Doubtful bool

	Err error // the cause when no answer arrived; may be nil
}

// Error describes the failure for a log. It never holds a token.
func (e *Error) Error() string {
	text := "bot: " + e.Op
	if e.ServiceHost != "" {
		text += " at " + e.ServiceHost
	}
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Doubtful {
		text += " (it may have been posted)"
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same call may succeed later. It says nothing of
// whether it has succeeded already; see Doubtful. A 500 is not temporary:
// Microsoft asks not to repeat it. Nor is a refused credential, which an admin has
// to mend; see [auth.TokenError].
func (e *Error) Temporary() bool {
	switch e.Status {
	case 0:
		return !e.permanent()
	case http.StatusRequestTimeout, http.StatusPreconditionFailed, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// Gone reports whether what was addressed is no longer there: a message that
// was deleted, a conversation that was removed, or one the bot was removed
// from. Teams answers the update of a deleted message with 403 and the code
// ServiceError; see https://github.com/microsoft/BotFramework-Services/issues/269.
func (e *Error) Gone() bool {
	if e.Status == http.StatusNotFound || e.Removed() {
		return true
	}
	changing := e.Op == opUpdate || e.Op == opDelete
	return changing && e.Status == http.StatusForbidden && (e.Code == CodeServiceError || e.Code == "Unknown")
}

// Removed reports whether the bot can no longer write to the conversation at
// all, until it hears from there again.
func (e *Error) Removed() bool {
	if e.Status == http.StatusNotFound {
		return e.Code == CodeConversationNotFound
	}
	return e.Status == http.StatusForbidden && slices.Contains([]string{
		CodeBotNotInRoster, CodeBotDisabled, CodeBlockedByUser, CodeForbiddenOperation, CodeWritesBlocked,
	}, e.Code)
}
