package bottest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/docket-handoff/docket/bot/bottest"
)

// crowd is a world with many people.
func crowd(n int) bottest.Config {
	users := make([]bottest.User, n)
	for i := range users {
		users[i] = bottest.User{ID: fmt.Sprintf("29:%d", i), Name: fmt.Sprintf("Person %d", i), AADObjectID: fmt.Sprintf("a-%d", i)}
	}
	return bottest.Config{Users: users}
}

// TestTheRosterIsSpelledAsTeamsSpellsIt reads the bytes: the SDK takes two spellings, so what it reads is no proof of the one.
func TestTheRosterIsSpelledAsTeamsSpellsIt(t *testing.T) {
	c := newCaller(t, bottest.Start(t, bottest.Config{}))
	room := "/v3/conversations/" + url.PathEscape(channelID)
	want := map[string]any{
		"id": "29:ada", "name": "Ada Example", "objectId": "33333333-3333-4333-8333-333333333333", "givenName": "Ada", "surname": "Example",
		"email": "ada@northwind.example", "userPrincipalName": "ada@northwind.example", "tenantId": bottest.DefaultTenant, "userRole": "user",
	}
	for name, path := range map[string]string{
		"one member":  room + "/members/29:ada",
		"all members": room + "/members",
		"a page":      room + "/pagedmembers",
	} {
		t.Run(name, func(t *testing.T) {
			status, _, body := c.do(t, "GET", path, "", nil)
			member := map[string]any{}
			var list []map[string]any
			var page struct{ Members []map[string]any }
			switch {
			case json.Unmarshal(body, &list) == nil:
				member = list[0]
			case json.Unmarshal(body, &page) == nil && page.Members != nil:
				member = page.Members[0]
			default:
				json.Unmarshal(body, &member)
			}
			if status != 200 || fmt.Sprint(member) != fmt.Sprint(want) {
				t.Errorf("%d %v, want %v", status, member, want)
			}
		})
	}
	_, _, body := c.do(t, "GET", "/v3/teams/"+url.PathEscape(c.Channels()[0].ID)+"/conversations", "", nil)
	var channels struct{ Conversations []map[string]any }
	if err := json.Unmarshal(body, &channels); err != nil {
		t.Fatal(err)
	}
	if name, said := channels.Conversations[0]["name"]; name != nil || !said {
		t.Errorf("General's name: %s", body)
	}
}

func TestPagesOfMembersHaveBounds(t *testing.T) {
	svc := bottest.Start(t, crowd(700))
	client := newWorldClient(t, svc)
	for name, row := range map[string]struct{ asked, want int }{
		"no size":     {0, 200},
		"too small":   {1, 50},
		"the least":   {50, 50},
		"in between":  {123, 123},
		"the most":    {500, 500},
		"beyond that": {100_000, 500},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := client.PagedMembers(t.Context(), svc.ServiceURL(), channelID, row.asked, "")
			if err != nil || len(page.Members) != row.want || page.ContinuationToken == "" {
				t.Errorf("%d members, token %q, %v", len(page.Members), page.ContinuationToken, err)
			}
		})
	}
	seen := map[string]bool{}
	for token := ""; ; {
		page, err := client.PagedMembers(t.Context(), svc.ServiceURL(), channelID, 300, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Members {
			seen[m.AADObjectID] = true
		}
		if token = page.ContinuationToken; token == "" {
			break
		}
	}
	if len(seen) != 700 {
		t.Errorf("%d members in all pages", len(seen))
	}
}
