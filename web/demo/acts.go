package demo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
)

// deed is what a person does in the channel. Which members matter depends on the deed.
type deed struct {
	User    string `json:"user"`
	Thread  string `json:"thread"`  // empty: a new post
	Message string `json:"message"` // what is pressed, edited or deleted
	Text    string `json:"text"`
	Mention bool   `json:"mention"` // the bot is mentioned in front of the text
	Verb    string `json:"verb"`    // of the button; its title serves too
}

// posted is the answer to say, edit and remove. Heard is false when the bot could not be told: the message stands in the
// channel all the same.
type posted struct {
	Thread  string `json:"thread"`
	Message string `json:"message"`
	Heard   bool   `json:"heard"`
}

// pressed is the answer to a press: the card has changed, or a line says why not.
type pressed struct {
	Outcome string `json:"outcome"` // card, message or error
	Text    string `json:"text,omitempty"`
}

const (
	maxBody = 64 << 10
	maxText = 8000 // characters
)

// act makes a handler of a deed.
func act(do func(context.Context, deed) (status int, answer any, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := readDeed(w, r)
		if err != nil {
			writeRefusal(w, err)
			return
		}
		status, answer, err := do(r.Context(), d)
		if err != nil {
			writeRefusal(w, err)
			return
		}
		writeJSON(w, status, answer)
	}
}

func readDeed(w http.ResponseWriter, r *http.Request) (deed, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return deed{}, refusal{http.StatusUnsupportedMediaType, "not_json", "The body must be application/json."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var d deed
	switch tooLarge := (*http.MaxBytesError)(nil); {
	case errors.As(err, &tooLarge):
		return d, refusal{http.StatusRequestEntityTooLarge, "too_large", "That is too long."}
	case err != nil || json.Unmarshal(body, &d) != nil:
		return d, refusal{http.StatusBadRequest, "malformed", "The body is not the JSON that is wanted here."}
	case utf8.RuneCountInString(d.Text) > maxText:
		return d, refusal{http.StatusRequestEntityTooLarge, "too_large", "That is too long."}
	}
	return d, nil
}

func (p *page) say(ctx context.Context, d deed) (int, any, error) {
	who, err := p.person(d.User)
	if err != nil {
		return 0, nil, err
	}
	where := p.Channel
	if d.Thread != "" {
		if _, err := p.thread(d.Thread); err != nil {
			return 0, nil, err
		}
		where = d.Thread
	}
	text, options, err := p.words(d)
	if err != nil {
		return 0, nil, err
	}
	at, err := p.Service.Say(ctx, who.ID, where, text, options...)
	return http.StatusCreated, p.answer(at, err), nil
}

func (p *page) edit(ctx context.Context, d deed) (int, any, error) {
	who, m, err := p.own(d)
	if err != nil {
		return 0, nil, err
	}
	text, options, err := p.words(d)
	if err != nil {
		return 0, nil, err
	}
	at, err := p.Service.Edit(ctx, who.ID, d.Thread, m.ID, text, options...)
	return http.StatusOK, p.answer(at, err), nil
}

func (p *page) remove(ctx context.Context, d deed) (int, any, error) {
	who, m, err := p.own(d)
	if err != nil {
		return 0, nil, err
	}
	at, err := p.Service.Delete(ctx, who.ID, d.Thread, m.ID)
	return http.StatusOK, p.answer(at, err), nil
}

func (p *page) press(ctx context.Context, d deed) (int, any, error) {
	who, err := p.person(d.User)
	if err != nil {
		return 0, nil, err
	}
	m, err := p.message(d)
	if err != nil {
		return 0, nil, err
	}
	if !hasButton(m.CardFor(who.ID), d.Verb) {
		return 0, nil, refusal{http.StatusConflict, "no_button", "That button is no longer there."}
	}
	got, err := p.Service.Press(ctx, who.ID, d.Thread, m.ID, d.Verb)
	switch {
	case err != nil || got.Type == "":
		p.Log.Warn("a press in the demo's channel got no usable answer", "verb", d.Verb, "status", got.Answer.Status, "error", err)
		return 0, nil, refusal{http.StatusBadGateway, "not_reached", p.App + " could not be reached, so nothing was changed."}
	case got.Type == activity.ResponseCard:
		return http.StatusOK, pressed{Outcome: "card"}, nil
	case got.Type == activity.ResponseError:
		return http.StatusOK, pressed{Outcome: "error", Text: got.Text}, nil
	}
	return http.StatusOK, pressed{Outcome: "message", Text: got.Text}, nil
}

// hasButton says whether a card has a button of this verb or title, wherever it stands.
func hasButton(card json.RawMessage, button string) bool {
	var root any
	return json.Unmarshal(card, &root) == nil && anyButton(root, button)
}

func anyButton(v any, button string) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(child any) bool { return anyButton(child, button) })
	case map[string]any:
		if v["type"] == activity.ActionExecute && (v["verb"] == button || v["title"] == button) {
			return true
		}
		for name, child := range v {
			if name != "fallback" && anyButton(child, button) {
				return true
			}
		}
	}
	return false
}

// words are the text without the bot's name, and whether it is mentioned: a name that was typed counts like one that was
// picked from a list.
func (p *page) words(d deed) (string, []bottest.SayOption, error) {
	text, named := d.Text, d.Mention
	if at := p.mention.FindStringSubmatchIndex(text); at != nil {
		text, named = text[:at[0]]+text[at[2]:], true
	}
	text = strings.TrimSpace(text)
	switch {
	case named:
		return text, []bottest.SayOption{bottest.MentionBot()}, nil
	case text == "":
		return "", nil, refusal{http.StatusUnprocessableEntity, "no_text", "There is nothing to post yet."}
	}
	return text, nil, nil
}

// mentionOf finds the bot's name behind an @, as a whole word; what follows it is the match's group.
func mentionOf(app string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)@` + regexp.QuoteMeta(app) + `((?:[^\pL\pN]|$))`)
}

func (p *page) answer(at bottest.Posted, err error) posted {
	heard := err == nil && (!at.Delivered || at.Answer.Status == http.StatusOK)
	if !heard {
		p.Log.Warn("the bot was not told of something in the demo's channel", "status", at.Answer.Status, "error", err)
	}
	return posted{Thread: at.Thread, Message: at.Message, Heard: heard}
}

func (p *page) thread(id string) (bottest.Thread, error) {
	for _, t := range p.Service.Threads(p.Channel) {
		if t.ID == id {
			return t, nil
		}
	}
	return bottest.Thread{}, refusal{http.StatusNotFound, "unknown_thread", "There is no such thread in this channel."}
}

func (p *page) message(d deed) (bottest.Message, error) {
	t, err := p.thread(d.Thread)
	if err != nil {
		return bottest.Message{}, err
	}
	for _, m := range t.Messages {
		if m.ID == d.Message && !m.Deleted {
			return m, nil
		}
	}
	return bottest.Message{}, refusal{http.StatusNotFound, "unknown_message", "That message is not there any more."}
}

// own finds a message of the person's own.
func (p *page) own(d deed) (bottest.User, bottest.Message, error) {
	who, err := p.person(d.User)
	if err != nil {
		return who, bottest.Message{}, err
	}
	m, err := p.message(d)
	if err == nil && m.From.ID != who.ID {
		err = refusal{http.StatusForbidden, "not_yours", "Only whoever wrote a message can change it."}
	}
	return who, m, err
}
