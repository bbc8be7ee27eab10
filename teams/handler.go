package teams

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot"
	"github.com/docket-handoff/docket/handoff"
)

// Handler takes what people do in Teams to the desk. It is a bot.Handler.
type Handler struct {
	desk   *handoff.Desk
	client *bot.Client
	app    string
	log    *slog.Logger
	router bot.Router
	seen   seen
}

// NewHandler makes a handler. client is for names alone (of people, teams and channels that an activity does not name); app
// is the display name under which people mention the bot.
func NewHandler(desk *handoff.Desk, client *bot.Client, app string, log *slog.Logger) *Handler {
	h := &Handler{desk: desk, client: client, app: app, log: log}
	h.router = bot.Router{
		Message:      h.message,
		Edit:         h.edit,
		Delete:       h.edit,
		Reaction:     h.reaction,
		Installation: h.installation,
		Other:        h.typing,
		Conversation: map[string]bot.HandlerFunc{
			activity.EventTeamMemberAdded:   h.memberAdded,
			activity.EventTeamMemberRemoved: h.memberRemoved,
			activity.EventChannelRenamed:    h.renamed,
			activity.EventTeamRenamed:       h.renamed,
			activity.EventChannelDeleted:    h.lost(handoff.LostDeleted),
			activity.EventChannelRestored:   h.back(handoff.LostDeleted),
			activity.EventTeamDeleted:       h.lost(handoff.LostTeam),
			activity.EventTeamHardDeleted:   h.lost(handoff.LostTeam),
			activity.EventTeamRestored:      h.back(handoff.LostTeam),
			activity.EventTeamArchived:      h.lost(handoff.LostArchived),
			activity.EventTeamUnarchived:    h.back(handoff.LostArchived),
		},
		Invoke: map[string]bot.HandlerFunc{activity.InvokeAdaptiveCard: h.press},
	}
	return h
}

// HandleTurn implements bot.Handler.
func (h *Handler) HandleTurn(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	if err := h.see(ctx, t.Activity); err != nil {
		return nil, err
	}
	return h.router.HandleTurn(ctx, t)
}

