package manifest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/docket-handoff/docket/checks"
	"github.com/docket-handoff/docket/manifest"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestOfficial has packages judged by Microsoft's own library with its schema, and the icons pixel by pixel.
func TestOfficial(t *testing.T) {
	developer := manifest.Developer{Name: "Acme", WebsiteURL: "https://acme.example", PrivacyURL: "https://acme.example/p", TermsURL: "https://acme.example/t"}
	const bot = "22222222-2222-4222-8222-222222222222"
	named := map[string]string{}
	var files []string
	for _, row := range []struct {
		name  string
		app   manifest.App
		icons manifest.Icons
	}{
		{"the least", manifest.New(manifest.Options{BotID: bot, Developer: developer}), icons(t)},
		{"every option", manifest.New(manifest.Options{
			AppID: "55555555-5555-4555-8555-555555555555", BotID: bot, Version: "2.10.3", Name: "Acme Chat", FullName: "Acme Chat for the website",
			Developer: developer, Short: "Website conversations in your channel.", Full: "Joins your website's visitors to your specialists.",
			AccentColor: "#0B7A75", ValidDomains: []string{"chat.acme.example", "acme.example"}, Resource: "https://chat.acme.example",
		}), icons(t)},
		{"every member", rich(), small(t)},
		{"the longest name", manifest.New(manifest.Options{BotID: bot, Developer: developer, Name: "Thirty characters, exactly so."}), icons(t)},
		{"other letters", manifest.New(manifest.Options{BotID: bot, Developer: developer, Name: "Überg@be ✓", FullName: "日本語のチャット", AccentColor: "#ffffff"}), icons(t)},
	} {
		path := filepath.Join(t.TempDir(), "app.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := manifest.WritePackage(f, row.app, row.icons); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		files, named[path] = append(files, path), row.name
	}
	for file, findings := range checks.AppPackages(t, files...) {
		t.Errorf("%s: %q", named[file], findings)
	}
}

// TestOfficialLanguages has an app in several languages judged: manifest.json by the schema of Microsoft's library, and each
// language file by the schema that the library carries for those.
func TestOfficialLanguages(t *testing.T) {
	app := rich()
	for tag := range map[string]bool{"pt-PT": true, "fr": true, "zh-Hans-CN": true} {
		texts := portuguese()
		texts["description.features[0].title"] = "Entrar"
		texts["bots[0].commandLists[0].commands[0].title"] = "estado"
		texts["bots[0].commandLists[0].commands[1].prompt"] = "Terminar esta conversa"
		app = app.InLanguage(tag, texts)
	}
	if err := app.Validate(); err != nil {
		t.Fatal(err)
	}
	document, err := app.JSON()
	if err != nil {
		t.Fatal(err)
	}
	judge(t, "MicrosoftTeams.schema.json", document)
	for _, language := range app.LocalizationInfo.AdditionalLanguages {
		content, err := language.JSON()
		if err != nil {
			t.Fatal(err)
		}
		judge(t, "MicrosoftTeams.Localization.schema.json", content)
	}
}

// judge holds a document against a schema of Microsoft's library.
func judge(t *testing.T, schema string, document []byte) {
	t.Helper()
	folder := checks.Package(t, checks.Node, "@microsoft/app-manifest")
	rules := read(t, filepath.Join(folder, "build", "json-schemas", "teams", "v"+manifest.SchemaVersion, schema))
	dropForeignPatterns(rules)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schema, rules); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Errorf("the schema says %v of %s", err, document)
	}
	value.(map[string]any)["stray"] = "x"
	if compiled.Validate(value) == nil {
		t.Error("the schema lets everything pass")
	}
}

// dropForeignPatterns takes out expressions that Go does not read: those with a look-ahead, by which the schema tells empty
// texts. TestLanguagesFindWhatIsWrong tries these.
func dropForeignPatterns(node any) {
	switch node := node.(type) {
	case []any:
		for _, v := range node {
			dropForeignPatterns(v)
		}
	case map[string]any:
		if pattern, ok := node["pattern"].(string); ok {
			if _, err := regexp.Compile(pattern); err != nil {
				delete(node, "pattern")
			}
		}
		for _, v := range node {
			dropForeignPatterns(v)
		}
	}
}

func read(t *testing.T, file string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	return document
}
