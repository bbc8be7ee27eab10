// Package manifest makes the app package that brings a bot into Microsoft Teams:
// a zip file with manifest.json, its icons, and a file for each further language.
// It imports the standard library alone.
//
// New fills an App from a few Options; App.InLanguage adds a language. Validate
// holds an App against the schema
// (https://developer.microsoft.com/en-us/json-schemas/teams/v1.29/MicrosoftTeams.schema.json)
// and against the rules that the schema does not state but an upload enforces;
// CheckIcons looks at the pictures pixel by pixel. WritePackage does both checks
// before it writes, and then writes the same bytes for the same input, so that
// two packages can be compared. Every complaint is a *Finding, with the member
// and the remedy; they come joined, all at once.
//
// An App has the members that a bot needs. Tabs, message extensions, Office
// add-ins and Copilot's agents are other kinds of app and are not in it. Of what the
// schema has for bots and their languages, four members are left out on purpose:
//
//   - localizationInfo.defaultLanguageFile would say the texts of manifest.json a
//     second time, and the two could differ;
//   - bots[].configuration opens a dialogue of settings in Teams, by invokes (config/fetch
//     and config/submit) whose answers package activity does not make;
//   - bots[].requirementSet hides a bot from hosts that lack something; a bot that
//     talks and shows cards needs nothing of the list;
//   - bots[].registrationInfo is written by Microsoft's services, and the schema
//     forbids to write it by hand.
//
// # Use
//
//	app := manifest.New(manifest.Options{BotID: id, Developer: manifest.Developer{
//		Name: "Northwind", WebsiteURL: site, PrivacyURL: site + "/privacy", TermsURL: site + "/terms",
//	}})
//	icons, err := manifest.DefaultIcons(app.AccentColor)
//	err = manifest.WritePackage(file, app, icons)
//
// The values here are plain data: nothing starts, nothing locks, and what many
// goroutines only read is safe.
package manifest
