package activity

import (
	"errors"
	"strings"
)

// A Thread is one thread of a Teams channel. Its root is the id of the message
// that began it. Posting to the channel without a root begins a new thread.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
type Thread struct {
	Channel string // the channel's id, as in 19:…@thread.tacv2
	Root    string // the message's id, decimal digits; empty for the channel as a whole
}

const threadMark = ";messageid="

// ErrThread says that a channel and a root do not make a thread.
var ErrThread = errors.New("activity: a thread needs a channel and the decimal id of its first message")

// NewThread returns the thread under the message root. A suffix that channel
// carries already is replaced. Root must be a decimal number other than zero, as
// message ids in Teams are; otherwise the error is ErrThread.
func NewThread(channel, root string) (Thread, error) {
	channel, _, _ = strings.Cut(channel, ";")
	if channel == "" || strings.Trim(root, "0123456789") != "" || strings.Trim(root, "0") == "" {
		return Thread{}, ErrThread
	}
	return Thread{Channel: channel, Root: root}, nil
}

// ParseThread splits a conversation's id. Root is empty when the id names a
// channel or a chat as a whole. Any other root is taken as it is, since local
// stand-ins for Teams number their messages in ways of their own.
func ParseThread(conversationID string) Thread {
	channel, parameters, _ := strings.Cut(conversationID, ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		if root, ok := strings.CutPrefix(parameter, threadMark[1:]); ok {
			return Thread{Channel: channel, Root: root}
		}
	}
	return Thread{Channel: channel}
}

// ThreadOf returns the thread that a received activity belongs to. A message of a
// channel whose conversation names no root is itself one, edited or deleted too.
// Root is empty for what belongs to no thread: there are none outside of
// channels, and the ids of other activities are not those of messages.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
func ThreadOf(a *Activity) Thread {
	if a.Conversation == nil {
		return Thread{}
	}
	t := ParseThread(a.Conversation.ID)
	if t.Root == "" && a.isAboutMessage() && a.Conversation.isChannel(t.Channel) {
		t.Root = a.ID
	}
	return t
}

// isAboutMessage reports whether the activity's id is that of a message.
func (a *Activity) isAboutMessage() bool {
	return a.IsType(TypeMessage) || a.IsType(TypeMessageUpdate) || a.IsType(TypeMessageDelete)
}

// isChannel reports whether the conversation is that of the Teams channel id, or a
// thread in it. Where its type is missing, the forms of id tell that chats and meetings
// never have.
func (c *ConversationAccount) isChannel(id string) bool {
	if c.ConversationType != "" {
		return c.ConversationType == ConversationChannel
	}
	return strings.HasSuffix(id, "@thread.tacv2") || strings.HasSuffix(id, "@thread.skype")
}

// String returns the id of the thread's conversation.
func (t Thread) String() string {
	if t.Root == "" {
		return t.Channel
	}
	return t.Channel + threadMark + t.Root
}
