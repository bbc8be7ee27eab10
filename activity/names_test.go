package activity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
)

// nested is an object of n members, in whose middle stands another such object,
// and so on, depth objects in all. The innermost has one more member, last.
func nested(n, depth int, last string) string {
	if depth == 0 {
		return last
	}
	around := repeated(`"m%d":{"a":0,"b":1}`, n)
	half := n / 2
	members := strings.Split(around, `,"m`)
	before, after := strings.Join(members[:half], `,"m`), strings.Join(members[half:], `,"m`)
	if depth == 1 {
		return "{" + around + "," + last + "}"
	}
	return "{" + before + `,"in":` + nested(n, depth-1, last) + `,"m` + after + "}"
}

// TestDecodeFindsANameTwice wherever it stands: objects of few and of many
// members, inside of each other.
func TestDecodeFindsANameTwice(t *testing.T) {
	for _, n := range []int{2, 15, 16, 17, 31, 32, 33, 200} {
		for _, depth := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%d members, %d deep", n, depth), func(t *testing.T) {
				whole := func(last string) []byte { return []byte(`{"value":` + nested(n, depth, last) + `}`) }
				if _, err := activity.Decode(whole(`"last":0`)); err != nil {
					t.Fatalf("different names: %v", err)
				}
				for _, again := range []int{0, n / 2, n - 1} {
					name := fmt.Sprintf("m%d", again)
					_, err := activity.Decode(whole(`"` + name + `":0`))
					if wrong := (*activity.DecodeError)(nil); !errors.As(err, &wrong) || !errors.Is(err, activity.ErrDuplicate) || wrong.Member != name {
						t.Errorf("%s twice: %v", name, err)
					}
				}
			})
		}
	}
}
