package manifest_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/docket-handoff/docket/manifest"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden manifest anew")

const botID = "c0ffee00-0000-4000-8000-000000000001"

func options() manifest.Options {
	return manifest.Options{
		BotID:    botID,
		FullName: "Docket for Northwind",
		Developer: manifest.Developer{
			Name:       "Northwind",
			WebsiteURL: "https://northwind.example",
			PrivacyURL: "https://northwind.example/privacy?a=1&b=2",
			TermsURL:   "https://northwind.example/terms",
		},
		ValidDomains: []string{"chat.northwind.example"},
	}
}

// drawn draws the default icons once for all tests.
var drawn = sync.OnceValues(func() (manifest.Icons, error) { return manifest.DefaultIcons("#3B5BA5") })

func icons(t testing.TB) manifest.Icons {
	t.Helper()
	icons, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	return icons
}

func TestGolden(t *testing.T) {
	app := manifest.New(options())
	if err := app.Validate(); err != nil {
		t.Fatal(err)
	}
	got, err := app.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/manifest.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("manifest.json (-want +got):\n%s", diff)
	}
}

func TestValidateFindsWhatIsWrong(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	for _, row := range []struct {
		name, member string
		spoil        func(*manifest.App)
	}{
		{"another version of the schema", "manifestVersion", func(a *manifest.App) { a.ManifestVersion = "1.19" }},
		{"schema and version disagree", "$schema", func(a *manifest.App) { a.Schema = strings.Replace(a.Schema, "1.29", "1.19", 1) }},
		{"a version of two numbers", "version", func(a *manifest.App) { a.Version = "1.0" }},
		{"a version that begins with zero", "version", func(a *manifest.App) { a.Version = "0.9.0" }},
		{"a version with a suffix", "version", func(a *manifest.App) { a.Version = "1.0.0-beta" }},
		{"a version with a leading zero", "version", func(a *manifest.App) { a.Version = "1.01.0" }},
		{"a version without end", "version", func(a *manifest.App) { a.Version = "1.0." + strings.Repeat("9", 256) }},
		{"no id", "id", func(a *manifest.App) { a.ID = "" }},
		{"an id in braces", "id", func(a *manifest.App) { a.ID = "{" + botID + "}" }},
		{"an id of zeros", "id", func(a *manifest.App) { a.ID = "00000000-0000-0000-0000-000000000000" }},
		{"no developer", "developer.name", func(a *manifest.App) { a.Developer.Name = "" }},
		{"a long developer", "developer.name", func(a *manifest.App) { a.Developer.Name = long(33) }},
		{"no website", "developer.websiteUrl", func(a *manifest.App) { a.Developer.WebsiteURL = "" }},
		{"privacy that is no address", "developer.privacyUrl", func(a *manifest.App) { a.Developer.PrivacyURL = "privacy.html" }},
		{"terms with another scheme", "developer.termsOfUseUrl", func(a *manifest.App) { a.Developer.TermsURL = "ftp://example.com" }},
		{"terms without a host", "developer.termsOfUseUrl", func(a *manifest.App) { a.Developer.TermsURL = "https:///terms" }},
		{"a broken address", "developer.websiteUrl", func(a *manifest.App) { a.Developer.WebsiteURL = "https://exa%zzmple" }},
		{"a long address", "developer.websiteUrl", func(a *manifest.App) { a.Developer.WebsiteURL += "/" + strings.Repeat("a", 2048) }},
		{"no name", "name.short", func(a *manifest.App) { a.Name.Short = "" }},
		{"a name with blanks around", "name.short", func(a *manifest.App) { a.Name.Short = " Docket " }},
		{"a long name", "name.short", func(a *manifest.App) { a.Name.Short = long(31) }},
		{"a long full name", "name.full", func(a *manifest.App) { a.Name.Full = long(101) }},
		{"no short description", "description.short", func(a *manifest.App) { a.Description.Short = "" }},
		{"a long short description", "description.short", func(a *manifest.App) { a.Description.Short = long(81) }},
		{"no full description", "description.full", func(a *manifest.App) { a.Description.Full = "" }},
		{"a long full description", "description.full", func(a *manifest.App) { a.Description.Full = long(4001) }},
		{"no icon", "icons.color", func(a *manifest.App) { a.Icons.Color = "" }},
		{"an icon in a folder", "icons.color", func(a *manifest.App) { a.Icons.Color = "images/color.png" }},
		{"an icon above the root", "icons.outline", func(a *manifest.App) { a.Icons.Outline = ".." }},
		{"an icon with a backslash", "icons.outline", func(a *manifest.App) { a.Icons.Outline = `a\b.png` }},
		{"an icon over the manifest", "icons.outline", func(a *manifest.App) { a.Icons.Outline = "manifest.json" }},
		{"one icon for both", "icons.outline", func(a *manifest.App) { a.Icons.Outline = a.Icons.Color }},
		{"one icon for both, in capitals", "icons.outline", func(a *manifest.App) { a.Icons.Outline = "COLOR.png" }},
		{"a small icon in a folder", "icons.color32x32", func(a *manifest.App) { a.Icons.Color32 = "a/b.png" }},
		{"a small icon that is another", "icons.color32x32", func(a *manifest.App) { a.Icons.Color32 = a.Icons.Color }},
		{"a long partner id", "developer.mpnId", func(a *manifest.App) { a.Developer.PartnerID = long(11) }},
		{"four features", "description.features", func(a *manifest.App) {
			f := manifest.Feature{Title: "a", Description: "b"}
			a.Description.Features = []manifest.Feature{f, f, f, f}
		}},
		{"a feature without a title", "description.features[0].title", func(a *manifest.App) { a.Description.Features = []manifest.Feature{{Description: "b"}} }},
		{"a feature with a long description", "description.features[0].description", func(a *manifest.App) {
			a.Description.Features = []manifest.Feature{{Title: "a", Description: long(121)}}
		}},
		{"an unknown trigger", "bots[0].commandLists[0].triggers", func(a *manifest.App) { a.Bots[0].CommandLists[0].Triggers = []string{"dot"} }},
		{"a trigger twice", "bots[0].commandLists[0].triggers", func(a *manifest.App) { a.Bots[0].CommandLists[0].Triggers = []string{"mention", "mention"} }},
		{"a slash for a bot that hears none", "bots[0].commandLists[0].triggers", func(a *manifest.App) { a.Bots[0].CommandLists[0].Triggers = []string{"slash"} }},
		{"an unknown type of a command", "bots[0].commandLists[0].commands[0].type", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[0].Type = "rich" }},
		{"a prompt of a basic command", "bots[0].commandLists[0].commands[0].prompt", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[0].Prompt = "x" }},
		{"a prompt command without one", "bots[0].commandLists[0].commands[0].prompt", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[0].Type = "prompt" }},
		{"an unknown type of channels", "supportedChannelTypes", func(a *manifest.App) { a.SupportedChannelTypes = []string{"standard"} }},
		{"an unknown device", "devicePermissions", func(a *manifest.App) { a.DevicePermissions = []string{"camera"} }},
		{"a property that nobody can change", "configurableProperties", func(a *manifest.App) { a.ConfigurableProperties = []string{"id"} }},
		{"documents that are no page", "publisherDocsUrl", func(a *manifest.App) { a.PublisherDocsURL = "docs.html" }},
		{"a colour by name", "accentColor", func(a *manifest.App) { a.AccentColor = "blue" }},
		{"a short colour", "accentColor", func(a *manifest.App) { a.AccentColor = "#abc" }},
		{"no bot", "bots", func(a *manifest.App) { a.Bots = nil; a.DefaultInstallScope = "" }},
		{"two bots", "bots", func(a *manifest.App) { a.Bots = append(a.Bots, a.Bots[0]) }},
		{"a bot without an id", "bots[0].botId", func(a *manifest.App) { a.Bots[0].BotID = "" }},
		{"a bot of zeros", "bots[0].botId", func(a *manifest.App) { a.Bots[0].BotID = "00000000-0000-0000-0000-000000000000" }},
		{"no scope", "bots[0].scopes", func(a *manifest.App) { a.Bots[0].Scopes = nil }},
		{"a scope in small letters", "bots[0].scopes", func(a *manifest.App) { a.Bots[0].Scopes = []string{"team", "groupchat"} }},
		{"a scope twice", "bots[0].scopes", func(a *manifest.App) { a.Bots[0].Scopes = []string{"team", "team"} }},
		{"four lists of commands", "bots[0].commandLists", func(a *manifest.App) {
			l := a.Bots[0].CommandLists[0]
			a.Bots[0].CommandLists = []manifest.CommandList{l, l, l, l}
		}},
		{"commands without a scope", "bots[0].commandLists[0].scopes", func(a *manifest.App) { a.Bots[0].CommandLists[0].Scopes = nil }},
		{"commands where the bot is not", "bots[0].commandLists[0].scopes", func(a *manifest.App) { a.Bots[0].CommandLists[0].Scopes = []string{"personal"} }},
		{"an empty list of commands", "bots[0].commandLists[0].commands", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands = nil }},
		{"thirteen commands", "bots[0].commandLists[0].commands", func(a *manifest.App) {
			a.Bots[0].CommandLists[0].Commands = nil
			for i := range 13 {
				a.Bots[0].CommandLists[0].Commands = append(a.Bots[0].CommandLists[0].Commands, manifest.Command{Title: fmt.Sprint(i), Description: "x"})
			}
		}},
		{"a command without a title", "bots[0].commandLists[0].commands[1].title", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[1].Title = "" }},
		{"a long title", "bots[0].commandLists[0].commands[1].title", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[1].Title = long(129) }},
		{"a command without a description", "bots[0].commandLists[0].commands[1].description", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[1].Description = "" }},
		{"a command twice", "bots[0].commandLists[0].commands[1].title", func(a *manifest.App) { a.Bots[0].CommandLists[0].Commands[1].Title = "status" }},
		{"three permissions", "permissions", func(a *manifest.App) { a.Permissions = []string{"identity", "messageTeamMembers", "identity"} }},
		{"an unknown permission", "permissions", func(a *manifest.App) { a.Permissions = []string{"camera"} }},
		{"an application without an id", "webApplicationInfo.id", func(a *manifest.App) { a.WebApplicationInfo.ID = "" }},
		{"a long resource", "webApplicationInfo.resource", func(a *manifest.App) { a.WebApplicationInfo.Resource = strings.Repeat("a", 2049) }},
		{"permissions without a resource", "webApplicationInfo.resource", func(a *manifest.App) { a.WebApplicationInfo.Resource = "" }},
		{"permissions without an application", "webApplicationInfo.resource", func(a *manifest.App) { a.WebApplicationInfo = nil }},
		{"seventeen permissions", "authorization.permissions.resourceSpecific", func(a *manifest.App) {
			for i := range 16 {
				a.Authorization.Permissions.ResourceSpecific = append(a.Authorization.Permissions.ResourceSpecific, manifest.ResourcePermission{Name: fmt.Sprint("P", i), Type: "Application"})
			}
		}},
		{"a permission without a name", "authorization.permissions.resourceSpecific[0].name", func(a *manifest.App) { a.Authorization.Permissions.ResourceSpecific[0].Name = "" }},
		{"a permission of an unknown type", "authorization.permissions.resourceSpecific[0].type", func(a *manifest.App) { a.Authorization.Permissions.ResourceSpecific[0].Type = "app" }},
		{"a permission twice", "authorization.permissions.resourceSpecific[1]", func(a *manifest.App) {
			p := a.Authorization.Permissions.ResourceSpecific[0]
			a.Authorization.Permissions.ResourceSpecific = []manifest.ResourcePermission{p, p}
		}},
		{"a delegated ear", "authorization.permissions.resourceSpecific[0]", func(a *manifest.App) { a.Authorization.Permissions.ResourceSpecific[0].Type = "Delegated" }},
		{"an ear outside of teams", "authorization.permissions.resourceSpecific[0]", func(a *manifest.App) { a.Bots[0].Scopes = []string{"personal"} }},
		{"no channel features", "supportsChannelFeatures", func(a *manifest.App) { a.SupportsChannelFeatures = "" }},
		{"other channel features", "supportsChannelFeatures", func(a *manifest.App) { a.SupportsChannelFeatures = "tier2" }},
		{"other channel features of a personal bot", "supportsChannelFeatures", func(a *manifest.App) { a.Bots[0].Scopes = []string{"personal"}; a.SupportsChannelFeatures = "yes" }},
		{"an unknown scope to install in", "defaultInstallScope", func(a *manifest.App) { a.DefaultInstallScope = "channel" }},
		{"a scope to install in that the bot lacks", "defaultInstallScope", func(a *manifest.App) { a.DefaultInstallScope = "personal" }},
		{"an unknown capability", "defaultGroupCapability.team", func(a *manifest.App) { a.DefaultGroupCapability.Team = "card" }},
		{"an unknown capability in meetings", "defaultGroupCapability.meetings", func(a *manifest.App) { a.DefaultGroupCapability.Meetings = "card" }},
		{"a capability that the bot lacks", "defaultGroupCapability.team", func(a *manifest.App) { a.Bots[0].Scopes = []string{"personal"} }},
		{"a capability that the bot lacks in chats", "defaultGroupCapability.groupchat", func(a *manifest.App) { a.DefaultGroupCapability.GroupChat = "bot" }},
		{"a capability that the bot lacks in meetings", "defaultGroupCapability.meetings", func(a *manifest.App) {
			a.Bots[0].Scopes, a.DefaultGroupCapability = []string{"personal"}, &manifest.GroupCapability{Meetings: "bot"}
		}},
		{"meetings to install in without a chat or a team", "defaultInstallScope", func(a *manifest.App) { a.Bots[0].Scopes, a.DefaultInstallScope = []string{"personal"}, "meetings" }},
		{"a tab that the app lacks", "defaultGroupCapability.team", func(a *manifest.App) { a.DefaultGroupCapability.Team = "tab" }},
		{"a connector that the app lacks", "defaultGroupCapability.meetings", func(a *manifest.App) { a.DefaultGroupCapability.Meetings = "connector" }},
		{"a chat's messages without the scope", "authorization.permissions.resourceSpecific[0]", func(a *manifest.App) {
			a.Authorization.Permissions.ResourceSpecific[0].Name = manifest.ReadChatMessages
		}},
		{"a chat's messages for a person", "authorization.permissions.resourceSpecific[0]", func(a *manifest.App) {
			a.Bots[0].Scopes = append(a.Bots[0].Scopes, manifest.ScopeGroupChat)
			a.Authorization.Permissions.ResourceSpecific[0] = manifest.ResourcePermission{Name: manifest.ReadChatMessages, Type: "Delegated"}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			app := manifest.New(options())
			row.spoil(&app)
			finds(t, app.Validate(), row.member)
			var b bytes.Buffer
			if err := manifest.WritePackage(&b, app, icons(t)); err == nil || b.Len() > 0 {
				t.Errorf("wrote %d bytes, %v", b.Len(), err)
			}
		})
	}
}

