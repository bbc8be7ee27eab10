package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// LocalizationURL names the schema of a language file; its version is the
// manifest's.
const LocalizationURL = "https://developer.microsoft.com/en-us/json-schemas/teams/v" + SchemaVersion + "/MicrosoftTeams.Localization.schema.json"

// LocalizationInfo says in which languages the app presents itself. A client
// shows the language of its own settings, and the default one where there is no
// other. See App.InLanguage.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-localization
type LocalizationInfo struct {
	DefaultLanguageTag  string     `json:"defaultLanguageTag"` // of the texts in manifest.json
	AdditionalLanguages []Language `json:"additionalLanguages,omitempty"`
}

// A Language is one of the additional languages, with the file that is packed for
// it.
type Language struct {
	Tag   string `json:"languageTag"` // such as fr or pt-BR; a bare language serves all its regions
	File  string `json:"file"`        // at the root of the package, as in fr.json
	Texts Texts  `json:"-"`           // what the file says
}

// Texts are translations by the path of the text in manifest.json, as in
// "name.short" or "bots[0].commandLists[0].commands[2].description". The
// paths name.short, description.short and description.full must be there; what
// else is missing is shown in the default language. A translation may be as long
// as the text itself may.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/localization-schema
type Texts map[string]string

// required are the paths that every language has to translate.
var required = []string{"name.short", "description.short", "description.full"}

// InLanguage returns the app with one more language, in a file named after its
// tag. Without LocalizationInfo the manifest's own texts count as English.
//
// Mind the titles of commands: what is translated is what people send, so a bot
// has to understand every language of a title. Validate reports what is wrong
// with tag or texts.
func (a App) InLanguage(tag string, texts Texts) App {
	info := LocalizationInfo{DefaultLanguageTag: "en"}
	if a.LocalizationInfo != nil {
		info = *a.LocalizationInfo
	}
	language := Language{Tag: tag, File: strings.ToLower(tag) + ".json", Texts: maps.Clone(texts)}
	info.AdditionalLanguages = append(slices.Clone(info.AdditionalLanguages), language)
	a.LocalizationInfo = &info
	return a
}

// JSON returns the language's file, indented, with its texts in the order of
// their paths.
func (l Language) JSON() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  %q: %q", "$schema", LocalizationURL)
	for _, path := range slices.Sorted(maps.Keys(l.Texts)) {
		b.WriteString(",\n  ")
		for i, word := range []string{path, l.Texts[path]} {
			if i > 0 {
				b.WriteString(": ")
			}
			if err := writeWord(&b, word); err != nil {
				return nil, fmt.Errorf("manifest: %s: %w", l.File, err)
			}
		}
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

// writeWord writes a JSON string in which < > and & stay as they are.
func writeWord(b *bytes.Buffer, word string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(word); err != nil {
		return err
	}
	b.Truncate(b.Len() - len("\n"))
	return nil
}

var (
	languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,2}$`)
	nothing     = regexp.MustCompile(`^(?i:\s*|null)$`)
)

// languages checks the tags, the files and every text.
func (c *checker) languages(a App) {
	info := a.LocalizationInfo
	if info == nil {
		return
	}
	c.tag("localizationInfo.defaultLanguageTag", info.DefaultLanguageTag)
	limits := a.texts()
	tags := []string{strings.ToLower(info.DefaultLanguageTag)}
	files := []string{"manifest.json", strings.ToLower(a.Icons.Color), strings.ToLower(a.Icons.Outline), strings.ToLower(a.Icons.Color32)}
	for i, l := range info.AdditionalLanguages {
		at := fmt.Sprintf("localizationInfo.additionalLanguages[%d]", i)
		c.tag(at+".languageTag", l.Tag)
		if tag := strings.ToLower(l.Tag); slices.Contains(tags, tag) {
			c.add(at+".languageTag", "name each language once, and the default one not here", "%q occurs twice", l.Tag)
		} else {
			tags = append(tags, tag)
		}
		c.file(at+".file", l.File)
		if file := strings.ToLower(l.File); slices.Contains(files, file) {
			c.add(at+".file", "give each language a file of its own", "%.40q is another file of the package", l.File)
		} else {
			files = append(files, file)
		}
		c.translations(cmp.Or(l.File, at), l.Texts, limits)
	}
}

func (c *checker) tag(member, tag string) {
	if !languageTag.MatchString(tag) {
		c.add(member, "use a language such as fr, or one with its region such as pt-BR", "%.40q is not a language tag", tag)
	}
}

// translations checks the texts of one file. Members are named by the file.
func (c *checker) translations(file string, texts Texts, limits map[string]int) {
	for _, path := range required {
		if _, there := texts[path]; !there {
			c.add(file+": "+path, "translate it", "every language needs it")
		}
	}
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		member, max := file+": "+path, limits[path]
		switch {
		case max == 0:
			c.add(member, "use the path of a text in manifest.json, such as name.short", "manifest.json has no such text")
		case nothing.MatchString(texts[path]):
			c.add(member, "translate it, or leave the path out", "the translation is empty")
		default:
			c.text(member, texts[path], 1, max)
		}
	}
}

// texts returns the paths of the texts that can be translated and that the app
// has, with the length of each, in characters.
func (a App) texts() map[string]int {
	limits := map[string]int{"name.short": maxShortName, "description.short": maxShortText, "description.full": maxText}
	if a.Name.Full != "" {
		limits["name.full"] = maxFullName
	}
	for i := range a.Description.Features {
		at := fmt.Sprintf("description.features[%d].", i)
		limits[at+"title"], limits[at+"description"] = maxFeature, maxFeatureText
	}
	for i, b := range a.Bots {
		for j, list := range b.CommandLists {
			for k, command := range list.Commands {
				at := fmt.Sprintf("bots[%d].commandLists[%d].commands[%d].", i, j, k)
				limits[at+"title"], limits[at+"description"] = maxCommand, maxText
				if command.Prompt != "" {
					limits[at+"prompt"] = maxText
				}
			}
		}
	}
	return limits
}
