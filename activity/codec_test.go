package activity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/activity"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDecodeRefuses(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	for _, row := range []struct {
		name, text string
		want       error
	}{
		{"nothing", ``, activity.ErrNotObject},
		{"blank", "  \n", activity.ErrNotObject},
		{"null", `null`, activity.ErrNotObject},
		{"an array", `[{"type":"message"}]`, activity.ErrNotObject},
		{"a string", `"message"`, activity.ErrNotObject},
		{"two objects", `{"type":"message"}{"type":"message"}`, activity.ErrTrailing},
		{"trailing bracket", `{"type":"message"}]`, activity.ErrTrailing},
		{"cut short", `{"type":"message"`, activity.ErrSyntax},
		{"cut in a name", `{"ty`, activity.ErrSyntax},
		{"cut in a string", `{"type":"mess`, activity.ErrSyntax},
		{"cut after a backslash", `{"type":"\`, activity.ErrSyntax},
		{"no colon", `{"type" "message"}`, activity.ErrSyntax},
		{"name without quotes", `{type:"message"}`, activity.ErrSyntax},
		{"trailing comma", `{"type":"message",}`, activity.ErrSyntax},
		{"leading comma", `{,"type":"message"}`, activity.ErrSyntax},
		{"trailing comma in an array", `{"x":[1,]}`, activity.ErrSyntax},
		{"wrong bracket", `{"x":[1}`, activity.ErrSyntax},
		{"a comment", `{"x":1}//`, activity.ErrTrailing},
		{"control character", "{\"text\":\"a\x01b\"}", activity.ErrSyntax},
		{"line end in a string", "{\"text\":\"a\nb\"}", activity.ErrSyntax},
		{"unknown escape", `{"text":"\x41"}`, activity.ErrSyntax},
		{"short unicode escape", `{"text":"\u00g1"}`, activity.ErrSyntax},
		{"not UTF-8", "{\"text\":\"a\xffb\"}", activity.ErrSyntax},
		{"leading zero", `{"x":01}`, activity.ErrSyntax},
		{"bare point", `{"x":1.}`, activity.ErrSyntax},
		{"bare exponent", `{"x":1e}`, activity.ErrSyntax},
		{"lonely minus", `{"x":-}`, activity.ErrSyntax},
		{"plus sign", `{"x":+1}`, activity.ErrSyntax},
		{"misspelt word", `{"x":nul}`, activity.ErrSyntax},
		{"misspelt word in a flag", `{"historyDisclosed":tru}`, activity.ErrSyntax},
		{"not a number", `{"x":NaN}`, activity.ErrSyntax},
		{"known name twice", `{"type":"message","type":"event"}`, activity.ErrDuplicate},
		{"unknown name twice", `{"x":1,"y":2,"x":1}`, activity.ErrDuplicate},
		{"name twice, once escaped", `{"type":"message","\u0074ype":"event"}`, activity.ErrDuplicate},
		{"two halves of surrogate pairs for names", `{"\ud800":1,"\ud801":2}`, activity.ErrDuplicate},
		{"known name twice, oddly typed", `{"text":1,"text":2}`, activity.ErrDuplicate},
		{"twice in an account", `{"from":{"id":"a","id":"b"}}`, activity.ErrDuplicate},
		{"twice in an entity", `{"entities":[{"type":"a","b":1,"b":2}]}`, activity.ErrDuplicate},
		{"twice in the value", `{"value":{"a":{"b":1,"b":2}}}`, activity.ErrDuplicate},
		{"twice in channelData", `{"channelData":{"tenant":{"id":"a"},"tenant":{"id":"b"}}}`, activity.ErrDuplicate},
		{"twice in an unknown array", `{"x":[{"a":1},{"a":1,"a":1}]}`, activity.ErrDuplicate},
		{"twice where an object is out of place", `{"text":{"a":1,"a":2}}`, activity.ErrDuplicate},
		{"twice, escaped, in the value", `{"value":{"a":1,"\u0061":2}}`, activity.ErrDuplicate},
		{"twice among many", `{"value":{` + strings.Join(many, ",") + `,"k3":0}}`, activity.ErrDuplicate},
		{"twice, late among many", `{"value":{` + strings.Join(many, ",") + `,"k39":0}}`, activity.ErrDuplicate},
		{"too deep in objects", strings.Repeat(`{"a":`, activity.MaxDepth+1) + "1" + strings.Repeat("}", activity.MaxDepth+1), activity.ErrDepth},
		{"too deep in arrays", `{"value":` + strings.Repeat("[", activity.MaxDepth) + strings.Repeat("]", activity.MaxDepth) + `}`, activity.ErrDepth},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := activity.Decode([]byte(row.text))
			if !errors.Is(err, row.want) || a != nil {
				t.Fatalf("got %v, %v; want %v", a, err, row.want)
			}
			var where *activity.DecodeError
			if !errors.As(err, &where) || where.Offset < 0 || where.Offset > len(row.text) {
				t.Errorf("the error does not say where: %#v", err)
			}
		})
	}
}

