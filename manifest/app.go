package manifest

// SchemaVersion is the version of the manifest schema that an App follows.
const SchemaVersion = "1.29"

// SchemaURL names that schema; it must agree with SchemaVersion.
const SchemaURL = "https://developer.microsoft.com/en-us/json-schemas/teams/v" + SchemaVersion + "/MicrosoftTeams.schema.json"

// Scopes of a bot: where it can be used. Mind the capital letter in groupChat.
const (
	ScopeTeam      = "team"
	ScopePersonal  = "personal"
	ScopeGroupChat = "groupChat"
	ScopeCopilot   = "copilot"
)

// ReadChannelMessages is the resource-specific permission that lets a bot hear
// all messages of a team's channels. Without it the bot hears only those that
// mention it.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-for-bots-and-agents
const ReadChannelMessages = "ChannelMessage.Read.Group"

// ReadChatMessages is the same for the group chats and meetings that a bot is in.
const ReadChatMessages = "ChatMessage.Read.Chat"

// ChannelFeatures is the only value of App.SupportsChannelFeatures.
// https://learn.microsoft.com/microsoftteams/platform/build-apps-for-shared-private-channels
const ChannelFeatures = "tier1"

// An App is the content of manifest.json, as far as a bot needs it.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
type App struct {
	Schema          string `json:"$schema"`
	ManifestVersion string `json:"manifestVersion"`
	// Version is the app's own, as in 1.0.0. Teams offers an upgrade, and asks for
	// new permissions, only when it has grown.
	Version                 string              `json:"version"`
	ID                      string              `json:"id"` // a GUID
	LocalizationInfo        *LocalizationInfo   `json:"localizationInfo,omitempty"`
	Developer               Developer           `json:"developer"`
	Name                    Name                `json:"name"`
	Description             Description         `json:"description"`
	Icons                   IconFiles           `json:"icons"`
	AccentColor             string              `json:"accentColor"` // as in #3B5BA5
	Bots                    []Bot               `json:"bots,omitempty"`
	Permissions             []string            `json:"permissions,omitempty"`
	ValidDomains            []string            `json:"validDomains,omitempty"`
	WebApplicationInfo      *WebApplicationInfo `json:"webApplicationInfo,omitempty"`
	Authorization           *Authorization      `json:"authorization,omitempty"`
	SupportsChannelFeatures string              `json:"supportsChannelFeatures,omitempty"`
	DefaultInstallScope     string              `json:"defaultInstallScope,omitempty"`
	DefaultGroupCapability  *GroupCapability    `json:"defaultGroupCapability,omitempty"`

	// SupportedChannelTypes is how apps named private and shared channels before
	// SupportsChannelFeatures.
	SupportedChannelTypes []string `json:"supportedChannelTypes,omitempty"`
	DevicePermissions     []string `json:"devicePermissions,omitempty"` // of pages inside Teams
	// ConfigurableProperties lists what a tenant's admin may change, such as name.
	ConfigurableProperties []string `json:"configurableProperties,omitempty"`
	PublisherDocsURL       string   `json:"publisherDocsUrl,omitempty"` // a page for admins
	// DefaultBlockUntilAdminAction keeps the app blocked until an admin allows it.
	DefaultBlockUntilAdminAction bool `json:"defaultBlockUntilAdminAction,omitempty"`
	ShowLoadingIndicator         bool `json:"showLoadingIndicator,omitempty"`
	IsFullScreen                 bool `json:"isFullScreen,omitempty"`
}

// Developer says who made the app. Lengths are in characters.
type Developer struct {
	Name       string `json:"name"` // at most 32
	WebsiteURL string `json:"websiteUrl"`
	PrivacyURL string `json:"privacyUrl"`
	TermsURL   string `json:"termsOfUseUrl"`
	PartnerID  string `json:"mpnId,omitempty"` // of Microsoft's partner network, at most 10
}

// Name is what the app is called.
type Name struct {
	Short string `json:"short"`          // at most 30
	Full  string `json:"full,omitempty"` // at most 100
}

// Description says what the app does.
type Description struct {
	Short    string    `json:"short"`              // at most 80
	Full     string    `json:"full"`               // at most 4,000
	Features []Feature `json:"features,omitempty"` // at most 3
}

// A Feature is one thing that the app can do, for the store.
type Feature struct {
	Title       string `json:"title"`       // at most 45
	Description string `json:"description"` // at most 120
}

// Lengths of texts, in characters.
const (
	maxShortName   = 30
	maxFullName    = 100
	maxShortText   = 80
	maxText        = 4000
	maxFeature     = 45
	maxFeatureText = 120
	maxCommand     = 128
)

// IconFiles name the pictures in the package.
type IconFiles struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
	Color32 string `json:"color32x32,omitempty"` // for Outlook and Copilot alone
}

