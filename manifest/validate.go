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
	c.domains(a.ValidDomains)
	c.bot(a)
	c.permissions(a)
	c.defaults(a)
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
	c.text("name.short", a.Name.Short, 1, 30)
	c.text("name.full", a.Name.Full, 0, 100)
	c.text("description.short", a.Description.Short, 1, 80)
	c.text("description.full", a.Description.Full, 1, 4000)
	c.file("icons.color", a.Icons.Color)
	c.file("icons.outline", a.Icons.Outline)
	if a.Icons.Color == a.Icons.Outline {
		c.add("icons.outline", "give each icon a file", "it is the same file as icons.color")
	}
	if !hexColor.MatchString(a.AccentColor) {
		c.add("accentColor", "write it as #3B5BA5", "%.40q is not a colour", a.AccentColor)
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
	if name == "" || name != path.Base(name) || strings.ContainsAny(name, `\:`) || name == "." || name == ".." || name == "manifest.json" {
		c.add(member, "use a plain name such as color.png, without a folder", "%.40q is not a file of the package", name)
	}
}

func (c *checker) bot(a App) {
	if len(a.Bots) != 1 {
		c.add("bots", "list the one bot", "there are %d", len(a.Bots))
	}
	for i, b := range a.Bots {
		at := fmt.Sprintf("bots[%d]", i)
		c.guid(at+".botId", b.BotID)
		c.scopes(at+".scopes", b.Scopes, ScopeTeam, ScopePersonal, ScopeGroupChat)
		if len(b.CommandLists) > 3 {
			c.add(at+".commandLists", "keep at most 3", "there are %d", len(b.CommandLists))
		}
		for j, list := range b.CommandLists {
			c.commands(fmt.Sprintf("%s.commandLists[%d]", at, j), list, b.Scopes)
		}
	}
	switch {
	case a.hasScope(ScopeTeam) && a.SupportsChannelFeatures != ChannelFeatures:
		c.add("supportsChannelFeatures", `set it to "tier1", at the root of the manifest`, "a bot in teams is refused without it since version 1.25")
	case a.SupportsChannelFeatures != "":
		c.oneOf("supportsChannelFeatures", a.SupportsChannelFeatures, ChannelFeatures)
	}
}

func (a App) hasScope(scope string) bool {
	return slices.ContainsFunc(a.Bots, func(b Bot) bool { return slices.Contains(b.Scopes, scope) })
}

func (c *checker) scopes(member string, scopes []string, allowed ...string) {
	if len(scopes) == 0 {
		c.add(member, "name at least one of "+strings.Join(allowed, ", "), "there is none")
	}
	for i, scope := range scopes {
		c.oneOf(member, scope, allowed...)
		if slices.Contains(scopes[:i], scope) {
			c.add(member, "name it once", "%q occurs twice", scope)
		}
	}
}

func (c *checker) commands(at string, list CommandList, scopes []string) {
	c.scopes(at+".scopes", list.Scopes, scopes...)
	if n := len(list.Commands); n == 0 || n > 12 {
		c.add(at+".commands", "list 1 to 12", "there are %d", n)
	}
	titles := make(map[string]bool)
	for i, command := range list.Commands {
		member := fmt.Sprintf("%s.commands[%d]", at, i)
		c.text(member+".title", command.Title, 1, 128)
		c.text(member+".description", command.Description, 1, 4000)
		if titles[command.Title] {
			c.add(member+".title", "name it once", "%.40q occurs twice", command.Title)
		}
		titles[command.Title] = true
	}
}

func (c *checker) permissions(a App) {
	if len(a.Permissions) > 2 {
		c.add("permissions", "keep at most 2", "there are %d", len(a.Permissions))
	}
	for _, p := range a.Permissions {
		c.oneOf("permissions", p, "identity", "messageTeamMembers")
	}
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
	}
	if len(permissions) > 0 && (a.WebApplicationInfo == nil || a.WebApplicationInfo.Resource == "") {
		c.add("webApplicationInfo.resource", "set it to any https address", "resource-specific permissions are refused without it")
	}
}

func (c *checker) defaults(a App) {
	if s := a.DefaultInstallScope; s != "" {
		if c.oneOf("defaultInstallScope", s, ScopePersonal, ScopeTeam, ScopeGroupChat, "meetings", "copilot") && !a.hasScope(s) {
			c.add("defaultInstallScope", "use a scope of the bot", "the bot does not have the scope %q", s)
		}
	}
	if g := a.DefaultGroupCapability; g != nil {
		c.capability("team", g.Team)
		c.capability("groupchat", g.GroupChat)
		c.capability("meetings", g.Meetings)
		if g.Team == "bot" && !a.hasScope(ScopeTeam) {
			c.add("defaultGroupCapability.team", "give the bot the scope team", "the bot cannot be used in teams")
		}
	}
}

func (c *checker) capability(where, value string) {
	if value != "" {
		c.oneOf("defaultGroupCapability."+where, value, "tab", "bot", "connector")
	}
}