// finds checks that an error has a finding for the member, and that every finding
// says what to do.
func finds(t *testing.T, err error, member string) {
	t.Helper()
	found := false
	for _, f := range findings(err) {
		found = found || f.Member == member
		if f.Cause == "" || f.Remedy == "" {
			t.Errorf("says too little: %v", f)
		}
		if !strings.HasPrefix(f.Error(), "manifest: "+f.Member+": ") {
			t.Errorf("does not name its member: %v", f)
		}
	}
	if !found {
		t.Errorf("nothing about %s: %v", member, err)
	}
}

func findings(err error) []*manifest.Finding {
	var f *manifest.Finding
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*manifest.Finding
		for _, e := range joined.Unwrap() {
			all = append(all, findings(e)...)
		}
		return all
	}
	if errors.As(err, &f) {
		return []*manifest.Finding{f}
	}
	return nil
}

func TestValidDomains(t *testing.T) {
	for _, row := range []struct {
		name, domain string
		ok           bool
	}{
		{"a host", "chat.example.com", true},
		{"a wildcard of one's own", "*.northwind.example", true},
		{"a host on a shared domain", "northwind.azurewebsites.net", true},
		{"punycode", "xn--bcher-kva.example", true},
		{"empty", "", false},
		{"with a scheme", "https://chat.example.com", false},
		{"with a path", "chat.example.com/x", false},
		{"with a port", "chat.example.com:8443", false},
		{"an address", "192.0.2.7", false},
		{"one label", "localhost", false},
		{"everything", "*", false},
		{"a wildcard in the middle", "chat.*.example.com", false},
		{"a part of a label", "a*.example.com", false},
		{"a whole top-level domain", "*.com", false},
		{"a shared domain", "*.azurewebsites.net", false},
		{"a region of a shared domain", "*.s3.amazonaws.com", false},
		{"a tunnel", "ab12.ngrok-free.app", false},
		{"a tunnel in capitals", "ab12.NGROK.io", false},
		{"an underscore", "a_b.example.com", false},
		{"a hyphen at the end", "a-.example.com", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := options()
			o.ValidDomains = []string{row.domain}
			err := manifest.New(o).Validate()
			if row.ok {
				if err != nil {
					t.Error(err)
				}
				return
			}
			finds(t, err, "validDomains[0]")
		})
	}
	o := options()
	o.ValidDomains = []string{"a.example", "a.example"}
	finds(t, manifest.New(o).Validate(), "validDomains[1]")
	for i := range 100 {
		o.ValidDomains = append(o.ValidDomains, fmt.Sprintf("h%d.example", i))
	}
	finds(t, manifest.New(o).Validate(), "validDomains")
}

