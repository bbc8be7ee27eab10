// Package manifest makes the app package that brings a bot into Microsoft Teams:
// a zip file with manifest.json and two icons. It imports the standard library
// alone.
//
// New fills an App from a few Options; Validate holds an App against the schema
// (https://developer.microsoft.com/en-us/json-schemas/teams/v1.29/MicrosoftTeams.schema.json)
// and against the rules that the schema does not state but an upload enforces;
// CheckIcons looks at the pictures pixel by pixel. WritePackage does both checks
// before it writes, and then writes the same bytes for the same input, so that
// two packages can be compared.
//
// The values here are plain data; nothing starts and nothing locks.
package manifest
