package activity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

// repeated is n times a pattern, with commas; %d in it is the turn.
func repeated(pattern string, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = pattern
		if strings.Contains(pattern, "%d") {
			all[i] = fmt.Sprintf(pattern, i)
		}
	}
	return strings.Join(all, ",")
}

// TestDecodeBoundsEntries: the last entry that fits, and one more, in a text that is long enough for them.
func TestDecodeBoundsEntries(t *testing.T) {
	const most = activity.MaxEntries
	for _, row := range []struct {
		name    string
		text    func(n int) string
		several int // entries besides those that are counted
	}{
		{"members", func(n int) string { return `{` + repeated(`"m%d":0`, n) + `}` }, 0},
		{"entities", func(n int) string { return `{"entities":[` + repeated(`{}`, n) + `]}` }, 0},
		{"members of an entity", func(n int) string { return `{"entities":[{` + repeated(`"m%d":0`, n) + `}]}` }, 1},
		{"entities with a member", func(n int) string {
			return `{"entities":[` + repeated(`{"a":0}`, n/2) + `],` + repeated(`"m%d":0`, n%2+2) + `}`
		}, 2},
		{"texts", func(n int) string { return `{"listenFor":[` + repeated(`""`, n) + `]}` }, 0},
		{"two lists", func(n int) string { return `{"membersAdded":[` + repeated(`{}`, n) + `],"membersRemoved":[{},{}]}` }, 2},
		{"a list that does not fit in the end", func(n int) string { return `{"entities":[` + repeated(`{}`, n) + `,5]}` }, 2},
		{"lists in several cases", func(n int) string {
			return `{"ENTITIES":[{},{},5],"Entities":[` + repeated(`{}`, n) + `]}`
		}, 5},
		{"members of the value", func(n int) string { return `{"value":{` + repeated(`"m%d":0`, n) + `}}` }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			long := func(n int) []byte {
				return []byte(`{"text":"` + strings.Repeat("a", 200<<10) + `",` + row.text(n)[1:])
			}
			if _, err := activity.Decode(long(most - row.several)); err != nil {
				t.Errorf("%d entries: %v", most, err)
			}
			if _, err := activity.Decode(long(most - row.several + 1)); !errors.Is(err, activity.ErrTooMany) {
				t.Errorf("one more: %v", err)
			}
		})
	}
	free := `{"value":[` + repeated(`{"a":0}`, 3*most) + `],"text":"` + strings.Repeat("a", 3*most) + `"}`
	if _, err := activity.Decode([]byte(free)); err != nil {
		t.Errorf("what stays raw does not count: %v", err)
	}
}

// TestDecodeBoundsMemory: a text of nothing but entries has fewer of them than a longer one, and what Teams may send has not
// too many by far.
func TestDecodeBoundsMemory(t *testing.T) {
	mention := `{"type":"mention","text":"<at>Ada</at>","mentioned":{"id":"29:1` + strings.Repeat("a", 90) + `","name":"Ada"}}`
	member := `{"id":"29:1` + strings.Repeat("a", 90) + `","aadObjectId":"bbbbbbbb-0000-4000-8000-000000000002"}`
	for _, row := range []struct {
		name, text string
		err        error
	}{
		{"empty members", `{"membersAdded":[` + repeated(`{}`, 1000) + `]}`, activity.ErrTooMany},
		{"empty entities", `{"entities":[` + repeated(`{}`, 1000) + `]}`, activity.ErrTooMany},
		{"empty attachments in the wrong case", `{"ATTACHMENTS":[` + repeated(`{}`, 1000) + `]}`, activity.ErrTooMany},
		{"entities of one member", `{"entities":[` + repeated(`{"a":0}`, 500) + `]}`, activity.ErrTooMany},
		{"unknown members", `{` + repeated(`"m%d":0`, 1000) + `}`, activity.ErrTooMany},
		{"thirty of each", `{"membersAdded":[` + repeated(`{}`, 10) + `],"entities":[` + repeated(`{"a":0}`, 10) + `],` + repeated(`"m%d":0`, 30) + `}`, nil},
		{"a crowd that comes", `{"membersAdded":[` + repeated(member, 500) + `]}`, nil},
		{"a crowd that is mentioned", `{"entities":[` + repeated(mention, 300) + `]}`, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := activity.Decode([]byte(row.text)); !errors.Is(err, row.err) {
				t.Error(err)
			}
		})
	}
}

// TestAnswersMayBeLong: the members of a page and the channels of a team, each with members that nobody knows.
func TestAnswersMayBeLong(t *testing.T) {
	unknown := func(i int) string { return fmt.Sprintf(`"a%[1]d":0,"b%[1]d":"x"`, i) }
	for name, row := range map[string]struct {
		text func(n int) string
		into func() json.Unmarshaler
	}{
		"members":  {func(n int) string { return `{"members":[` + repeated(`{"objectId":"%d",`+unknown(0)+`}`, n) + `]}` }, func() json.Unmarshaler { return new(activity.PagedMembers) }},
		"channels": {func(n int) string { return `{"conversations":[` + repeated(`{"id":"19:%d",`+unknown(1)+`}`, n) + `]}` }, func() json.Unmarshaler { return new(activity.TeamChannels) }},
	} {
		t.Run(name, func(t *testing.T) {
			if err := row.into().UnmarshalJSON([]byte(row.text(5000))); err != nil {
				t.Errorf("5000 of them: %v", err)
			}
			if err := row.into().UnmarshalJSON([]byte(row.text(50000))); !errors.Is(err, activity.ErrTooMany) {
				t.Errorf("50000 of them: %v", err)
			}
		})
	}
}