func TestDecodeErrorIsFitForALog(t *testing.T) {
	name := strings.Repeat("x", 10_000) + `\u001b[31m`
	_, err := activity.Decode([]byte(`{"` + name + `":1,"` + name + `":2}`))
	if err == nil || len(err.Error()) > 300 || strings.ContainsRune(err.Error(), 0x1b) {
		t.Errorf("too long or not clean: %.400q", err)
	}
}

func TestDecodeAccepts(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"empty object", `{}`, `{}`},
		{"white space everywhere", " {\t\"type\" :\r\n\"message\" , \"x\" : [ 1 , 2 ] } ", `{"type":"message","x":[ 1 , 2 ]}`},
		{"deepest", strings.Repeat(`{"a":`, activity.MaxDepth) + "1" + strings.Repeat("}", activity.MaxDepth), ""},
		{"text is not escaped", `{"text":"<at>A\u0026B</at>"}`, `{"text":"<at>A&B</at>"}`},
		{"escapes of all kinds", `{"text":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u2028"}`, `{"text":"\"\\/\u0008\u000c\n\r\té😀\u2028"}`},
		{"half a surrogate pair", `{"text":"\ud800"}`, `{"text":"�"}`},
		{"empty strings stay", `{"type":"message","text":"","locale":""}`, `{"type":"message","locale":"","text":""}`},
		{"empty lists stay", `{"attachments":[],"listenFor":[]}`, `{"attachments":[],"listenFor":[]}`},
		{"empty objects stay", `{"from":{},"value":{}}`, `{"from":{},"value":{}}`},
		{"wrong letter case", `{"TYPE":"message","From":{"ID":"a","AadObjectId":"b"}}`, `{"type":"message","from":{"id":"a","aadObjectId":"b"}}`},
		{"the exact name wins, and both stay", `{"Text":"no","text":"yes"}`, `{"text":"yes","Text":"no"}`},
		{"the exact name wins in either order", `{"text":"yes","Text":"no"}`, `{"text":"yes","Text":"no"}`},
		{"of two wrong cases the first wins", `{"TEXT":"a","Text":"b"}`, `{"text":"a","Text":"b"}`},
		{"wrong case and wrong kind stays", `{"TEXT":5}`, `{"TEXT":5}`},
		{"another name stays beside the field's own", `{"from":{"objectId":"a"}}`, `{"from":{"aadObjectId":"a","objectId":"a"}}`},
		{"another name in the wrong case", `{"from":{"OBJECTID":"a"}}`, `{"from":{"aadObjectId":"a","OBJECTID":"a"}}`},
		{"the field's own name in the wrong case comes first", `{"from":{"objectId":"a","AADOBJECTID":"b"}}`, `{"from":{"aadObjectId":"b","objectId":"a"}}`},
		{"another name of another kind", `{"from":{"objectId":5}}`, ""},
		{"half a surrogate pair in a name", `{"\ud800":1}`, `{"�":1}`},
		{"half a surrogate pair in a value", `{"value":{"a":"\ud800"},"x":"\udc00"}`, ""},
		{"many names", `{"value":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"r":1}}`, ""},
		{"the same name in two objects", `{"value":[{"a":1},{"a":{"a":1}}]}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := row.want
			if want == "" {
				want = row.text
			}
			if got := encode(t, decode(t, row.text)); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestOddKindsSurvive(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"number for a string", `{"type":"message","id":12345678901234567890}`},
		{"bool for a string", `{"type":"message","speak":true}`},
		{"null for a string", `{"type":"message","summary":null}`},
		{"object for a string", `{"type":"message","text":{"a":["b"]}}`},
		{"string for an account", `{"from":"me"}`},
		{"null for an account", `{"from":null}`},
		{"array for an account", `{"conversation":[]}`},
		{"object for a list", `{"entities":{"type":"mention"}}`},
		{"null for a list", `{"attachments":null}`},
		{"string in a list of objects", `{"attachments":[{"contentType":"text/html"},"odd"]}`},
		{"number in a list of strings", `{"listenFor":["a",5]}`},
		{"string for a flag", `{"conversation":{"id":"c","isGroup":"true"}}`},
		{"null for a flag", `{"historyDisclosed":null}`},
		{"string for a number", `{"textHighlights":[{"text":"a","occurrence":"1"}]}`},
		{"fraction for a number", `{"textHighlights":[{"text":"a","occurrence":1.50}]}`},
		{"zero for a number", `{"textHighlights":[{"text":"a","occurrence":0}]}`},
		{"huge number", `{"textHighlights":[{"text":"a","occurrence":1e400}]}`},
		{"odd member of an account", `{"from":{"id":"a","name":7,"properties":{"x":null}}}`},
		{"string for channelData", `{"channelData":"x"}`},
		{"null for a value", `{"value":null}`},
		{"number for a value", `{"value":1.10}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := encode(t, decode(t, row.text))
			if diff := cmp.Diff(plain(t, row.text), plain(t, got)); diff != "" {
				t.Errorf("changed on the way (-in +out):\n%s", diff)
			}
		})
	}
}

