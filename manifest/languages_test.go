package manifest_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/manifest"
	"github.com/google/go-cmp/cmp"
)

// portuguese translates all that an app of New says.
func portuguese() manifest.Texts {
	return manifest.Texts{
		"name.short":        "Docket",
		"name.full":         "Docket para a Northwind",
		"description.short": "Traz para um canal os visitantes que precisam de uma pessoa.",
		"description.full":  "Quando um visitante precisa de uma pessoa, começa uma conversa <no canal> & alguém responde.",
		"bots[0].commandLists[0].commands[0].description": "Dizer se este canal está ligado",
		"bots[0].commandLists[0].commands[4].description": "Dizer o que se pode fazer aqui",
	}
}

func TestGoldenLanguage(t *testing.T) {
	app := manifest.New(options()).InLanguage("pt-PT", portuguese())
	if err := app.Validate(); err != nil {
		t.Fatal(err)
	}
	got, err := app.LocalizationInfo.AdditionalLanguages[0].JSON()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/pt-pt.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/pt-pt.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("pt-pt.json (-want +got):\n%s", diff)
	}
	var read map[string]string
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	delete(read, "$schema")
	if diff := cmp.Diff(map[string]string(portuguese()), read); diff != "" {
		t.Errorf("the file says something else (-want +got):\n%s", diff)
	}
}

func TestPackageInLanguages(t *testing.T) {
	app := manifest.New(options()).InLanguage("pt-PT", portuguese()).InLanguage("fr", portuguese())
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := manifest.WritePackage(b, app, icons(t)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same app gives two packages")
	}
	files := unpack(t, first.Bytes())
	if diff := cmp.Diff([]string{"manifest.json", "color.png", "outline.png", "pt-pt.json", "fr.json"}, names(t, first.Bytes())); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	var document struct {
		LocalizationInfo struct {
			DefaultLanguageTag  string
			AdditionalLanguages []struct{ LanguageTag, File string }
		}
	}
	if err := json.Unmarshal(files["manifest.json"], &document); err != nil {
		t.Fatal(err)
	}
	info := document.LocalizationInfo
	if info.DefaultLanguageTag != "en" || len(info.AdditionalLanguages) != 2 {
		t.Fatalf("localizationInfo %+v", info)
	}
	for _, l := range info.AdditionalLanguages {
		if _, packed := files[l.File]; !packed {
			t.Errorf("%s names %s, which is not packed", l.LanguageTag, l.File)
		}
	}
}

func TestInLanguageChangesNothingElse(t *testing.T) {
	texts := portuguese()
	app := manifest.New(options())
	one := app.InLanguage("fr", texts)
	two := one.InLanguage("de", texts)
	texts["name.short"] = "changed"
	if app.LocalizationInfo != nil || len(one.LocalizationInfo.AdditionalLanguages) != 1 || len(two.LocalizationInfo.AdditionalLanguages) != 2 {
		t.Errorf("%v %v %v", app.LocalizationInfo, one.LocalizationInfo, two.LocalizationInfo)
	}
	if err := two.Validate(); err != nil {
		t.Error(err)
	}
	if said := one.LocalizationInfo.AdditionalLanguages[0].Texts["name.short"]; said != "Docket" {
		t.Errorf("the caller's map is shared: %q", said)
	}
}