// keyOf identifies an input, so that Teams may deliver it as often as it likes. An edit carries the id of the message it
// edits; its time tells it from other edits.
func keyOf(a *activity.Activity) string {
	parts := []string{a.ChannelID, a.Conversation.ID, a.ID, a.Type}
	if tenant, _ := a.Tenant(); tenant != "" {
		parts = append(parts, tenant)
	}
	if a.Type != activity.TypeMessage {
		data, _ := a.Teams()
		parts = append(parts, data.EventType, a.Timestamp)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// writtenAt is the service's moment of an activity, zero when it says none that can be read.
func writtenAt(a *activity.Activity) time.Time {
	at, err := time.Parse(time.RFC3339Nano, a.Timestamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

// keyOfPress identifies a press. Teams delivers one that it thinks was not heard again under another id; who pressed what on
// which card at what moment stays the same.
func keyOfPress(a *activity.Activity, verb string) string {
	when := a.Timestamp
	if when == "" {
		when = a.ID
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"press", a.ChannelID, a.Conversation.ID, a.From.ID, a.ReplyToID, verb, when}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// inChannel says whether an activity comes from a person in a channel: the only thing this bot listens to.
func inChannel(a *activity.Activity) bool {
	return a.From != nil && !a.FromBot() && a.Conversation != nil && a.Conversation.ConversationType == activity.ConversationChannel
}

// message sorts what was written: the press of an old client, a command, a line for the visitor, or a mention that connects
// the channel.
func (h *Handler) message(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	a := t.Activity
	if !inChannel(a) {
		return nil, nil
	}
	at, ref, err := place(a)
	if err != nil {
		h.log.Warn("a message was left aside", "error", err)
		return nil, nil
	}
	if a.HasSubmit() {
		return nil, h.submit(ctx, a, at)
	}
	text := a.TextFor(a.Recipient.ID)
	if at.Unprompted = !a.MentionsRecipient(); at.Unprompted {
		_, err := h.hear(ctx, a, at, text)
		return nil, err
	}
	if verb, command := commandOf(text); command {
		return nil, h.command(ctx, a, at, ref, verb)
	}
	heard, err := h.hear(ctx, a, at, text)
	if err != nil {
		return nil, err
	}
	switch heard {
	case handoff.HeardRelayed:
		return nil, h.sayWhatIsMissing(ctx, at)
	case handoff.HeardNowhere:
		return nil, h.connect(ctx, a, at, ref)
	case handoff.HeardInternal:
		if !strings.HasPrefix(text, handoff.InternalMark) {
			return nil, h.desk.Reply(ctx, keyOf(a), at, notRelayed)
		}
	}
	return nil, nil
}

// hear gives a line to the desk, and tells its author once when the visitor cannot hear it though it looks so: before
// anybody has joined, and after the end.
func (h *Handler) hear(ctx context.Context, a *activity.Activity, at handoff.Place, text string) (handoff.Heard, error) {
	who := h.person(ctx, a)
	heard, err := h.desk.FromSpecialist(ctx, handoff.SpecialistLine{
		Key: keyOf(a), Place: at, Person: who, Message: a.ID, Text: text, Files: pictures(a), Unreadable: hasMore(a), At: writtenAt(a),
	})
	switch {
	case err != nil:
	case heard == handoff.HeardEnded:
		err = h.desk.Reply(ctx, "ended "+at.Thread+" "+who.ID, at, hasEnded)
	case heard == handoff.HeardUnjoined:
		err = h.desk.Reply(ctx, "unjoined "+at.Thread, at, notJoined)
	}
	return heard, err
}

// edit carries changes, removals and restorations to the visitor.
func (h *Handler) edit(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	a := t.Activity
	at, _, err := place(a)
	if err != nil || a.From != nil && a.FromBot() {
		return nil, nil
	}
	change := handoff.Change{Key: keyOf(a), Channel: at.Channel, Thread: at.Thread, Message: a.ID, At: writtenAt(a), Delete: a.IsType(activity.TypeMessageDelete)}
	if !change.Delete {
		data, _ := a.Teams()
		change.Text = a.TextFor(a.Recipient.ID)
		if change.Restore = data.EventType == activity.EventUndeleteMessage; change.Restore {
			change.Files = pictures(a)
		}
		change.Delete = change.Text == "" && !change.Restore || strings.HasPrefix(change.Text, handoff.InternalMark)
	}
	return nil, h.desk.FromEdit(ctx, change)
}

func (h *Handler) reaction(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	a := t.Activity
	at, _, err := place(a)
	if err != nil || !inChannel(a) || a.ReplyToID == "" {
		return nil, nil
	}
	who := h.person(ctx, a)
	for _, r := range a.ReactionsAdded {
		if err := h.desk.FromReaction(ctx, keyOf(a)+"+"+r.Type, at.Channel, a.ReplyToID, who, handoff.Reaction{Type: r.Type}); err != nil {
			return nil, err
		}
	}
	for _, r := range a.ReactionsRemoved {
		if err := h.desk.FromReaction(ctx, keyOf(a)+"-"+r.Type, at.Channel, a.ReplyToID, who, handoff.Reaction{Type: r.Type, Removed: true}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// typing lets the visitor see that a specialist is writing. Teams tells bots of it in chats alone, other clients also in
// channels. Every other type that no function takes ends here too.
func (h *Handler) typing(ctx context.Context, t *bot.Turn) (*activity.InvokeResponse, error) {
	a := t.Activity
	if !a.IsType(activity.TypeTyping) || !inChannel(a) {
		return nil, nil
	}
	at, _, err := place(a)
	if err != nil {
		return nil, nil
	}
	return nil, h.desk.FromTyping(ctx, at, handoff.Person{ID: personID(a)})
}

const lookupTime = 3 * time.Second // what a name is worth waiting for while Teams waits for our answer

func personID(a *activity.Activity) string { return cmp.Or(a.From.AADObjectID, a.From.ID) }

// person names who acted. Some clients send no name; then the roster is asked.
func (h *Handler) person(ctx context.Context, a *activity.Activity) handoff.Person {
	who := handoff.Person{ID: personID(a), Name: strings.TrimSpace(a.From.Name)}
	if who.Name == "" {
		ctx, done := context.WithTimeout(ctx, lookupTime)
		defer done()
		if member, err := h.client.Member(ctx, a.ServiceURL, a.Conversation.ID, a.From.ID); err == nil {
			who.Name = strings.TrimSpace(member.Name)
		}
	}
	if who.Name == "" {
		who.Name = "A specialist"
	}
	return who
}
