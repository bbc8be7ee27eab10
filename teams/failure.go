package teams

import (
	"errors"
	"net/http"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
)

// triesOf412 is how often a post is tried that meets a 412, which asks to try again and may stand for a real conflict.
const triesOf412 = 5

// explain translates a failure of the Connector's into what a lane and a person need to know.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
func explain(kind handoff.PostKind, err error) error {
	if err == nil {
		return nil
	}
	var failed *bot.Error
	if !errors.As(err, &failed) {
		return &handoff.DeliveryError{Certain: true, Cause: "the post could not be made", Err: err}
	}
	var anew *postedAnew
	out := &handoff.DeliveryError{Certain: !failed.Doubtful, RetryAfter: failed.RetryAfter, Anew: errors.As(err, &anew), Err: err}
	switch {
	case failed.Doubtful:
		out.Cause = "Teams did not say whether it took the post"
	case errors.Is(failed, bot.ErrNoToken):
		// Also for a wrong secret: once an admin has put it right the post goes out, so that only the day ends the tries.
		out.Retry, out.Channel, out.Cause = true, true, tokenless(failed)
	case failed.Status == http.StatusTooManyRequests:
		out.Retry, out.Throttled, out.Cause = true, true, "Teams asks us to slow down"
	case failed.Removed():
		out.Channel, out.Lost = true, lossOf(kind, failed)
		out.Cause = "the app was removed from the team, or an admin has blocked it"
	case failed.Status == http.StatusUnauthorized:
		out.Retry, out.Channel, out.Cause = true, true, "Teams does not accept the bot's token; check the bot's id, secret and tenant"
	case failed.Status == http.StatusRequestEntityTooLarge:
		out.TooLarge, out.Cause = true, "the post is too large for Teams"
	case failed.Status == http.StatusPreconditionFailed:
		out.Retry, out.Tries, out.Cause = true, triesOf412, "Teams did not get the post done, five times in a row"
	case failed.Status == 0 && failed.Temporary():
		out.Retry, out.Channel, out.Cause = true, true, "Teams could not be reached"
	case failed.Temporary():
		out.Retry, out.Cause = true, "Teams could not be reached"
	case failed.Gone():
		out.Cause = "the thread is no longer there"
	case failed.Status == 0:
		out.Channel, out.Cause = true, "the channel's service address is not one that may be called"
	default:
		out.Cause = "Teams refused the post"
	}
	return out
}

// tokenless says why the bot has no token, and what to do about it. What no token endpoint said may name this machine's files,
// and is for the log.
func tokenless(failed *bot.Error) string {
	var refused *auth.TokenError
	if !errors.As(failed, &refused) {
		return "the bot could not obtain a token; docket doctor says why"
	}
	cause, remedy := TokenTrouble(refused)
	return cause + "; " + remedy
}

// lossOf says what a refusal for good means for the channel. A conversation that is not found may be a thread alone, unless
// the thread was yet to be made.
func lossOf(kind handoff.PostKind, failed *bot.Error) handoff.Loss {
	switch failed.Code {
	case bot.CodeBotDisabled, bot.CodeWritesBlocked, bot.CodeBlockedByUser:
		return handoff.LostBlocked
	case bot.CodeBotNotInRoster, bot.CodeForbiddenOperation:
		return handoff.LostRemoved
	case bot.CodeConversationNotFound:
		if kind == handoff.PostThread {
			return handoff.LostUnknown
		}
	}
	return ""
}
