package checks_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/checks"
	"github.com/docket-handoff/docket/manifest"
)

// object is a JSON object under construction.
type object = map[string]any

// with is a copy of an object with one member changed; nil takes it away.
func with(o object, name string, value any) object {
	changed := maps.Clone(o)
	changed[name] = value
	if value == nil {
		delete(changed, name)
	}
	return changed
}

func goodCard() object {
	return object{
		"type": "AdaptiveCard", "version": "1.5",
		"body":    []any{object{"type": "TextBlock", "text": "Hello", "wrap": true}},
		"actions": []any{object{"type": "Action.Execute", "title": "Join", "verb": "join"}},
	}
}

func body(element object) object { return with(goodCard(), "body", []any{element}) }

func goodActivity() object {
	return object{"type": "message", "text": "<at>Ana</at> hello", "textFormat": "plain", "entities": []any{
		object{"type": "mention", "text": "<at>Ana</at>", "mentioned": object{"id": "29:ana", "name": "Ana"}},
	}}
}

func goodConversation() object {
	return object{"isGroup": true, "channelData": object{"channel": object{"id": "19:c@thread.tacv2"}}, "activity": goodActivity()}
}

func goodAnswer() object {
	return object{"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": goodCard()}
}

// A row is something to judge and what the judge should say: nothing when want is empty.
type row struct {
	name string
	file string
	want string
}

// expect fails where a judge does not say what is wanted.
func expect(t *testing.T, rows []row, judge func(files ...string) checks.Findings) {
	t.Helper()
	files := make([]string, len(rows))
	for i, r := range rows {
		files[i] = r.file
	}
	found := judge(files...)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			said := strings.Join(found[r.file], "\n")
			if (said == "") != (r.want == "") || !strings.Contains(said, r.want) {
				t.Errorf("want %q, the judge says %q", r.want, said)
			}
		})
	}
}

func TestCards(t *testing.T) {
	buttons := make([]any, 7)
	for i := range buttons {
		buttons[i] = object{"type": "Action.Submit", "title": "One of many"}
	}
	var rows []row
	for _, r := range []struct {
		name string
		card any
		want string
	}{
		{"good", goodCard(), ""},
		{"good, in a list", []any{goodCard(), goodCard()}, ""},
		{"an unknown element", body(object{"type": "TextBlok", "text": "x"}), "/body/0/type must be equal to one of"},
		{"an element without a type", body(object{"text": "x"}), "required property 'type'"},
		{"an unknown member", body(object{"type": "TextBlock", "text": "x", "colour": "good"}), "additional properties: colour"},
		{"a value that is not listed", body(object{"type": "TextBlock", "text": "x", "size": "largest"}), "/body/0/size must be equal to one of"},
		{"a value of another kind", body(object{"type": "TextBlock", "text": 1}), "/body/0/text must be string"},
		{"a missing member", body(object{"type": "FactSet"}), "required property 'facts'"},
		{"an input without an id", body(object{"type": "Input.Text"}), "required property 'id'"},
		{"one id twice", with(goodCard(), "body", []any{
			object{"type": "TextBlock", "text": "x", "id": "a"}, object{"type": "TextBlock", "text": "y", "id": "a"},
		}), "parser: DuplicateId"},
		{"a newer version", with(goodCard(), "version", "1.6"), "Teams takes 1.0 to 1.5"},
		{"no card", object{"type": "Card"}, "no AdaptiveCard"},
		{"nothing", nil, "must be object"},
		{"a button without a verb", with(goodCard(), "actions", []any{object{"type": "Action.Execute", "title": "Join"}}), "has no verb"},
		{"many buttons", with(goodCard(), "actions", buttons), "more than 6 buttons"},
		{"too many bytes", body(object{"type": "TextBlock", "text": strings.Repeat("long ", 6000)}), "more than 28000"},
		{"an image without TLS", body(object{"type": "Image", "url": "http://example.com/a.png", "altText": "a"}), "only https"},
		{"a mention of nobody in the text", with(goodCard(), "msteams", object{"entities": []any{
			object{"type": "mention", "text": "<at>Ana</at>", "mentioned": object{"id": "29:ana", "name": "Ana"}},
		}}), "stands in no text"},
		{"an unknown extension of Teams", with(goodCard(), "msteams", object{"width": "full"}), "/msteams/width"},
		{"a bad one, in a list", []any{goodCard(), object{}}, "card 1: "},
	} {
		rows = append(rows, row{r.name, checks.File(t, r.card), r.want})
	}
	expect(t, rows, func(files ...string) checks.Findings { return checks.Cards(t, files...) })
}