// TestOddKindsSurviveWhereAFieldIsNeverLeftOut has the objects that are written even when they are empty.
func TestOddKindsSurviveWhereAFieldIsNeverLeftOut(t *testing.T) {
	for _, row := range []struct {
		name, text string
		value      interface {
			json.Marshaler
			json.Unmarshaler
		}
	}{
		{"string for an action", `{"action":"text","trigger":"manual"}`, new(activity.CardAction)},
		{"null for an action", `{"action":null}`, new(activity.CardAction)},
		{"an empty action", `{"action":{}}`, new(activity.CardAction)},
		{"string for an error", `{"error":"text"}`, new(activity.ErrorBody)},
		{"list for an error", `{"error":[{"code":"a"}]}`, new(activity.ErrorBody)},
		{"string for who is mentioned", `{"mentioned":"29:a","text":"<at>a</at>"}`, new(activity.Mention)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := row.value.UnmarshalJSON([]byte(row.text)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(plain(t, row.text), plain(t, encode(t, row.value))); diff != "" {
				t.Errorf("changed on the way (-in +out):\n%s", diff)
			}
		})
	}
	mention, ok := decode(t, `{"entities":[{"type":"mention","mentioned":{"id":"a"},"text":["odd"]}]}`).Entities[0].Mention()
	if got := encode(t, mention); !ok || got != `{"mentioned":{"id":"a"},"text":["odd"]}` {
		t.Errorf("a mention of an odd text: %s, %t", got, ok)
	}
}

func TestDecodedSharesNothingWithTheInput(t *testing.T) {
	data := []byte(`{"text":"hello","value":{"a":"b"},"odd":[1]}`)
	a, err := activity.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if got := encode(t, a); got != `{"text":"hello","value":{"a":"b"},"odd":[1]}` {
		t.Errorf("changed with its input: %s", got)
	}
}

