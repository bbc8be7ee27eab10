package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docket-handoff/docket/checks"
	"github.com/docket-handoff/docket/manifest"
)

// TestOfficial has packages judged by Microsoft's own library with its schema, and the icons pixel by pixel.
func TestOfficial(t *testing.T) {
	developer := manifest.Developer{Name: "Acme", WebsiteURL: "https://acme.example", PrivacyURL: "https://acme.example/p", TermsURL: "https://acme.example/t"}
	const bot = "22222222-2222-4222-8222-222222222222"
	names := map[string]string{}
	var files []string
	for _, row := range []struct {
		name    string
		options manifest.Options
	}{
		{"the least", manifest.Options{BotID: bot, Developer: developer}},
		{"everything", manifest.Options{
			AppID: "55555555-5555-4555-8555-555555555555", BotID: bot, Version: "2.10.3", Name: "Acme Chat", FullName: "Acme Chat for the website",
			Developer: developer, Short: "Website conversations in your channel.", Full: "Joins your website's visitors to your specialists.",
			AccentColor: "#0B7A75", ValidDomains: []string{"chat.acme.example", "acme.example"}, Resource: "https://chat.acme.example",
		}},
		{"the longest name", manifest.Options{BotID: bot, Developer: developer, Name: "Thirty characters, exactly so."}},
		{"other letters", manifest.Options{BotID: bot, Developer: developer, Name: "Überg@be ✓", FullName: "日本語のチャット", AccentColor: "#ffffff"}},
	} {
		app := manifest.New(row.options)
		icons, err := manifest.DefaultIcons(app.AccentColor)
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		path := filepath.Join(t.TempDir(), "app.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := manifest.WritePackage(f, app, icons); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		files, names[path] = append(files, path), row.name
	}
	for file, findings := range checks.AppPackages(t, files...) {
		t.Errorf("%s: %q", names[file], findings)
	}
}