func TestEverythingMissingIsReportedAtOnce(t *testing.T) {
	if n := len(findings(manifest.App{}.Validate())); n < 12 {
		t.Errorf("only %d findings", n)
	}
	if n := len(findings(manifest.New(manifest.Options{}).Validate())); n != 7 {
		t.Errorf("%d findings; want the ids of app, bot and registration, and the developer's four members", n)
	}
}

func TestOtherScopesAreValid(t *testing.T) {
	app := manifest.New(options())
	app.Bots[0].Scopes = []string{manifest.ScopePersonal, manifest.ScopeGroupChat}
	app.Bots[0].CommandLists[0].Scopes = []string{manifest.ScopePersonal}
	app.Authorization, app.WebApplicationInfo, app.DefaultGroupCapability = nil, nil, nil
	app.SupportsChannelFeatures, app.DefaultInstallScope = "", manifest.ScopePersonal
	if err := app.Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryPlaceToInstallInIsValid(t *testing.T) {
	for _, place := range []string{"personal", "team", "groupChat", "meetings", "copilot"} {
		app := rich()
		app.DefaultInstallScope = place
		if err := app.Validate(); err != nil {
			t.Errorf("%s: %v", place, err)
		}
	}
	for _, scope := range []string{manifest.ScopeTeam, manifest.ScopeGroupChat} {
		app := manifest.New(options())
		app.Bots[0].Scopes, app.Bots[0].CommandLists, app.Authorization = []string{scope}, nil, nil
		app.DefaultInstallScope, app.DefaultGroupCapability = "meetings", &manifest.GroupCapability{Meetings: "bot"}
		if err := app.Validate(); err != nil {
			t.Errorf("a meeting by %s: %v", scope, err)
		}
	}
}

func TestRareMembersAreValid(t *testing.T) {
	app := rich()
	if err := app.Validate(); err != nil {
		t.Error(err)
	}
	var b bytes.Buffer
	if err := manifest.WritePackage(&b, app, small(t)); err != nil {
		t.Fatal(err)
	}
	if files := unpack(t, b.Bytes()); len(files["small.png"]) == 0 {
		t.Error("the small icon is not packed")
	}
}

// rich is an app with every member that this package knows.
func rich() manifest.App {
	app := manifest.New(options())
	app.Developer.PartnerID = "1234567"
	app.Description.Features = []manifest.Feature{{Title: "Join", Description: "Join a conversation from its card."}}
	app.Icons.Color32 = "small.png"
	app.SupportedChannelTypes = []string{"sharedChannels", "privateChannels"}
	app.Permissions, app.DevicePermissions = []string{"identity"}, []string{"media"}
	app.ConfigurableProperties, app.PublisherDocsURL = []string{"name"}, "https://northwind.example/docs"
	app.DefaultGroupCapability.GroupChat, app.DefaultGroupCapability.Meetings = "bot", "bot"
	app.Authorization.Permissions.ResourceSpecific = append(app.Authorization.Permissions.ResourceSpecific,
		manifest.ResourcePermission{Name: manifest.ReadChatMessages, Type: "Application"})
	app.DefaultBlockUntilAdminAction, app.ShowLoadingIndicator, app.IsFullScreen = true, true, true
	bot := &app.Bots[0]
	bot.Scopes = []string{manifest.ScopeTeam, manifest.ScopePersonal, manifest.ScopeGroupChat, manifest.ScopeCopilot}
	bot.NeedsChannelSelector, bot.SupportsFiles, bot.SupportsCalling, bot.SupportsVideo, bot.SupportsTargetedMessages = true, true, true, true, true
	list := &bot.CommandLists[0]
	list.Triggers = []string{manifest.TriggerMention, manifest.TriggerSlash}
	list.Commands[0].Type = manifest.CommandBasic
	list.Commands[1].Type, list.Commands[1].Prompt = manifest.CommandPrompt, "End the conversation of this thread"
	return app
}

// small has an icon for Outlook too: the outline's shape, which is drawn on a transparent background.
func small(t *testing.T) manifest.Icons {
	with := icons(t)
	with.Color32 = with.Outline
	return with
}

func TestPackage(t *testing.T) {
	app, icons := manifest.New(options()), icons(t)
	var first, second bytes.Buffer
	if err := manifest.WritePackage(&first, app, icons); err != nil {
		t.Fatal(err)
	}
	if err := manifest.WritePackage(&second, app, icons); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same app gives two packages")
	}
	document, err := app.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{"manifest.json": document, "color.png": icons.Color, "outline.png": icons.Outline}
	if diff := cmp.Diff(want, unpack(t, first.Bytes())); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestPackageWithBadIcons(t *testing.T) {
	var b bytes.Buffer
	err := manifest.WritePackage(&b, manifest.New(options()), manifest.Icons{Color: icons(t).Color})
	if b.Len() > 0 {
		t.Errorf("wrote %d bytes", b.Len())
	}
	finds(t, err, "icons.outline")
	app := manifest.New(options())
	finds(t, manifest.WritePackage(&b, app, small(t)), "icons.color32x32")
	app.Icons.Color32 = "small.png"
	finds(t, manifest.WritePackage(&b, app, icons(t)), "icons.color32x32")
	if b.Len() > 0 {
		t.Errorf("wrote %d bytes", b.Len())
	}
}

type brokenWriter struct{}

var errDisk = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errDisk }

func TestPackageToABrokenWriter(t *testing.T) {
	if err := manifest.WritePackage(brokenWriter{}, manifest.New(options()), icons(t)); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}
