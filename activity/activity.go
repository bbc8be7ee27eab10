package activity

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Types of activities. The set is open: a receiver ignores types it does not
// know (A2014).
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-activities
const (
	TypeMessage               = "message"
	TypeMessageUpdate         = "messageUpdate"
	TypeMessageDelete         = "messageDelete"
	TypeMessageReaction       = "messageReaction"
	TypeConversationUpdate    = "conversationUpdate"
	TypeInstallationUpdate    = "installationUpdate"
	TypeInvoke                = "invoke"
	TypeEvent                 = "event"
	TypeTyping                = "typing"
	TypeEndOfConversation     = "endOfConversation"
	TypeContactRelationUpdate = "contactRelationUpdate"
	TypeDeleteUserData        = "deleteUserData"
	TypeSuggestion            = "suggestion"
	TypeTrace                 = "trace"
	TypeHandoff               = "handoff"
	TypeCommand               = "command"
	TypeCommandResult         = "commandResult"
)

// Values of Activity.TextFormat. An unknown or absent value means plain to a
// receiver, but Teams reads an absent one as markdown: set it when you send.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
const (
	TextPlain            = "plain"
	TextMarkdown         = "markdown"
	TextXML              = "xml"
	TextExtendedMarkdown = "extendedmarkdown"
)

// ChannelTeams is the ChannelID of Microsoft Teams.
const ChannelTeams = "msteams"

// Values of Activity.Action in an installationUpdate. The upgrade forms are
// sent when an update of the app adds or removes its bot.
const (
	InstallAdd           = "add"
	InstallRemove        = "remove"
	InstallAddUpgrade    = "add-upgrade"
	InstallRemoveUpgrade = "remove-upgrade"
)

// Values of Activity.DeliveryMode. Absent means normal (A3110); notification is
// deprecated, and stream is known to agents alone.
const (
	DeliveryNormal        = "normal"
	DeliveryNotification  = "notification"
	DeliveryExpectReplies = "expectReplies"
	DeliveryEphemeral     = "ephemeral"
	DeliveryStream        = "stream"
)

// Values of Activity.Name in an event. The set is open. The last two are no
// wire names: they begin a turn that the bot itself starts.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
const (
	NameReadReceipt             = "application/vnd.microsoft.readReceipt"
	NameMeetingStart            = "application/vnd.microsoft.meetingStart"
	NameMeetingEnd              = "application/vnd.microsoft.meetingEnd"
	NameMeetingParticipantJoin  = "application/vnd.microsoft.meetingParticipantJoin"
	NameMeetingParticipantLeave = "application/vnd.microsoft.meetingParticipantLeave"
	NameContinueConversation    = "ContinueConversation"
	NameCreateConversation      = "CreateConversation"
)

// Values of Activity.Code in an endOfConversation.
const (
	EndUnknown                 = "unknown"
	EndCompletedSuccessfully   = "completedSuccessfully"
	EndUserCancelled           = "userCancelled"
	EndBotTimedOut             = "botTimedOut"
	EndBotIssuedInvalidMessage = "botIssuedInvalidMessage"
	EndChannelFailed           = "channelFailed"
)

// Values of Activity.Importance.
const (
	ImportanceLow    = "low"
	ImportanceNormal = "normal"
	ImportanceHigh   = "high"
)

// Values of Activity.AttachmentLayout.
const (
	LayoutList     = "list"
	LayoutCarousel = "carousel"
)

// Values of Activity.InputHint.
const (
	InputAccepting = "acceptingInput"
	InputIgnoring  = "ignoringInput"
	InputExpecting = "expectingInput"
)

