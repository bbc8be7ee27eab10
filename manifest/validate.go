package manifest

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Finding is one thing that an upload would refuse.
type Finding struct {
	Member string // the path of the member in manifest.json, or the file
	Cause  string
	Remedy string
}

// Error names the member, the cause and the remedy.
func (f *Finding) Error() string {
	return fmt.Sprintf("manifest: %s: %s; %s", f.Member, f.Cause, f.Remedy)
}

// Validate holds the app against the schema, and against what an upload demands
// beyond it. The error joins all findings, each a *Finding.
func (a App) Validate() error {
	var c checker
	c.identity(a)
	c.presentation(a)
	c.languages(a)
	c.domains(a.ValidDomains)
	c.bot(a)
	c.permissions(a)
	c.defaults(a)
	c.rare(a)
	return errors.Join(c.findings...)
}

// checker collects findings.
type checker struct{ findings []error }

func (c *checker) add(member, remedy, cause string, args ...any) {
	c.findings = append(c.findings, &Finding{Member: member, Cause: fmt.Sprintf(cause, args...), Remedy: remedy})
}

var (
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	semver   = regexp.MustCompile(`^[1-9][0-9]*\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)$`)
	hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	webPage  = regexp.MustCompile(`^(?i:https?)://[^\s/?#]`)
)

const zeroGUID = "00000000-0000-0000-0000-000000000000"

func (c *checker) guid(member, value string) {
	if !guid.MatchString(value) || value == zeroGUID {
		c.add(member, "use the application (client) id, 36 characters such as 1b2c3d4e-…, not all zeros", "%.40q is not a GUID", value)
	}
}

// text checks a text's length, in characters; min is 0 for one that may be
// missing.
func (c *checker) text(member, value string, min, max int) {
	switch n := utf8.RuneCountInString(value); {
	case n < min || strings.TrimSpace(value) != value:
		c.add(member, "write a text without blanks at its ends", "it is missing, or has blanks around it")
	case n > max:
		c.add(member, fmt.Sprintf("shorten it to %d", max), "it has %d characters", n)
	}
}

// oneOf checks a value against those that the schema allows.
func (c *checker) oneOf(member, value string, allowed ...string) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	c.add(member, "use one of "+strings.Join(allowed, ", "), "%.40q is not allowed", value)
	return false
}

func (c *checker) identity(a App) {
	if a.ManifestVersion != SchemaVersion {
		c.add("manifestVersion", "set it to "+SchemaVersion, "%.40q is another version of the schema", a.ManifestVersion)
	}
	if a.Schema != SchemaURL {
		c.add("$schema", "set it to "+SchemaURL, "it does not agree with manifestVersion")
	}
	if !semver.MatchString(a.Version) || len(a.Version) > 256 {
		c.add("version", "use three numbers, 1.0.0 or later", "%.40q is not a version", a.Version)
	}
	c.guid("id", a.ID)
}

func (c *checker) presentation(a App) {
	c.text("developer.name", a.Developer.Name, 1, 32)
	c.page("developer.websiteUrl", a.Developer.WebsiteURL)
	c.page("developer.privacyUrl", a.Developer.PrivacyURL)
	c.page("developer.termsOfUseUrl", a.Developer.TermsURL)
	c.text("developer.mpnId", a.Developer.PartnerID, 0, 10)
	c.text("name.short", a.Name.Short, 1, maxShortName)
	c.text("name.full", a.Name.Full, 0, maxFullName)
	c.text("description.short", a.Description.Short, 1, maxShortText)
	c.text("description.full", a.Description.Full, 1, maxText)
	c.features(a.Description.Features)
	c.iconFiles(a.Icons)
	if !hexColor.MatchString(a.AccentColor) {
		c.add("accentColor", "write it as #3B5BA5", "%.40q is not a colour", a.AccentColor)
	}
}

func (c *checker) features(features []Feature) {
	if len(features) > 3 {
		c.add("description.features", "keep at most 3", "there are %d", len(features))
	}
	for i, f := range features {
		at := fmt.Sprintf("description.features[%d]", i)
		c.text(at+".title", f.Title, 1, maxFeature)
		c.text(at+".description", f.Description, 1, maxFeatureText)
	}
}

func (c *checker) iconFiles(icons IconFiles) {
	c.file("icons.color", icons.Color)
	c.file("icons.outline", icons.Outline)
	if strings.EqualFold(icons.Color, icons.Outline) {
		c.add("icons.outline", "give each icon a file", "it is the same file as icons.color")
	}
	if icons.Color32 == "" {
		return
	}
	c.file("icons.color32x32", icons.Color32)
	if strings.EqualFold(icons.Color32, icons.Color) || strings.EqualFold(icons.Color32, icons.Outline) {
		c.add("icons.color32x32", "give each icon a file", "it is the file of another icon")
	}
}

