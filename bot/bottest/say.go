package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/activity"
)

// Posted is what became of something a person did.
type Posted struct {
	Thread    string // the conversation's id
	Message   string // the message's id
	Delivered bool   // false when the bot is not told, as without RSC and mention
	Answer    Answer // the bot's, when it was delivered
}

// SayOption changes what Say and Edit send.
type SayOption func(*saying)

type saying struct {
	mentionBot bool
	mentions   []string
	html       string
	pictures   []picture
}

type picture struct {
	name, contentType string
	data              []byte
}

// MentionBot puts a mention of the bot in front of the text.
func MentionBot() SayOption { return func(o *saying) { o.mentionBot = true } }

// Mention puts a mention of a person in front of the text.
func Mention(userID string) SayOption {
	return func(o *saying) { o.mentions = append(o.mentions, userID) }
}

// HTML is the text/html copy of the message, in place of one made from the text.
func HTML(content string) SayOption { return func(o *saying) { o.html = content } }

// Picture pastes a picture into the message. The bot fetches it with its token.
func Picture(name, contentType string, data []byte) SayOption {
	return func(o *saying) {
		o.pictures = append(o.pictures, picture{name: name, contentType: contentType, data: data})
	}
}

// Say posts a person's message to a thread or to their chat with the bot, or begins a thread when the conversation
// is a channel, and delivers it. The error is about the way to the bot; the bot's
// own refusal is in the answer.
func (s *Service) Say(ctx context.Context, userID, conversationID, text string, options ...SayOption) (Posted, error) {
	a, at, err := s.post(userID, conversationID, text, collect(options))
	if err != nil || !at.Delivered {
		return at, err
	}
	at.Answer, err = s.Deliver(ctx, a)
	return at, err
}

func collect(options []SayOption) saying {
	var o saying
	for _, option := range options {
		option(&o)
	}
	return o
}

// post puts the message into the channel and makes its activity.
func (s *Service) post(userID, conversationID, text string, o saying) (*activity.Activity, Posted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, c, t, err := s.place(userID, conversationID)
	if err != nil {
		return nil, Posted{}, err
	}
	if t != nil && t.aside() {
		return nil, Posted{}, fmt.Errorf("bottest: nobody can answer a targeted message, as %q begins with", conversationID)
	}
	m := &Message{From: from}
	a := s.compose(m, c, text, o)
	t = s.append(c, t, m)
	a.ID = m.ID
	a.Conversation.ID = c.conversation(t)
	return a, Posted{Thread: a.Conversation.ID, Message: m.ID, Delivered: s.hears(c, m)}, nil
}

// place finds who speaks and where. The caller holds mu.
func (s *Service) place(userID, conversationID string) (User, *channel, *thread, error) {
	from, ok := s.user(userID)
	if !ok {
		return User{}, nil, nil, fmt.Errorf("bottest: there is no user %q", userID)
	}
	c, t := s.find(conversationID)
	if c == nil || c.deleted || c.personal() && c.person != from.ID || t == nil && conversationID != c.ID {
		return User{}, nil, nil, fmt.Errorf("bottest: there is no conversation %q", conversationID)
	}
	return from, c, t, nil
}

// hears reports whether the bot is told of a message. The caller holds mu.
func (s *Service) hears(c *channel, m *Message) bool {
	return s.installed(c) && !s.blocked && (m.mentionsBot || c.personal() || !s.cfg.WithoutRSC)
}

// compose writes text, mentions and attachments into a message and makes the
// activity that says so, in the shape that Teams uses. The caller holds mu.
func (s *Service) compose(m *Message, c *channel, text string, o saying) *activity.Activity {
	a := s.inChannel(m.From, c, c.ID)
	a.Type, a.TextFormat = activity.TypeMessage, activity.TextPlain
	words, marked := s.mentionsOf(a, o)
	a.Text = words + text
	if o.html == "" {
		o.html = "<div><div>" + marked + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") + "</div></div>"
	}
	for _, p := range o.pictures {
		url := s.keepPicture(p)
		m.Pictures = append(m.Pictures, url)
		a.Attachments = append(a.Attachments, activity.Attachment{ContentType: p.contentType, ContentURL: url, Name: p.name})
	}
	content, _ := json.Marshal(o.html)
	a.Attachments = append(a.Attachments, activity.Attachment{ContentType: activity.ContentHTML, Content: content})
	m.Text, m.TextFormat, m.HTML, m.Mentions, m.mentionsBot = a.Text, a.TextFormat, o.html, a.Mentions(), o.mentionBot
	return a
}

// mentionsOf adds the entities and answers the words for the text and for the
// HTML. Teams puts a no-break space behind a mention.
func (s *Service) mentionsOf(a *activity.Activity, o saying) (text, marked string) {
	var who []User
	if o.mentionBot {
		who = append(who, s.bot())
	}
	for _, id := range o.mentions {
		if user, ok := s.user(id); ok {
			who = append(who, user)
		}
	}
	for i, user := range who {
		entity, words := activity.NewMention(activity.ChannelAccount{ID: user.ID, Name: user.Name})
		a.Entities = slices.Insert(a.Entities, len(a.Entities)-1, entity)
		text += words + "\u00a0"
		marked += fmt.Sprintf(`<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="%d">%s</span>&nbsp;`, i, html.EscapeString(user.Name))
	}
	return text, marked
}

// keepPicture stores a picture where only the bot's token reads it. The caller
// holds mu.
func (s *Service) keepPicture(p picture) (contentURL string) {
	id := uuid.NewString()
	s.pictures[id] = p
	return s.base + connectorPath + "/v3/attachments/" + id + "/views/" + originalView
}
