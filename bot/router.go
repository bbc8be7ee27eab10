package bot

import (
	"context"

	"github.com/docket-handoff/docket/activity"
)

// Router is a Handler that picks a function by what happened. Every field may be
// nil: what nobody asked for is answered with 200 and forgotten, except an
// invoke without a function, which is answered with 501.
//
// Its fields are read while it serves and must not change then.
type Router struct {
	Message      HandlerFunc // something was said, or an old card's button was pressed
	Edit         HandlerFunc // a message was changed or restored
	Delete       HandlerFunc // a message was deleted
	Reaction     HandlerFunc // a reaction came or went
	Installation HandlerFunc // the app was added or removed

	// Conversation is about members, channels and teams, by
	// channelData.eventType; the function under "" takes the other event types.
	Conversation map[string]HandlerFunc

	// Invoke takes invokes by name.
	Invoke map[string]HandlerFunc

	// Other takes all other types; they are an open set.
	Other HandlerFunc
}

// HandleTurn calls the function for the activity.
func (r *Router) HandleTurn(ctx context.Context, t *Turn) (*activity.InvokeResponse, error) {
	f := r.pick(t.Activity)
	if f == nil {
		return nil, nil
	}
	return f(ctx, t)
}

func (r *Router) pick(a *activity.Activity) HandlerFunc {
	switch {
	case a.IsType(activity.TypeMessage):
		return r.Message
	case a.IsType(activity.TypeInvoke):
		return r.Invoke[a.Name]
	case a.IsType(activity.TypeMessageUpdate):
		return r.Edit
	case a.IsType(activity.TypeMessageDelete):
		return r.Delete
	case a.IsType(activity.TypeMessageReaction):
		return r.Reaction
	case a.IsType(activity.TypeInstallationUpdate):
		return r.Installation
	case a.IsType(activity.TypeConversationUpdate):
		return r.conversation(a)
	}
	return r.Other
}

// conversation goes by the event type alone; an activity whose channelData does
// not read as Teams' own has none.
func (r *Router) conversation(a *activity.Activity) HandlerFunc {
	data, err := a.Teams()
	if err != nil {
		return r.Conversation[""]
	}
	if f := r.Conversation[data.EventType]; f != nil {
		return f
	}
	return r.Conversation[""]
}
