package teams

import (
	"encoding/json"
	"fmt"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/handoff"
)

// PlatformName is this platform's name in handoff.Channel.
const PlatformName = "teams"

// channelReference keeps what is needed to post into a channel later: its service, its id, its tenant and who we are there.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
func channelReference(a *activity.Activity) (activity.ConversationReference, error) {
	thread := activity.ThreadOf(a)
	tenant, agree := a.Tenant()
	if thread.Channel == "" || a.Recipient == nil || a.Recipient.ID == "" || !agree {
		return activity.ConversationReference{}, fmt.Errorf("the activity names no channel, no bot or two tenants")
	}
	group := true
	return activity.ConversationReference{
		Bot:          &activity.ChannelAccount{ID: a.Recipient.ID},
		Conversation: &activity.ConversationAccount{ID: thread.Channel, IsGroup: &group, ConversationType: activity.ConversationChannel, TenantID: tenant},
		ChannelID:    a.ChannelID,
		ServiceURL:   a.ServiceURL,
	}, nil
}

// place says where an activity came from, in the desk's words.
func place(a *activity.Activity) (handoff.Place, activity.ConversationReference, error) {
	ref, err := channelReference(a)
	if err != nil {
		return handoff.Place{}, ref, err
	}
	raw, err := json.Marshal(ref)
	if err != nil {
		return handoff.Place{}, ref, err
	}
	return handoff.Place{
		Channel:   handoff.ChannelID(PlatformName, ref.Conversation.TenantID, ref.Conversation.ID),
		Thread:    activity.ThreadOf(a).String(),
		Reference: raw,
	}, ref, nil
}

// referenceOf reads a channel's reference back.
func referenceOf(c handoff.Channel) (activity.ConversationReference, error) {
	var ref activity.ConversationReference
	if err := json.Unmarshal(c.Reference, &ref); err != nil || ref.Conversation == nil || ref.Bot == nil {
		return ref, fmt.Errorf("the reference of channel %s cannot be read", c.ID)
	}
	return ref, nil
}