func (c *checker) page(member, value string) {
	_, err := url.Parse(value)
	if err != nil || !webPage.MatchString(value) || len(value) > 2048 {
		c.add(member, "give the address of a page, beginning with https:// and at most 2048 long", "%.40q is not one", value)
	}
}

// file checks the name of a file at the root of the package.
func (c *checker) file(member, name string) {
	if name == "" || name != path.Base(name) || strings.ContainsAny(name, `\:`) || name == "." || name == ".." || len(name) > 255 || strings.EqualFold(name, "manifest.json") {
		c.add(member, "use a plain name such as color.png, without a folder", "%.40q is not a file of the package", name)
	}
}

func (c *checker) permissions(a App) {
	c.each("permissions", a.Permissions, "identity", "messageTeamMembers")
	if a.WebApplicationInfo != nil {
		c.guid("webApplicationInfo.id", a.WebApplicationInfo.ID)
		c.text("webApplicationInfo.resource", a.WebApplicationInfo.Resource, 0, 2048)
	}
	if a.Authorization != nil {
		c.resourceSpecific(a, a.Authorization.Permissions.ResourceSpecific)
	}
}

func (c *checker) resourceSpecific(a App, permissions []ResourcePermission) {
	const at = "authorization.permissions.resourceSpecific"
	if len(permissions) > 16 {
		c.add(at, "keep at most 16", "there are %d", len(permissions))
	}
	for i, p := range permissions {
		member := fmt.Sprintf("%s[%d]", at, i)
		c.text(member+".name", p.Name, 1, 128)
		c.oneOf(member+".type", p.Type, "Application", "Delegated")
		if slices.Contains(permissions[:i], p) {
			c.add(member, "name it once", "%.40q occurs twice", p.Name)
		}
		if p.Name == ReadChannelMessages && (p.Type != "Application" || !a.hasScope(ScopeTeam)) {
			c.add(member, "set type to Application, and give the bot the scope team", "the bot would not hear a channel's messages")
		}
		if p.Name == ReadChatMessages && (p.Type != "Application" || !a.hasScope(ScopeGroupChat)) {
			c.add(member, "set type to Application, and give the bot the scope groupChat", "the bot would not hear a chat's messages")
		}
	}
	if len(permissions) > 0 && (a.WebApplicationInfo == nil || a.WebApplicationInfo.Resource == "") {
		c.add("webApplicationInfo.resource", "set it to any https address", "resource-specific permissions are refused without it")
	}
}

func (c *checker) defaults(a App) {
	if s := a.DefaultInstallScope; s != "" {
		if c.oneOf("defaultInstallScope", s, ScopePersonal, ScopeTeam, ScopeGroupChat, installInMeetings, ScopeCopilot) && !a.installsIn(s) {
			c.add("defaultInstallScope", "use a scope of the bot", "the bot cannot be used in %q", s)
		}
	}
	if g := a.DefaultGroupCapability; g != nil {
		c.capability(a, "team", g.Team, ScopeTeam)
		c.capability(a, "groupchat", g.GroupChat, ScopeGroupChat)
		c.capability(a, "meetings", g.Meetings, installInMeetings)
	}
}

// installInMeetings is a place to install in that is no scope of a bot.
const installInMeetings = "meetings"

// installsIn reports whether the bot has the scope by which it is used in a place. A meeting has a chat, or the channel in
// which it takes place.
// https://learn.microsoft.com/microsoftteams/platform/apps-in-teams-meetings/enable-and-configure-your-app-for-teams-meetings
func (a App) installsIn(place string) bool {
	if place == installInMeetings {
		return a.hasScope(ScopeGroupChat) || a.hasScope(ScopeTeam)
	}
	return a.hasScope(place)
}

// capability checks what opens first in a place. It can be the bot alone: an App has no tabs and no connectors.
func (c *checker) capability(a App, where, value, place string) {
	member := "defaultGroupCapability." + where
	switch {
	case value == "" || !c.oneOf(member, value, "tab", "bot", "connector"):
	case value != "bot":
		c.add(member, "set it to bot", "the app has no %s", value)
	case !a.installsIn(place):
		c.add(member, "give the bot the scope for it, or leave this out", "the bot cannot be used in %q", place)
	}
}

// rare checks members that few bots have.
func (c *checker) rare(a App) {
	c.each("supportedChannelTypes", a.SupportedChannelTypes, "sharedChannels", "privateChannels")
	c.each("devicePermissions", a.DevicePermissions, "geolocation", "media", "notifications", "midi", "openExternal")
	c.each("configurableProperties", a.ConfigurableProperties, "name", "shortDescription", "longDescription",
		"smallImageUrl", "largeImageUrl", "accentColor", "developerUrl", "privacyUrl", "termsOfUseUrl")
	if a.PublisherDocsURL != "" {
		c.page("publisherDocsUrl", a.PublisherDocsURL)
	}
}