func TestActivities(t *testing.T) {
	const message, problem = "application/vnd.microsoft.activity.message", "application/vnd.microsoft.error"
	card := func(card object) []any {
		return []any{object{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}
	}
	rows := map[string][]row{}
	for _, r := range []struct {
		name string
		kind string
		body object
		want string
	}{
		{"a good message", checks.Activity, goodActivity(), ""},
		{"typing", checks.Activity, object{"type": "typing"}, ""},
		{"a good card", checks.Activity, object{"type": "message", "attachments": card(goodCard())}, ""},
		{"a misspelt type", checks.Activity, with(goodActivity(), "type", "mesage"), "schema: /type"},
		{"an unknown member", checks.Activity, with(goodActivity(), "txt", "x"), "'txt'"},
		{"an unknown member of an account", checks.Activity, with(goodActivity(), "from", object{"id": "28:x", "nme": "x"}), "'nme'"},
		{"an unknown format", checks.Activity, with(goodActivity(), "textFormat", "html"), "schema: /textFormat"},
		{"null", checks.Activity, with(goodActivity(), "attachments", json.RawMessage("null")), "schema: /attachments"},
		{"an id of its own", checks.Activity, with(goodActivity(), "id", "1"), "id is the channel's to set"},
		{"what only people do", checks.Activity, object{"type": "messageReaction"}, "a bot sends no messageReaction"},
		{"nothing said", checks.Activity, object{"type": "message"}, "the message is empty"},
		{"text beside a card", checks.Activity, with(goodActivity(), "attachments", card(goodCard())), "split into several messages"},
		{"a bad card", checks.Activity, object{"type": "message", "attachments": card(object{"type": "AdaptiveCard", "version": "2.0"})}, "card: teams: version 2.0"},
		{"a mention that is not said", checks.Activity, with(goodActivity(), "text", "hello"), "is not in the text"},
		{"a good conversation", checks.Conversation, goodConversation(), ""},
		{"no group", checks.Conversation, with(goodConversation(), "isGroup", false), "isGroup must be true"},
		{"no channel", checks.Conversation, with(goodConversation(), "channelData", nil), "must name the channel"},
		{"no activity", checks.Conversation, with(goodConversation(), "activity", nil), "no activity"},
		{"an unknown member of a conversation", checks.Conversation, with(goodConversation(), "topic", "x"), "there is no topic"},
		{"a good answer", checks.Answer, goodAnswer(), ""},
		{"a good line", checks.Answer, object{"statusCode": 200, "type": message, "value": "Ana has this."}, ""},
		{"a good error", checks.Answer, object{"statusCode": 400, "type": problem, "value": object{"code": "BadRequest", "message": "x"}}, ""},
		{"an unknown answer", checks.Answer, with(goodAnswer(), "type", "application/json"), "there is no type application/json"},
		{"a status that does not fit", checks.Answer, with(goodAnswer(), "statusCode", 400), "statusCode 400 does not go with"},
		{"no line", checks.Answer, object{"statusCode": 200, "type": message, "value": ""}, "value is no text"},
		{"an error without a code", checks.Answer, object{"statusCode": 500, "type": problem, "value": object{}}, "no code and message"},
		{"a bad card in the answer", checks.Answer, with(goodAnswer(), "value", object{"type": "AdaptiveCard", "version": "1.9"}), "version 1.9"},
	} {
		rows[r.kind] = append(rows[r.kind], row{r.name, checks.File(t, r.body), r.want})
	}
	for kind, rows := range rows {
		expect(t, rows, func(files ...string) checks.Findings { return checks.Activities(t, kind, files...) })
	}
}

func TestAppPackages(t *testing.T) {
	rows := []row{{"no manifest", zipped(t, map[string][]byte{"docket/manifest.json": []byte("{}")}), "no manifest.json at the root"}}
	for _, r := range []struct {
		name   string
		change func(files map[string][]byte, app object)
		want   string
	}{
		{"good", func(map[string][]byte, object) {}, ""},
		{"a name too long", func(_ map[string][]byte, app object) {
			app["name"] = object{"short": strings.Repeat("x", 31), "full": "x"}
		}, "/name/short must NOT have more than 30"},
		{"an unknown member", func(_ map[string][]byte, app object) { app["colour"] = "red" }, "colour"},
		{"an unknown version", func(_ map[string][]byte, app object) { app["manifestVersion"] = "9.9" }, "there is no manifestVersion 9.9"},
		{"another schema", func(_ map[string][]byte, app object) { app["$schema"] = "https://example.com/v1.0/x.json" }, "disagree"},
		{"no GUID", func(_ map[string][]byte, app object) { app["id"] = "docket" }, "no GUID"},
		{"permissions without a resource", func(_ map[string][]byte, app object) { delete(app, "webApplicationInfo") }, "need webApplicationInfo.resource"},
		{"a domain twice", func(_ map[string][]byte, app object) { app["validDomains"] = []string{"a.example", "a.example"} }, "stands twice"},
		{"a stray file", func(files map[string][]byte, _ object) { files["extra/readme.txt"] = []byte("x") }, "named by nothing"},
		{"no icon", func(files map[string][]byte, _ object) { delete(files, "color.png") }, "color is not in the package"},
		{"no picture", func(files map[string][]byte, _ object) { files["color.png"] = []byte("x") }, "color is no picture"},
		{"a small icon", func(files map[string][]byte, _ object) { files["color.png"] = files["outline.png"] }, "color is 32×32"},
		{"a coloured outline", func(files map[string][]byte, _ object) { files["outline.png"] = grey(32) }, "neither white nor transparent"},
	} {
		files := packaged(t)
		var app object
		must(t, json.Unmarshal(files["manifest.json"], &app))
		r.change(files, app)
		text, err := json.Marshal(app)
		must(t, err)
		files["manifest.json"] = text
		rows = append(rows, row{r.name, zipped(t, files), r.want})
	}
	expect(t, rows, func(files ...string) checks.Findings { return checks.AppPackages(t, files...) })
}

// packaged is what a good package holds.
func packaged(t *testing.T) map[string][]byte {
	t.Helper()
	app := manifest.New(manifest.Options{
		BotID:     "22222222-2222-4222-8222-222222222222",
		Developer: manifest.Developer{Name: "Acme", WebsiteURL: "https://acme.example", PrivacyURL: "https://acme.example/p", TermsURL: "https://acme.example/t"},
	})
	icons, err := manifest.DefaultIcons(app.AccentColor)
	must(t, err)
	var buffer bytes.Buffer
	must(t, manifest.WritePackage(&buffer, app, icons))
	archive, err := zip.NewReader(bytes.NewReader(buffer.Bytes()), int64(buffer.Len()))
	must(t, err)
	files := map[string][]byte{}
	for _, f := range archive.File {
		content, err := archive.Open(f.Name)
		must(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(content)
		must(t, err)
		files[f.Name] = b.Bytes()
	}
	return files
}

func zipped(t *testing.T, files map[string][]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.zip")
	f, err := os.Create(path)
	must(t, err)
	w := zip.NewWriter(f)
	for name, content := range files {
		entry, err := w.Create(name)
		must(t, err)
		_, err = entry.Write(content)
		must(t, err)
	}
	must(t, w.Close())
	must(t, f.Close())
	return path
}

// grey is a picture of one colour.
func grey(side int) []byte {
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for i := range picture.Pix {
		picture.Pix[i] = color.Gray{Y: 0x80}.Y
	}
	var b bytes.Buffer
	_ = png.Encode(&b, picture)
	return b.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
