package teams_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/bot/bottest"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/teams"
)

// TestRefusals lets the Connector answer a visitor's line in every way that says that it was not posted, and counts what the
// bot makes of it.
func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  bottest.Fault
		strike int // so many times
		calls  int
		want   handoff.DeliveryState
	}{
		{"412 four times", bottest.Fault{Status: http.StatusPreconditionFailed}, 4, 5, handoff.DeliverySent},
		{"412 five times", bottest.Fault{Status: http.StatusPreconditionFailed}, 5, 5, handoff.DeliveryFailed},
		{"429 without a word", bottest.Fault{Status: http.StatusTooManyRequests}, 2, 3, handoff.DeliverySent},
		{"429 with nonsense", bottest.Fault{Status: http.StatusTooManyRequests, RetryAfter: "soon"}, 1, 2, handoff.DeliverySent},
		{"401 once", bottest.Fault{Status: http.StatusUnauthorized}, 1, 2, handoff.DeliverySent},
		{"403", bottest.Fault{Status: http.StatusForbidden, Code: "BotNotInConversationRoster"}, 1, 1, handoff.DeliveryFailed},
		{"404", bottest.Fault{Status: http.StatusNotFound}, 1, 1, handoff.DeliveryFailed},
		{"400", bottest.Fault{Status: http.StatusBadRequest}, 1, 1, handoff.DeliveryFailed},
		{"413 for a short line", bottest.Fault{Status: http.StatusRequestEntityTooLarge}, 1, 1, handoff.DeliveryFailed},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			id, thread := joined(t, w)
			w.waitCard(thread.ID, thread.Root, "End conversation")
			w.waitLine(thread.ID, "has joined")
			before := w.service.Count(bottest.OpSend)
			w.service.Fail(bottest.OpSend, row.strike, row.fault)
			w.say(id, "Hello there")
			told := w.waitEvent(id, "what became of the line", func(e handoff.Event) bool { return e.Name == handoff.EventDelivery })
			if told.Delivery.State != row.want || (row.want == handoff.DeliveryFailed) != (told.Delivery.Cause != "") {
				t.Errorf("the visitor hears %+v, want %s", told.Delivery, row.want)
			}
			if n := w.service.Count(bottest.OpSend) - before; n != row.calls {
				t.Errorf("%d calls, want %d", n, row.calls)
			}
		})
	}
}

// tokenless is a token source that has none.
type tokenless struct{ err error }

func (s tokenless) Token(context.Context) (string, error) { return "", s.err }
func (s tokenless) Invalidate(string)                     {}

// TestWithoutAToken: a post for which the bot has no token waits, since an admin can mend that, and the cause is the true one.
func TestWithoutAToken(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	w.connect()
	channels, err := w.desk.Channels(t.Context())
	must(t, err)
	for _, row := range []struct {
		name string
		err  error
		want string
		wait time.Duration
	}{
		{"a wrong secret", &auth.TokenError{Status: 401, OAuth: "invalid_client", Code: "AADSTS7000215", RetryAfter: 2 * time.Second},
			"the client secret is wrong (AADSTS7000215); copy the secret's value, not its id, into DOCKET_BOT_SECRET", 2 * time.Second},
		{"a code nobody knows", &auth.TokenError{Status: 400, OAuth: "invalid_request", Code: "AADSTS1"},
			"the token endpoint answers 400 (invalid_request AADSTS1); look the code up in Microsoft's list of error codes", 0},
		{"another page", &auth.TokenError{Status: 404}, "the token endpoint answers 404; check DOCKET_BOT_TOKEN_URL", 0},
		{"too many", &auth.TokenError{Status: 429, RetryAfter: time.Minute},
			"the token endpoint asks us to slow down; wait: it is asked again when it allows it", time.Minute},
		{"out of reach", &auth.TokenError{Err: errors.New("connection refused")},
			"the token endpoint cannot be reached; let this machine reach it by https, or check DOCKET_BOT_TOKEN_URL", 0},
		{"a file that is gone", errors.New("/etc/docket/bot.pem: no such file"), "the bot could not obtain a token; docket doctor says why", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			client, err := bot.NewClient(bot.ClientConfig{Tokens: tokenless{row.err}, Hosts: w.service.Hosts()})
			must(t, err)
			defer client.Close()
			_, err = teams.NewPlatform(client).Deliver(t.Context(), handoff.Post{
				Kind: handoff.PostNotice, Channel: channels[0], Thread: w.channel.ID + ";messageid=1", Text: "hello",
			})
			var failed *handoff.DeliveryError
			if !errors.As(err, &failed) || !failed.Certain || !failed.Retry || !failed.Channel || failed.Tries != 0 || failed.Lost != "" {
				t.Fatalf("%+v", failed)
			}
			if failed.Cause != row.want || failed.RetryAfter != row.wait {
				t.Errorf("%q after %s", failed.Cause, failed.RetryAfter)
			}
		})
	}
}

