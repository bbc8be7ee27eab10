package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/docket-handoff/docket/bot/bottest"
)

const help = `What can be typed:
  words           say them in the thread; the first words begin one, with a mention of the bot
  @words          say them with a mention of the bot
  /new            begin another thread with the next words
  /last           go on in the newest thread, whoever began it
  /press BUTTON   press a button by its title, on the newest card that has it
  /as NAME        be another person
  /again          deliver the last activity once more, as Teams does after a time-out
  /quit           end`

// talker is a person at the keyboard, in one channel.
type talker struct {
	svc     *bottest.Service
	screen  *screen
	me      bottest.User
	channel string
	thread  string // empty: the next words begin one
}

// talk does what is typed and prints what happens, in turn, until the input or the context ends.
func talk(ctx context.Context, svc *bottest.Service, in io.Reader, out io.Writer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	place := svc.Channels()[0]
	t := &talker{svc: svc, screen: newScreen(svc, place.ID, out), me: svc.Users()[0], channel: place.ID}
	fmt.Fprintf(out, "# You are %s in %s > %s. Type words, or /help.\n", t.me.Name, place.Team.Name, place.Name)
	changes, lines := svc.Changes(ctx), read(ctx, in)
	for {
		select {
		case line, more := <-lines:
			if !more || line == "/quit" {
				t.screen.show()
				return
			}
			t.do(ctx, line)
			t.screen.show()
		case _, more := <-changes:
			if !more {
				return
			}
			t.screen.show()
		}
	}
}

// read answers the lines of the input. It ends with the input; while it waits for a line, nothing can end it.
func read(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			select {
			case lines <- strings.TrimSpace(scanner.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

func (t *talker) do(ctx context.Context, line string) {
	command, rest, _ := strings.Cut(line, " ")
	switch command {
	case "":
	case "/help":
		t.screen.note(help)
	case "/new":
		t.thread = ""
	case "/last":
		if threads := t.svc.ThreadsFor(t.me.ID, t.channel); len(threads) > 0 {
			t.thread = threads[len(threads)-1].ID
		}
	case "/as":
		t.become(rest)
	case "/press":
		t.press(ctx, rest)
	case "/again":
		answer, err := t.svc.Redeliver(ctx)
		t.heard(answer, err)
	default:
		if strings.HasPrefix(command, "/") {
			t.screen.note("There is no %s; /help lists what there is.", command)
			return
		}
		t.say(ctx, line)
	}
}

func (t *talker) say(ctx context.Context, line string) {
	words, mentioned := strings.CutPrefix(line, "@")
	var options []bottest.SayOption
	if mentioned || t.thread == "" {
		options = append(options, bottest.MentionBot())
	}
	where := t.thread
	if where == "" {
		where = t.channel
	}
	posted, err := t.svc.Say(ctx, t.me.ID, where, strings.TrimSpace(words), options...)
	if posted.Thread != "" {
		t.thread = posted.Thread
	}
	if err == nil && !posted.Delivered {
		t.screen.note("The bot does not hear this: it is not mentioned.")
		return
	}
	t.heard(posted.Answer, err)
}

// press presses a button on the newest card that has it, and goes on in that card's thread.
func (t *talker) press(ctx context.Context, button string) {
	threads := t.svc.ThreadsFor(t.me.ID, t.channel)
	for _, thread := range slices.Backward(threads) {
		for _, m := range slices.Backward(thread.Messages) {
			if !slices.Contains(readCard(m.CardFor(t.me.ID)).buttons, button) {
				continue
			}
			t.thread = thread.ID
			pressed, err := t.svc.Press(ctx, t.me.ID, thread.ID, m.ID, button)
			t.heard(pressed.Answer, err)
			return
		}
	}
	t.screen.note("No card has a button %q.", button)
}

func (t *talker) become(name string) {
	var names []string
	for _, u := range t.svc.Users() {
		if strings.EqualFold(u.Name, name) {
			t.me = u
			t.screen.viewer = u.ID
			return
		}
		names = append(names, u.Name)
	}
	t.screen.note("Nobody is called %q; there are %s.", name, strings.Join(names, ", "))
}

// heard says how the bot answered, unless all is well.
func (t *talker) heard(answer bottest.Answer, err error) {
	switch {
	case err != nil:
		t.screen.note("! %v", err)
	case answer.Status != http.StatusOK:
		t.screen.note("! the bot answered %d %s", answer.Status, strings.TrimSpace(string(answer.Body)))
	}
}