// An Activity is one thing that happened, or shall happen, in a conversation.
// Which fields are set depends on Type. Timestamps are ISO 8601 as the channel
// wrote them; they may arrive out of order, and nothing is decided by them.
// https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md
type Activity struct {
	Type string `json:"type,omitempty"`
	// ID is given by the channel. An activity that is sent carries none (A2031).
	ID             string `json:"id,omitempty"`
	Timestamp      string `json:"timestamp,omitempty"`
	LocalTimestamp string `json:"localTimestamp,omitempty"`
	LocalTimezone  string `json:"localTimezone,omitempty"`
	Expiration     string `json:"expiration,omitempty"`
	// ServiceURL is where answers go. It may change: the newest one wins (A2304).
	ServiceURL string `json:"serviceUrl,omitempty"`
	ChannelID  string `json:"channelId,omitempty"`
	// CallerID is never believed from the wire: a receiver clears it and sets it
	// from the token that it verified (A2250).
	CallerID         string               `json:"callerId,omitempty"`
	From             *ChannelAccount      `json:"from,omitempty"`
	Recipient        *ChannelAccount      `json:"recipient,omitempty"`
	Conversation     *ConversationAccount `json:"conversation,omitempty"`
	MembersAdded     []ChannelAccount     `json:"membersAdded,omitzero"`
	MembersRemoved   []ChannelAccount     `json:"membersRemoved,omitzero"`
	ReactionsAdded   []Reaction           `json:"reactionsAdded,omitzero"`
	ReactionsRemoved []Reaction           `json:"reactionsRemoved,omitzero"`
	TopicName        string               `json:"topicName,omitempty"`
	HistoryDisclosed *bool                `json:"historyDisclosed,omitempty"`
	Locale           string               `json:"locale,omitempty"`
	// Text may be empty in a message that carries a card, a file or a submit.
	Text       string `json:"text,omitempty"`
	TextFormat string `json:"textFormat,omitempty"`
	Speak      string `json:"speak,omitempty"`
	// Summary is what Teams shows in the notification of a message that has a
	// card alone.
	Summary          string            `json:"summary,omitempty"`
	Label            string            `json:"label,omitempty"`
	AttachmentLayout string            `json:"attachmentLayout,omitempty"`
	InputHint        string            `json:"inputHint,omitempty"`
	SuggestedActions *SuggestedActions `json:"suggestedActions,omitempty"`
	// Attachments of a Teams message nearly always include a text/html copy of
	// the text.
	Attachments []Attachment `json:"attachments,omitzero"`
	Entities    []Entity     `json:"entities,omitzero"`
	// ChannelData belongs to the channel. For Teams see the Teams method.
	ChannelData    json.RawMessage        `json:"channelData,omitempty"`
	Action         string                 `json:"action,omitempty"`
	ReplyToID      string                 `json:"replyToId,omitempty"`
	Value          json.RawMessage        `json:"value,omitempty"`
	ValueType      string                 `json:"valueType,omitempty"`
	Name           string                 `json:"name,omitempty"`
	RelatesTo      *ConversationReference `json:"relatesTo,omitempty"`
	Code           string                 `json:"code,omitempty"`
	Importance     string                 `json:"importance,omitempty"`
	DeliveryMode   string                 `json:"deliveryMode,omitempty"`
	ListenFor      []string               `json:"listenFor,omitzero"`
	TextHighlights []TextHighlight        `json:"textHighlights,omitzero"`
	SemanticAction *SemanticAction        `json:"semanticAction,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Decode reads one activity. What it refuses, and how much it forgives, stands
// in the package documentation; every error is a *DecodeError. Nothing of data is
// kept.
func Decode(data []byte) (*Activity, error) {
	a := new(Activity)
	if err := unmarshal(data, a); err != nil {
		return nil, err
	}
	return a, nil
}

// Encode writes a value of this package without escaping < > and &, which
// json.Marshal would do. It fails when a raw member is not valid JSON.
func Encode(v json.Marshaler) ([]byte, error) {
	if a, ok := v.(*Activity); ok { // saves the copy that the method makes of a large value
		return marshal(a)
	}
	return v.MarshalJSON()
}

// IsType reports whether the activity is of type t. A type with a suffix after
// a slash counts as its base: message/x is a message.
func (a *Activity) IsType(t string) bool {
	base, _, _ := strings.Cut(a.Type, "/")
	return a.Type == t || base == t
}

// FromBot reports whether a bot said this, perhaps the receiving one itself. A
// bot that answers bots talks for ever.
func (a *Activity) FromBot() bool {
	if a.From == nil {
		return false
	}
	if a.Recipient != nil && a.From.ID != "" && a.From.ID == a.Recipient.ID {
		return true
	}
	return strings.EqualFold(a.From.Role, RoleBot) || strings.HasPrefix(a.From.ID, "28:")
}

// HasSubmit reports whether the activity is the press of an Action.Submit
// button: a message with no text and a value. Such a message is never meant for
// people to read.
func (a *Activity) HasSubmit() bool {
	return a.IsType(TypeMessage) && strings.TrimSpace(a.Text) == "" && present(a.Value)
}

func present(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && string(raw) != "null"
}

// A TextHighlight marks words in the text of the activity that ReplyToID names.
type TextHighlight struct {
	Text       string                     `json:"text,omitempty"`
	Occurrence int                        `json:"occurrence,omitempty"` // counts from 1
	Extra      map[string]json.RawMessage `json:"-"`
}

// A SemanticAction names something to be done in the words of the sender, in State
// start, continue or done.
type SemanticAction struct {
	ID       string                     `json:"id,omitempty"`
	State    string                     `json:"state,omitempty"`
	Entities json.RawMessage            `json:"entities,omitempty"` // an object of entities by name
	Extra    map[string]json.RawMessage `json:"-"`
}

// A Reaction is an emoji put on a message, or taken off.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
type Reaction struct {
	Type  string                     `json:"type,omitempty"` // like, heart, laugh, surprised, sad, angry, or an emoji's id
	Extra map[string]json.RawMessage `json:"-"`
}

// SuggestedActions are buttons that vanish after one press. Teams shows them in
// one-to-one chats only.
type SuggestedActions struct {
	To      []string                   `json:"to,omitzero"`
	Actions []SuggestedAction          `json:"actions,omitzero"`
	Extra   map[string]json.RawMessage `json:"-"`
}

// Values of SuggestedAction.Type. Teams takes imBack in suggested actions, and invoke
// in cards beside those of the specification.
const (
	ActionOpenURL      = "openUrl"
	ActionIMBack       = "imBack"
	ActionPostBack     = "postBack"
	ActionPlayAudio    = "playAudio"
	ActionPlayVideo    = "playVideo"
	ActionShowImage    = "showImage"
	ActionDownloadFile = "downloadFile"
	ActionSignIn       = "signin"
	ActionCall         = "call"
	ActionMessageBack  = "messageBack"
	ActionOpenApp      = "openApp"
	ActionPayment      = "payment"
	ActionInvoke       = "invoke"
)

// A SuggestedAction is one such button; the specification calls the same object
// a card action when it stands in a hero card.
type SuggestedAction struct {
	Type         string                     `json:"type,omitempty"` // such as ActionIMBack
	Title        string                     `json:"title,omitempty"`
	Image        string                     `json:"image,omitempty"`
	ImageAltText string                     `json:"imageAltText,omitempty"`
	Text         string                     `json:"text,omitempty"`
	DisplayText  string                     `json:"displayText,omitempty"`
	Value        json.RawMessage            `json:"value,omitempty"`
	ChannelData  json.RawMessage            `json:"channelData,omitempty"`
	Extra        map[string]json.RawMessage `json:"-"`
}
