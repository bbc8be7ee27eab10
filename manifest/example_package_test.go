package manifest_test

import (
	"archive/zip"
	"bytes"
	"fmt"

	"github.com/docket-handoff/docket/manifest"
)

// What an app lacks is said at once, with the member and the remedy.
func ExampleApp_Validate() {
	app := manifest.New(manifest.Options{
		BotID:   "c0ffee00-0000-4000-8000-000000000001",
		Version: "1.2.0",
		Developer: manifest.Developer{
			Name:       "Northwind",
			WebsiteURL: "https://northwind.example",
			PrivacyURL: "https://northwind.example/privacy",
		},
	})
	fmt.Println(app.Validate())
	// Output: manifest: developer.termsOfUseUrl: "" is not one; give the address of a page, beginning with https:// and at most 2048 long
}

// The package of a bot, in English and in French, is written after every check has
// passed. Written twice it is the same, byte by byte.
func ExampleWritePackage() {
	app := manifest.New(manifest.Options{
		BotID: "c0ffee00-0000-4000-8000-000000000001",
		Developer: manifest.Developer{
			Name:       "Northwind",
			WebsiteURL: "https://northwind.example",
			PrivacyURL: "https://northwind.example/privacy",
			TermsURL:   "https://northwind.example/terms",
		},
	}).InLanguage("fr", manifest.Texts{
		"name.short":        "Docket",
		"description.short": "Amène dans un canal les visiteurs qui ont besoin de quelqu'un.",
		"description.full":  "Un fil commence dans le canal de votre choix dès qu'un visiteur a besoin de quelqu'un.",
	})
	icons, err := manifest.DefaultIcons(app.AccentColor)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer // or an *os.File
	if err := manifest.WritePackage(&file, app, icons); err != nil {
		fmt.Println(err)
		return
	}
	archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range archive.File {
		fmt.Println(f.Name)
	}
	// Output:
	// manifest.json
	// color.png
	// outline.png
	// fr.json
}