// A Bot is the app's bot.
type Bot struct {
	BotID        string        `json:"botId"` // the bot's app id in Microsoft Entra ID
	Scopes       []string      `json:"scopes"`
	CommandLists []CommandList `json:"commandLists,omitempty"` // at most 3

	NeedsChannelSelector bool `json:"needsChannelSelector,omitempty"`
	SupportsFiles        bool `json:"supportsFiles,omitempty"` // in the personal scope
	SupportsCalling      bool `json:"supportsCalling,omitempty"`
	SupportsVideo        bool `json:"supportsVideo,omitempty"`
	// SupportsTargetedMessages is needed for commands that a slash triggers.
	SupportsTargetedMessages bool `json:"supportsTargetedMessages,omitempty"`
}

// What makes Teams suggest the commands of a list.
const (
	TriggerMention = "mention"
	TriggerSlash   = "slash"
)

// A CommandList is what Teams suggests when the bot is mentioned.
type CommandList struct {
	Scopes   []string  `json:"scopes"`
	Commands []Command `json:"commands"`           // at most 12
	Triggers []string  `json:"triggers,omitempty"` // mention alone when empty
}

// Types of commands.
const (
	CommandBasic  = "basic"
	CommandPrompt = "prompt"
)

// A Command is one suggestion: choosing it sends its title, or its prompt.
type Command struct {
	Title       string `json:"title"`            // at most 128
	Description string `json:"description"`      // at most 4,000
	Type        string `json:"type,omitempty"`   // basic when empty
	Prompt      string `json:"prompt,omitempty"` // at most 4,000; of the type prompt
}

// WebApplicationInfo names the app's registration in Microsoft Entra ID. Resource
// must not be empty where resource-specific permissions are asked for, though
// nothing reads it.
type WebApplicationInfo struct {
	ID       string `json:"id"`
	Resource string `json:"resource,omitempty"`
}

// Authorization holds the permissions that are asked for at installation.
type Authorization struct {
	Permissions AppPermissions `json:"permissions"`
}

// AppPermissions are resource-specific: they count for the team in which the app
// is installed, and a team's owner grants them.
// https://learn.microsoft.com/microsoftteams/platform/graph-api/rsc/resource-specific-consent
type AppPermissions struct {
	ResourceSpecific []ResourcePermission `json:"resourceSpecific,omitempty"`
}

// A ResourcePermission is one of them.
type ResourcePermission struct {
	Name string `json:"name"`
	Type string `json:"type"` // Application or Delegated
}

// GroupCapability says what opens first in a team, a group chat and a meeting: "bot", since
// an App has nothing else. Mind the small letters in groupchat, unlike those of the scope.
type GroupCapability struct {
	Team      string `json:"team,omitempty"`
	GroupChat string `json:"groupchat,omitempty"`
	Meetings  string `json:"meetings,omitempty"`
}

// Options are what differs between two installations of the same program.
type Options struct {
	AppID        string // the app's GUID in Teams; the bot's when empty
	BotID        string // the bot's app id in Microsoft Entra ID
	Version      string // 1.0.0 when empty
	Name         string // "Docket" when empty
	FullName     string
	Developer    Developer
	Short        string   // the description in a line
	Full         string   // the description at length
	AccentColor  string   // #3B5BA5 when empty
	ValidDomains []string // hosts of pages that open inside Teams; the messaging endpoint needs none
	Resource     string   // see WebApplicationInfo
}

// New returns the app of a handoff bot: it lives in teams, hears the messages of
// their channels, and understands the commands below. What the options lack is
// reported by Validate.
func New(o Options) App {
	name := or(o.Name, "Docket")
	return App{
		Schema:          SchemaURL,
		ManifestVersion: SchemaVersion,
		Version:         or(o.Version, "1.0.0"),
		ID:              or(o.AppID, o.BotID),
		Developer:       o.Developer,
		Name:            Name{Short: name, Full: o.FullName},
		Description: Description{
			Short: or(o.Short, "Brings website visitors who need a person into a channel."),
			Full: or(o.Full, "When a visitor of your website needs a person, a thread begins in the channel of your choice. "+
				"Its card says who asks and why. Join the conversation, answer in the thread, and hand it back when you are done."),
		},
		Icons:                   IconFiles{Color: "color.png", Outline: "outline.png"},
		AccentColor:             or(o.AccentColor, "#3B5BA5"),
		Bots:                    []Bot{{BotID: o.BotID, Scopes: []string{ScopeTeam}, CommandLists: []CommandList{commands()}}},
		ValidDomains:            o.ValidDomains,
		WebApplicationInfo:      &WebApplicationInfo{ID: o.BotID, Resource: or(o.Resource, "https://RscBasedStoreApp")},
		Authorization:           &Authorization{AppPermissions{[]ResourcePermission{{Name: ReadChannelMessages, Type: "Application"}}}},
		SupportsChannelFeatures: ChannelFeatures,
		DefaultInstallScope:     ScopeTeam,
		DefaultGroupCapability:  &GroupCapability{Team: "bot"},
	}
}

func commands() CommandList {
	return CommandList{
		Scopes: []string{ScopeTeam},
		Commands: []Command{
			{Title: "status", Description: "Say whether this channel is connected and who has the conversation"},
			{Title: "end", Description: "End the conversation and post its summary"},
			{Title: "leave", Description: "Step out; the visitor waits for somebody else"},
			{Title: "hand back", Description: "Let the AI agent go on with the visitor"},
			{Title: "help", Description: "Say what can be done here"},
		},
	}
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
