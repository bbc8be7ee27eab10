package activity

import (
	"encoding/json"
	"strings"
)

// Values of ChannelData.EventType. The set is open.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
const (
	EventTeamMemberAdded      = "teamMemberAdded"
	EventTeamMemberRemoved    = "teamMemberRemoved"
	EventTeamRenamed          = "teamRenamed"
	EventTeamArchived         = "teamArchived"
	EventTeamUnarchived       = "teamUnarchived"
	EventTeamDeleted          = "teamDeleted"
	EventTeamHardDeleted      = "teamHardDeleted"
	EventTeamRestored         = "teamRestored"
	EventChannelCreated       = "channelCreated"
	EventChannelRenamed       = "channelRenamed"
	EventChannelDeleted       = "channelDeleted"
	EventChannelRestored      = "channelRestored"
	EventChannelShared        = "channelShared"
	EventChannelUnshared      = "channelUnshared"
	EventChannelMemberAdded   = "channelMemberAdded"
	EventChannelMemberRemoved = "channelMemberRemoved"
	EventEditMessage          = "editMessage"
	EventUndeleteMessage      = "undeleteMessage"
	EventSoftDeleteMessage    = "softDeleteMessage"
)

// ChannelData is what Teams puts into Activity.ChannelData. Outside of channels
// Team and Channel are nil; names come only with events that create or rename.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
type ChannelData struct {
	EventType    string        `json:"eventType,omitempty"`
	Tenant       *TenantInfo   `json:"tenant,omitempty"`
	Team         *TeamInfo     `json:"team,omitempty"`
	Channel      *ChannelInfo  `json:"channel,omitempty"`
	Settings     *Settings     `json:"settings,omitempty"`
	Notification *Notification `json:"notification,omitempty"`
	Source       *Source       `json:"source,omitempty"`
	Meeting      *MeetingInfo  `json:"meeting,omitempty"`
	App          *AppInfo      `json:"app,omitempty"`
	OnBehalfOf   []OnBehalfOf  `json:"onBehalfOf,omitzero"`
	// FeedbackLoop, in a message that is sent, adds buttons to rate it; the flag is its
	// older form.
	FeedbackLoop        *FeedbackLoop `json:"feedbackLoop,omitempty"`
	FeedbackLoopEnabled *bool         `json:"feedbackLoopEnabled,omitempty"`
	// The stream members number the parts of a message that is sent piece by piece.
	StreamID       string `json:"streamId,omitempty"`
	StreamType     string `json:"streamType,omitempty"` // informative, streaming, final
	StreamSequence int    `json:"streamSequence,omitempty"`
	// MembershipSource says through what somebody is a member of a shared channel;
	// the lists name teams that a channel was shared with, or no longer is.
	MembershipSource  *MembershipSource `json:"membershipSource,omitempty"`
	SharedWithTeams   []TeamInfo        `json:"sharedWithTeams,omitzero"`
	UnsharedFromTeams []TeamInfo        `json:"unsharedFromTeams,omitzero"`
	Legacy            *Legacy           `json:"legacy,omitempty"`
	// TeamsTeamID and TeamsChannelID repeat Team.ID and Channel.ID.
	TeamsTeamID    string `json:"teamsTeamId,omitempty"`
	TeamsChannelID string `json:"teamsChannelId,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// TenantInfo names a tenant of Microsoft Entra ID.
type TenantInfo struct {
	ID    string                     `json:"id,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// TeamInfo names a team. Its ID is that of its General channel.
type TeamInfo struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	AADGroupID string `json:"aadGroupId,omitempty"`
	TeamType   string `json:"teamType,omitempty"` // standard, sharedChannel, privateChannel
	TenantID   string `json:"tenantId,omitempty"`
	// The counts are 0 where Teams does not give them.
	ChannelCount int `json:"channelCount,omitempty"`
	MemberCount  int `json:"memberCount,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// ChannelInfo names a channel. The General channel has no Name.
type ChannelInfo struct {
	ID    string                     `json:"id,omitempty"`
	Name  string                     `json:"name,omitempty"`
	Type  string                     `json:"type,omitempty"` // standard, shared, private
	Extra map[string]json.RawMessage `json:"-"`
}

// Settings carry the channel that was chosen when the app was installed. They come
// with that event alone.
type Settings struct {
	SelectedChannel *ChannelInfo               `json:"selectedChannel,omitempty"`
	Extra           map[string]json.RawMessage `json:"-"`
}

// Notification, in an activity that is sent, asks Teams to alert the reader. Nil
// members ask for nothing.
type Notification struct {
	Alert               *bool                      `json:"alert,omitempty"`
	AlertInMeeting      *bool                      `json:"alertInMeeting,omitempty"`
	ExternalResourceURL string                     `json:"externalResourceUrl,omitempty"`
	Extra               map[string]json.RawMessage `json:"-"`
}

// Source says from where in Teams an action was taken.
type Source struct {
	Name  string                     `json:"name,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// MeetingInfo names a meeting.
type MeetingInfo struct {
	ID    string                     `json:"id,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// AppInfo names the app that a person used.
type AppInfo struct {
	ID      string                     `json:"id,omitempty"`
	Version string                     `json:"version,omitempty"`
	Extra   map[string]json.RawMessage `json:"-"`
}

// OnBehalfOf names a person in whose name a message was sent.
type OnBehalfOf struct {
	ItemID      int                        `json:"itemid,omitempty"`
	MentionType string                     `json:"mentionType,omitempty"`
	MRI         string                     `json:"mri,omitempty"` // the person's id
	DisplayName string                     `json:"displayName,omitempty"`
	Extra       map[string]json.RawMessage `json:"-"`
}

// FeedbackLoop says which form asks for feedback: default, or custom for the bot's own.
type FeedbackLoop struct {
	Type  string                     `json:"type,omitempty"`
	Extra map[string]json.RawMessage `json:"-"`
}

// MembershipSource says through what an account is a member.
type MembershipSource struct {
	SourceType     string                     `json:"sourceType,omitempty"` // channel, team
	ID             string                     `json:"id,omitempty"`
	MembershipType string                     `json:"membershipType,omitempty"` // direct, transitive
	TeamGroupID    string                     `json:"teamGroupId,omitempty"`
	TenantID       string                     `json:"tenantId,omitempty"`
	Extra          map[string]json.RawMessage `json:"-"`
}

// Legacy has ids of an older form, as reactions and presses carry them.
type Legacy struct {
	ReplyToID string                     `json:"replyToId,omitempty"`
	Extra     map[string]json.RawMessage `json:"-"`
}

// Teams reads the activity's channelData. An absent one gives the zero value;
// one that is no object gives an error.
func (a *Activity) Teams() (ChannelData, error) {
	var data ChannelData
	if !present(a.ChannelData) {
		return data, nil
	}
	err := unmarshal(a.ChannelData, &data)
	return data, err
}

// Tenant returns the tenant that the activity names, once in its conversation
// and once in its channelData. Where both are present they must agree, in any
// letter case; an activity that contradicts itself, or whose channelData cannot
// be read, does not agree and has no tenant. Neither present: empty, agreed.
func (a *Activity) Tenant() (id string, agree bool) {
	other, err := a.channelTenant()
	if err != nil {
		return "", false
	}
	if a.Conversation != nil {
		id = a.Conversation.TenantID
	}
	if other == "" {
		return id, true
	}
	if id != "" && !strings.EqualFold(id, other) {
		return "", false
	}
	return other, true
}

// channelTenant is Teams().Tenant.ID. Since every delivery is asked for it, it
// reads no more of channelData than it must, unless there is anything odd about it.
func (a *Activity) channelTenant() (string, error) {
	if raw, plain := plainMember(a.ChannelData, "tenant"); plain {
		var tenant TenantInfo
		if unmarshal(raw, &tenant) == nil {
			return tenant.ID, nil
		}
	}
	data, err := a.Teams()
	if err != nil || data.Tenant == nil {
		return "", err
	}
	return data.Tenant.ID, nil
}

// plainMember finds a member in the text of an object. It does so only when the
// codec could not see it in another way: one member is spelled exactly so, and no
// other in other letters.
func plainMember(object []byte, name string) (value []byte, plain bool) {
	similar := false
	err := EachMember(object, func(found, raw []byte) error {
		if string(found) == name {
			value = raw
		} else if strings.EqualFold(string(found), name) {
			similar = true
		}
		return nil
	})
	return value, err == nil && value != nil && !similar
}