func TestKnownFieldWinsOverExtra(t *testing.T) {
	a := activity.Activity{
		Type:  activity.TypeMessage,
		Text:  "mine",
		Extra: map[string]json.RawMessage{"text": json.RawMessage(`"theirs"`), "zeta": nil, "alpha": json.RawMessage(`1`)},
	}
	if got, want := encode(t, a), `{"type":"message","text":"mine","alpha":1,"zeta":null}`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestEncodeRefusesBrokenRaw(t *testing.T) {
	for _, row := range []struct{ name, raw string }{
		{"cut short", `{"a":`},
		{"empty", ``},
		{"two values", `1 2`},
		{"injection", `1,"type":"event"`},
		{"duplicate", `{"a":1,"a":2}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			raw := []byte(row.raw)
			for place, a := range map[string]*activity.Activity{
				"value":      {Value: append(raw, ' ')},
				"extra":      {Extra: map[string]json.RawMessage{"x": raw}},
				"attachment": {Attachments: []activity.Attachment{{Content: append(raw, ' ')}}},
			} {
				if out, err := activity.Encode(a); err == nil {
					t.Errorf("%s: wrote %s", place, out)
				}
			}
		})
	}
}

func TestStandardLibraryAgrees(t *testing.T) {
	in := golden(t, "mention_top_level")
	type envelope struct {
		Value   activity.Activity  `json:"value"`
		Pointer *activity.Activity `json:"pointer"`
		Nothing *activity.Activity `json:"nothing"`
	}
	data, err := json.Marshal(envelope{Value: *in, Pointer: in})
	if err != nil {
		t.Fatal(err)
	}
	var out envelope
	out.Nothing = &activity.Activity{}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain(t, encode(t, in)), plain(t, encode(t, out.Value))); diff != "" {
		t.Errorf("value (-in +out):\n%s", diff)
	}
	if out.Nothing != nil || out.Pointer == nil {
		t.Errorf("null and pointer: %v, %v", out.Nothing, out.Pointer)
	}
	if err := json.Unmarshal([]byte(`null`), &out.Value); err != nil || out.Value.Text != in.Text {
		t.Errorf("null should change nothing: %v", err)
	}
	if err := json.Unmarshal([]byte(`{"type":"event"}`), &out.Value); err != nil || out.Value.Text != "" {
		t.Errorf("a second reading should leave nothing of the first: %v %q", err, out.Value.Text)
	}
}

// anyActivity makes objects that use known names rightly and wrongly, also in other
// letters, and unknown names, at every depth.
func anyActivity() *rapid.Generator[map[string]any] {
	text := rapid.StringMatching(`[a-zé<&"\\ \n😀]{0,12}`)
	var value func(depth int) *rapid.Generator[any]
	object := func(depth int, names ...string) *rapid.Generator[map[string]any] {
		known := rapid.SampledFrom(names)
		name := rapid.OneOf(known, known, rapid.Map(known, strings.ToUpper), rapid.Map(known, strings.ToLower), rapid.StringMatching(`x-[a-z"\\é]{1,4}`))
		return rapid.MapOfN(name, value(depth-1), 0, 8)
	}
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{
			text.AsAny(), text.AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
			rapid.Map(rapid.Int64(), func(n int64) any { return json.Number(fmt.Sprint(n)) }),
			rapid.Just[any](json.Number("1.50")),
		}
		if depth > 0 {
			obj := object(depth, "id", "name", "type", "role", "isGroup", "content", "contentType", "mentioned",
				"actions", "to", "user", "bot", "conversation", "value", "occurrence", "text", "tenantId").AsAny()
			account := object(depth, "id", "name", "objectId", "aadObjectId").AsAny()
			kinds = append(kinds, obj, obj, account, account, rapid.SliceOfN(obj, 0, 3).AsAny(), rapid.SliceOfN(value(depth-1), 0, 3).AsAny())
		}
		return rapid.OneOf(kinds...)
	}
	return object(4, "type", "id", "timestamp", "from", "recipient", "conversation", "membersAdded", "reactionsAdded",
		"historyDisclosed", "text", "suggestedActions", "attachments", "entities", "channelData", "value", "relatesTo",
		"listenFor", "textHighlights", "semanticAction", "name")
}

// same reports whether out says what in said: every member under its own name, or else
// under a name in other letters, and nothing besides but what objectId gave.
func same(in, out any) bool {
	switch in := in.(type) {
	case map[string]any:
		out, ok := out.(map[string]any)
		return ok && sameMembers(in, maps.Clone(out))
	case []any:
		out, ok := out.([]any)
		return ok && slices.EqualFunc(in, out, same)
	}
	return in == out
}

// sameMembers takes out apart.
func sameMembers(in, out map[string]any) bool {
	var moved []string
	for name, value := range in {
		if other, found := out[name]; !found {
			moved = append(moved, name)
		} else if !same(value, other) {
			return false
		}
		delete(out, name)
	}
	for _, name := range moved {
		before := len(out)
		maps.DeleteFunc(out, func(other string, value any) bool { return strings.EqualFold(name, other) && same(in[name], value) })
		if len(out) == before {
			return false
		}
	}
	for name, value := range in {
		if own, added := out["aadObjectId"]; added && strings.EqualFold(name, "objectId") && same(value, own) {
			delete(out, "aadObjectId")
		}
	}
	return len(out) == 0
}

func TestEveryMemberSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyActivity().Draw(t, "activity")
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		a, err := activity.Decode(text)
		if err != nil {
			t.Fatalf("decode %s: %v", text, err)
		}
		out, err := activity.Encode(a)
		if err != nil {
			t.Fatalf("encode %s: %v", text, err)
		}
		var back any
		d := json.NewDecoder(strings.NewReader(string(out)))
		d.UseNumber()
		if err := d.Decode(&back); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if !same(in, back) {
			t.Fatalf("changed on the way (-in +out):\n%s", cmp.Diff(any(in), back))
		}
	})
}
