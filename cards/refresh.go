package cards

import (
	"encoding/json"
	"slices"
)

// MaxRefreshUsers is for how many people a card can refresh itself.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
const MaxRefreshUsers = 60

// A Refresh has the card fetched anew by the clients of the people it names, when
// they see it and when the message was edited, at most once a minute each. Every
// time the bot gets an adaptiveCard/action invoke whose trigger is automatic, and
// what it answers replaces the card for that person alone. Where everybody shall
// see the same, update the message instead: that costs one call.
//
// Take the refresh off the last version of a card, or its invokes never end. Make
// one with NewRefresh.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
type Refresh struct {
	action Execute
	users  []string
}

// NewRefresh returns a refresh for the people named by their ids in Teams (29:…),
// 1 to MaxRefreshUsers of them. Naming nobody would mean everybody who looks, and
// is refused. Verb and data are as for NewExecute.
func NewRefresh(verb string, data any, userIDs ...string) *Refresh {
	return &Refresh{NewExecute("Refresh", verb, data), slices.Clone(userIDs)}
}

// MarshalJSON writes the refresh. A client that does not know it ignores it, so
// its action needs no fallback.
func (r Refresh) MarshalJSON() ([]byte, error) {
	action, err := r.action.write()
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Action  json.RawMessage `json:"action"`
		UserIDs []string        `json:"userIds"`
	}{action, r.users})
}

func (r *Refresh) check(c *checker) {
	if r == nil {
		return
	}
	r.action.checkAction(c)
	switch n := len(r.users); {
	case n == 0:
		c.add("a refresh names nobody")
	case n > MaxRefreshUsers:
		c.add("%d people for a refresh are more than %d", n, MaxRefreshUsers)
	}
	for i, id := range r.users {
		if id == "" || slices.Contains(r.users[:i], id) {
			c.add("a refresh names %q twice, or it is no id", id)
		}
	}
}
