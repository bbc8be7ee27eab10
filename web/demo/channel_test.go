package demo_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/bot/bottest"
)

const joinCard = `{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Waiting"}],"actions":[
	{"type":"Action.Execute","title":"Join","verb":"handoff.join","data":{"handoff":"h"}},
	{"type":"Action.OpenUrl","title":"Read","url":"https://example.com"}]}`

// post has the bot begin a thread with a card.
func (s *stage) post(card string) (thread, message string) {
	s.Helper()
	group := true
	made, err := s.client.CreateConversation(s.Context(), s.service.ServiceURL(), activity.ConversationParameters{
		IsGroup: &group, ChannelData: &activity.ChannelData{Channel: &activity.ChannelInfo{ID: room}},
		Activity: &activity.Activity{Type: activity.TypeMessage, Attachments: []activity.Attachment{
			{ContentType: activity.ContentAdaptiveCard, Content: []byte(card)},
		}},
	})
	s.must(err)
	return made.ID, made.ActivityID
}

func TestPictureOfAnEmptyChannel(t *testing.T) {
	s := newStage(t)
	got := s.look("")
	if got.App != "Docket" || got.Team != "Lumen Metrics Sales" || got.Channel != "Website handoffs" || got.Me != ana || len(got.People) != 2 {
		t.Errorf("the picture is of %+v", got)
	}
	if got.Threads == nil {
		t.Error("no threads are null, want an empty list")
	}
	var refused problem
	s.get("/channel?user=29:nobody", http.StatusNotFound, &refused)
	if refused.Code != "unknown_person" {
		t.Errorf("a stranger is refused with %+v", refused)
	}
}

func TestPictureTellsWhoWroteWhat(t *testing.T) {
	s := newStage(t)
	posted, err := s.service.Say(t.Context(), ana, room, "is <at>Docket</at> & <b>you</b> here?", bottest.MentionBot(), bottest.Mention(marek))
	s.must(err)
	mine, theirs := s.last(ana), s.last(marek)
	if want := "[@Docket] [@Marek Novak] is <at>Docket</at> & <b>you</b> here?"; mine.words() != want {
		t.Errorf("the words are %q, want %q", mine.words(), want)
	}
	if !mine.Mine || theirs.Mine || mine.App || mine.From.Name != "Ana Silva" {
		t.Errorf("the line is told as %+v to Ana and %+v to Marek", mine, theirs)
	}
	_, err = s.service.Edit(t.Context(), ana, posted.Thread, posted.Message, "anybody?")
	s.must(err)
	if got := s.last(marek); !got.Edited || got.words() != "anybody?" {
		t.Errorf("after the edit the line is %+v", got)
	}
	_, err = s.service.Delete(t.Context(), ana, posted.Thread, posted.Message)
	s.must(err)
	if got := s.last(marek); !got.Deleted || got.Edited || len(got.Text) != 0 {
		t.Errorf("after the removal the line is %+v", got)
	}
}

func TestPictureShowsCardsNoticesAndReactions(t *testing.T) {
	s := newStage(t)
	thread, message := s.post(joinCard)
	_, err := s.service.React(t.Context(), marek, thread, message, "like")
	s.must(err)
	s.answer = activity.MessageResponse("Ana Silva has it.")
	_, err = s.service.Press(t.Context(), marek, thread, message, "Join")
	s.must(err)
	forAna, forMarek := s.last(ana), s.last(marek)
	if !forAna.App || len(forAna.Card) == 0 || len(forAna.Notices) != 0 {
		t.Errorf("Ana sees %+v", forAna)
	}
	if len(forMarek.Notices) != 1 || forMarek.Notices[0] != "Ana Silva has it." || forMarek.Shared != nil {
		t.Errorf("Marek sees %+v", forMarek)
	}
	if len(forAna.Reactions) != 1 || forAna.Reactions[0].Type != "like" || strings.Join(forAna.Reactions[0].By, ",") != "Marek Novak" {
		t.Errorf("the reactions are %+v", forAna.Reactions)
	}
}

func TestPictureHasAViewOfOnesOwn(t *testing.T) {
	s := newStage(t)
	thread, message := s.post(joinCard)
	s.answer = activity.CardResponse(map[string]any{"type": "AdaptiveCard", "version": "1.5", "body": []any{map[string]any{"type": "TextBlock", "text": "Transcript"}}})
	s.do("press", map[string]any{"user": ana, "thread": thread, "message": message, "verb": "handoff.join"}, http.StatusOK, nil)
	if got := s.last(ana); !strings.Contains(string(got.Card), "Transcript") || !strings.Contains(string(got.Shared), "Waiting") {
		t.Errorf("Ana sees %s, everybody else %s", got.Card, got.Shared)
	}
	s.answer = activity.CardResponse(json.RawMessage(joinCard))
	s.do("press", map[string]any{"user": marek, "thread": thread, "message": message, "verb": "handoff.join"}, http.StatusOK, nil)
	if got := s.last(marek); !strings.Contains(string(got.Card), "Waiting") || got.Shared != nil {
		t.Errorf("the same card as everybody's counts as one's own: Marek sees %s, everybody else %s", got.Card, got.Shared)
	}
}
