package teams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/cards"
	"github.com/docket-handoff/docket/handoff"
)

// Platform carries posts to Teams through the Connector. It implements handoff.Platform, handoff.Opener
// and handoff.Paced.
type Platform struct{ client *bot.Client }

// NewPlatform makes a platform that posts with client.
func NewPlatform(client *bot.Client) *Platform { return &Platform{client: client} }

// Name implements handoff.Platform.
func (p *Platform) Name() string { return PlatformName }

// Teams publishes limits for one bot in one channel, whatever the thread, and for a bot in a whole tenant; these are 70 to
// 80 % of them. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
var (
	channelPace = []handoff.Window{{Posts: 5, Span: time.Second}, {Posts: 6, Span: 2 * time.Second}, {Posts: 48, Span: 30 * time.Second}, {Posts: 1440, Span: time.Hour}}
	tenantPace  = []handoff.Window{{Posts: 40, Span: time.Second}}
)

// Pace implements handoff.Paced.
func (p *Platform) Pace() (channel, tenant []handoff.Window) { return channelPace, tenantPace }

// Deliver implements handoff.Platform.
func (p *Platform) Deliver(ctx context.Context, post handoff.Post) (handoff.Receipt, error) {
	ref, err := referenceOf(post.Channel)
	if err != nil {
		return handoff.Receipt{}, &handoff.DeliveryError{Certain: true, Channel: true, Cause: "the channel must be connected again: mention the bot there", Err: err}
	}
	receipt, err := p.deliver(ctx, ref, post)
	return receipt, explain(post.Kind, err)
}

func (p *Platform) deliver(ctx context.Context, ref activity.ConversationReference, post handoff.Post) (handoff.Receipt, error) {
	switch post.Kind {
	case handoff.PostThread:
		return p.startThread(ctx, ref, post)
	case handoff.PostCard:
		return p.redraw(ctx, ref, post)
	case handoff.PostLine:
		return p.say(ctx, ref, post, lineText(post.Lines, post.Ordinal))
	case handoff.PostNotice:
		return p.say(ctx, ref, post, again(post.Ordinal)+post.Text)
	case handoff.PostClosing:
		return p.close(ctx, ref, post)
	case handoff.PostErase:
		return handoff.Receipt{}, p.erase(ctx, ref, post)
	}
	return handoff.Receipt{}, fmt.Errorf("there is no post of kind %q", post.Kind)
}

// startThread posts the card at the top of the channel; that message is the thread's root.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
func (p *Platform) startThread(ctx context.Context, ref activity.ConversationReference, post handoff.Post) (handoff.Receipt, error) {
	message, err := cardMessage(*post.View, post.Ordinal)
	if err != nil {
		return handoff.Receipt{}, err
	}
	made, err := p.client.CreateConversation(ctx, ref.ServiceURL, activity.ConversationParameters{
		IsGroup:  ref.Conversation.IsGroup,
		Bot:      ref.Bot,
		TenantID: ref.Conversation.TenantID,
		Activity: &message,
		ChannelData: &activity.ChannelData{
			Channel: &activity.ChannelInfo{ID: ref.Conversation.ID},
			Tenant:  &activity.TenantInfo{ID: ref.Conversation.TenantID},
		},
	})
	if err != nil {
		return handoff.Receipt{}, err
	}
	thread := activity.ParseThread(made.ID)
	if thread.Root == "" {
		thread.Root = made.ActivityID
	}
	card := made.ActivityID
	if card == "" {
		card = thread.Root
	}
	return handoff.Receipt{Thread: thread.String(), Message: card}, nil
}

// redraw changes the card for everybody. A card that somebody deleted is posted anew in its thread.
func (p *Platform) redraw(ctx context.Context, ref activity.ConversationReference, post handoff.Post) (handoff.Receipt, error) {
	message, err := cardMessage(*post.View, 1)
	if err != nil {
		return handoff.Receipt{}, err
	}
	err = p.client.Update(ctx, ref.ServiceURL, post.Thread, post.Message, address(&message, ref, post.Thread))
	var failed *bot.Error
	if errors.As(err, &failed) && failed.Gone() && !failed.Removed() {
		if message, err = cardMessage(*post.View, post.Ordinal); err != nil {
			return handoff.Receipt{}, err
		}
		receipt, err := p.send(ctx, ref, post, &message)
		if err != nil {
			err = &postedAnew{err}
		}
		return receipt, err
	}
	return handoff.Receipt{Message: post.Message}, err
}

// postedAnew is a failure of a card's second posting, which may be there all the same.
type postedAnew struct{ error }

func (p *postedAnew) Unwrap() error { return p.error }

func (p *Platform) say(ctx context.Context, ref activity.ConversationReference, post handoff.Post, text string) (handoff.Receipt, error) {
	return p.send(ctx, ref, post, &activity.Activity{Type: activity.TypeMessage, TextFormat: activity.TextPlain, Text: text})
}

func (p *Platform) send(ctx context.Context, ref activity.ConversationReference, post handoff.Post, a *activity.Activity) (handoff.Receipt, error) {
	id, err := p.client.Send(ctx, ref.ServiceURL, post.Thread, address(a, ref, post.Thread))
	return handoff.Receipt{Message: id}, err
}

func (p *Platform) close(ctx context.Context, ref activity.ConversationReference, post handoff.Post) (handoff.Receipt, error) {
	message, err := cards.Message(marked(closingCard(*post.View), post.Ordinal), "The conversation with "+post.View.Label+" has ended")
	if err != nil {
		return handoff.Receipt{}, err
	}
	return p.send(ctx, ref, post, &message)
}

// erase removes a post; one that is gone already is what was wanted.
func (p *Platform) erase(ctx context.Context, ref activity.ConversationReference, post handoff.Post) error {
	err := p.client.Delete(ctx, ref.ServiceURL, post.Thread, post.Message)
	var failed *bot.Error
	if errors.As(err, &failed) && failed.Gone() {
		return nil
	}
	return err
}

// address says from whom and where (A2061, A2080 of the activity specification).
func address(a *activity.Activity, ref activity.ConversationReference, thread string) *activity.Activity {
	a.From = ref.Bot
	a.Conversation = &activity.ConversationAccount{ID: thread}
	return a
}

// Open implements handoff.Opener: it reads a picture that somebody pasted, from the service's own host alone.
func (p *Platform) Open(ctx context.Context, channel handoff.Channel, url string) (io.ReadCloser, string, error) {
	ref, err := referenceOf(channel)
	if err != nil {
		return nil, "", err
	}
	return p.client.Attachment(ctx, ref.ServiceURL, url)
}