// TestASecretThatIsPutRight: while the secret is wrong the channel says so and the line waits; it goes out once the secret is
// right.
func TestASecretThatIsPutRight(t *testing.T) {
	w := newWorld(t, bottest.Config{TokenLifetime: time.Minute}) // too short to be kept
	id, thread := joined(t, w)
	w.waitCard(thread.ID, thread.Root, "End conversation")
	w.waitLine(thread.ID, "has joined")
	w.service.Fail(bottest.OpToken, -1, bottest.Fault{Status: http.StatusUnauthorized, RetryAfter: "0.05", Body: `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."}`})
	w.say(id, "Hello there")
	channel := handoff.ChannelID(teamsName, bottest.DefaultTenant, w.channel.ID)
	w.service.WaitFor(t, "the channel to say what is wrong", func() bool {
		c := channelRow(t, w, channel)
		return c.State == handoff.ChannelDegraded && strings.HasPrefix(c.Cause, "the client secret is wrong")
	})
	w.service.Fail(bottest.OpToken, 0, bottest.Fault{})
	told := w.waitEvent(id, "what became of the line", func(e handoff.Event) bool { return e.Name == handoff.EventDelivery })
	if told.Delivery.State != handoff.DeliverySent {
		t.Errorf("the visitor hears %+v", told.Delivery)
	}
	if c := channelRow(t, w, channel); c.State != handoff.ChannelConnected || c.Cause != "" {
		t.Errorf("afterwards the channel is %s: %q", c.State, c.Cause)
	}
}

// TestTooLargeIsShortened: a long line that the Connector finds too large goes in half, and says where the rest is.
func TestTooLargeIsShortened(t *testing.T) {
	w := newWorld(t, bottest.Config{})
	id, thread := joined(t, w)
	w.waitLine(thread.ID, "has joined")
	w.service.Fail(bottest.OpSend, 1, bottest.Fault{Status: http.StatusRequestEntityTooLarge})
	_, err := w.desk.FromVisitor(t.Context(), id, handoff.Say{Text: strings.Repeat("a", 2000) + strings.Repeat("b", 2000)})
	must(t, err)
	w.waitLine(thread.ID, "Dana Cole: "+strings.Repeat("a", 2000)+" […] (This line is too long for Teams.")
}

// TestACardThatIsPostedAnewIsAPost: a card that somebody deleted is posted anew, and whether that one is there nobody knows.
func TestACardThatIsPostedAnewIsAPost(t *testing.T) {
	for _, row := range []struct {
		name   string
		update bottest.Fault
		anew   bool
	}{
		{"a card that is gone", bottest.Fault{Status: http.StatusNotFound, Code: "ActivityNotFoundInConversation"}, true},
		{"a card that is there", bottest.Fault{Status: http.StatusBadGateway}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, bottest.Config{})
			_, thread := joined(t, w)
			channels, err := w.desk.Channels(t.Context())
			must(t, err)
			w.service.Fail(bottest.OpUpdate, -1, row.update)
			w.service.Fail(bottest.OpSend, -1, bottest.Fault{Status: http.StatusBadGateway, AfterPosting: true})
			_, err = w.platform.Deliver(t.Context(), handoff.Post{
				Kind: handoff.PostCard, Channel: channels[0], Thread: thread.ID, Message: thread.Root, View: &handoff.View{Label: "Dana"}, Ordinal: 2,
			})
			var failed *handoff.DeliveryError
			if !errors.As(err, &failed) || failed.Anew != row.anew || row.anew && failed.Certain {
				t.Errorf("the failure is %+v", failed)
			}
			marked := false
			for _, m := range w.service.Messages(thread.ID) {
				marked = marked || strings.Contains(string(m.Card), "attempt 2")
			}
			if marked != row.anew {
				t.Errorf("a card says that it may be there twice: %v", marked)
			}
		})
	}
}
