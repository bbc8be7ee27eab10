package activity_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

func TestEachMember(t *testing.T) {
	var seen []string
	err := activity.EachMember([]byte(" {\"a\" : [1, 2 ] ,\"\\u0062\":null,\n\"A\":{\"a\":\"x\"}} "), func(name, value []byte) error {
		seen = append(seen, string(name)+"="+string(value))
		return nil
	})
	if got := strings.Join(seen, "|"); err != nil || got != `a=[1, 2 ]|b=null|A={"a":"x"}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestEachMemberRefuses(t *testing.T) {
	enough := errors.New("enough")
	for _, row := range []struct {
		name, text string
		visited    int
		err        error
	}{
		{"nothing", ``, 0, activity.ErrNotObject},
		{"null", `null`, 0, activity.ErrNotObject},
		{"a list", `[{"a":1}]`, 0, activity.ErrNotObject},
		{"a name twice", `{"a":1,"a":2}`, 1, activity.ErrDuplicate},
		{"a name twice, once escaped", `{"a":1,"\u0061":2}`, 1, activity.ErrDuplicate},
		{"a name twice inside", `{"a":1,"b":[{"c":1,"c":2}]}`, 1, activity.ErrDuplicate},
		{"an end that is missing", `{"a":1`, 1, activity.ErrSyntax},
		{"a value that is missing", `{"a":}`, 0, activity.ErrSyntax},
		{"something behind", `{"a":1}{}`, 1, activity.ErrTrailing},
		{"no UTF-8", "{\"a\":\"\xff\"}", 0, activity.ErrSyntax},
		{"too deep", `{"a":` + strings.Repeat("[", activity.MaxDepth), 0, activity.ErrDepth},
		{"too many", `{` + repeated(`"m%d":0`, activity.MaxEntries+1) + `}`, activity.MaxEntries, activity.ErrTooMany},
		{"what the visitor does not want", `{"a":1,"stop":2,"c":3}`, 2, enough},
	} {
		t.Run(row.name, func(t *testing.T) {
			visited := 0
			err := activity.EachMember([]byte(row.text), func(name, _ []byte) error {
				if visited++; string(name) == "stop" {
					return enough
				}
				return nil
			})
			if !errors.Is(err, row.err) || visited != row.visited {
				t.Errorf("%v after %d members", err, visited)
			}
		})
	}
}