func TestLanguagesFindWhatIsWrong(t *testing.T) {
	with := func(path, text string) manifest.Texts {
		texts := portuguese()
		texts[path] = text
		return texts
	}
	without := func(path string) manifest.Texts {
		texts := portuguese()
		delete(texts, path)
		return texts
	}
	in := func(tag string, texts manifest.Texts) func(manifest.App) manifest.App {
		return func(a manifest.App) manifest.App { return a.InLanguage(tag, texts) }
	}
	const first = "localizationInfo.additionalLanguages[0]"
	for _, row := range []struct {
		name, member string
		spoil        func(manifest.App) manifest.App
	}{
		{"no tag", first + ".languageTag", in("", portuguese())},
		{"a tag with an underscore", first + ".languageTag", in("pt_BR", portuguese())},
		{"a tag of one letter", first + ".languageTag", in("x", portuguese())},
		{"a tag of numbers", first + ".languageTag", in("12", portuguese())},
		{"a tag of four parts", first + ".languageTag", in("zh-Hans-CN-x", portuguese())},
		{"a part too long", first + ".languageTag", in("pt-portuguese", portuguese())},
		{"the default language again", first + ".languageTag", in("EN", portuguese())},
		{"a language twice", "localizationInfo.additionalLanguages[1].languageTag", func(a manifest.App) manifest.App {
			return a.InLanguage("fr", portuguese()).InLanguage("FR", portuguese())
		}},
		{"no default", "localizationInfo.defaultLanguageTag", func(a manifest.App) manifest.App {
			a.LocalizationInfo = &manifest.LocalizationInfo{}
			return a
		}},
		{"a file in a folder", first + ".file", file("languages/fr.json")},
		{"a file over the manifest", first + ".file", file("Manifest.json")},
		{"a file over an icon", first + ".file", file("color.png")},
		{"no file", first + ".file", file("")},
		{"no short name", "fr.json: name.short", in("fr", without("name.short"))},
		{"no short description", "fr.json: description.short", in("fr", without("description.short"))},
		{"no description", "fr.json: description.full", in("fr", without("description.full"))},
		{"no texts", "fr.json: name.short", in("fr", nil)},
		{"a long name", "fr.json: name.short", in("fr", with("name.short", strings.Repeat("é", 31)))},
		{"a long command", "fr.json: bots[0].commandLists[0].commands[0].title", in("fr", with("bots[0].commandLists[0].commands[0].title", strings.Repeat("é", 129)))},
		{"an empty text", "fr.json: name.full", in("fr", with("name.full", " "))},
		{"a text that says null", "fr.json: name.full", in("fr", with("name.full", "Null"))},
		{"a text with blanks around it", "fr.json: name.full", in("fr", with("name.full", " Docket"))},
		{"a path that is none", "fr.json: name", in("fr", with("name", "Docket"))},
		{"a member that is no text", "fr.json: accentColor", in("fr", with("accentColor", "#ffffff"))},
		{"a command that is not there", "fr.json: bots[0].commandLists[0].commands[5].title", in("fr", with("bots[0].commandLists[0].commands[5].title", "aide"))},
		{"a prompt that is not there", "fr.json: bots[0].commandLists[0].commands[0].prompt", in("fr", with("bots[0].commandLists[0].commands[0].prompt", "aide"))},
		{"a feature that is not there", "fr.json: description.features[0].title", in("fr", with("description.features[0].title", "aide"))},
		{"another schema", "fr.json: $schema", in("fr", with("$schema", "https://example.com"))},
		{"a name that the manifest lacks", "fr.json: name.full", func(a manifest.App) manifest.App {
			a.Name.Full = ""
			return a.InLanguage("fr", portuguese())
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			app := row.spoil(manifest.New(options()))
			finds(t, app.Validate(), row.member)
			var b bytes.Buffer
			if err := manifest.WritePackage(&b, app, icons(t)); err == nil || b.Len() > 0 {
				t.Errorf("wrote %d bytes, %v", b.Len(), err)
			}
		})
	}
}

// file gives the one language another file.
func file(name string) func(manifest.App) manifest.App {
	return func(a manifest.App) manifest.App {
		a = a.InLanguage("fr", portuguese())
		a.LocalizationInfo.AdditionalLanguages[0].File = name
		return a
	}
}

// names are the files of a package, in their order.
func names(t *testing.T, content []byte) []string {
	t.Helper()
	var all []string
	for _, f := range archive(t, content).File {
		all = append(all, f.Name)
	}
	return all
}

func unpack(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range archive(t, content).File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func archive(t *testing.T, content []byte) *zip.Reader {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return z
}
