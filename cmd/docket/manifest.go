package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"github.com/docket-handoff/docket/manifest"
)

type manifestCommand struct {
	Out string `default:"docket.zip" placeholder:"FILE" help:"Where to write the package."`
	appPackage
}

// Run checks the package and writes it. A package that Teams would refuse is not written.
func (c *manifestCommand) Run(env environment) error {
	if err := c.validate(); err != nil {
		return err
	}
	if err := writeWhole(c.Out, func(f *os.File) error { return c.write(f) }); err != nil {
		return fmt.Errorf("the package was not written: %w", err)
	}
	_, err := fmt.Fprintf(env.stdout, "Wrote %s. Upload it in Teams under Apps > Manage your apps > Upload an app.\n", c.Out)
	return err
}

// appPackage is the Teams app: what is installed in a team so that the bot may be mentioned there.
type appPackage struct {
	BotID      string `name:"bot-id" env:"DOCKET_BOT_ID,MicrosoftAppId" placeholder:"GUID" help:"The bot's app id in Microsoft Entra ID."`
	PublicURL  string `name:"public-url" env:"DOCKET_PUBLIC_URL" placeholder:"URL" help:"The https URL people reach the server at."`
	Name       string `env:"DOCKET_NAME" default:"Docket" placeholder:"NAME" help:"The display name in Teams."`
	AppVersion string `name:"app-version" default:"1.0.0" placeholder:"VERSION" help:"The package's version; raise it with every change."`
	Developer  string `default:"Docket" placeholder:"NAME" help:"The company's name in Teams."`
	Website    string `placeholder:"URL" help:"The company's website; the public URL when empty."`
	Privacy    string `placeholder:"URL" help:"The privacy statement; the public URL when empty."`
	Terms      string `placeholder:"URL" help:"The terms of use; the public URL when empty."`
}

// appPackage is the package of these settings.
func (s *settings) appPackage() *appPackage {
	return &appPackage{BotID: s.Bot.ID, PublicURL: strings.TrimRight(s.PublicURL, "/"), Name: s.Name, AppVersion: "1.0.0", Developer: "Docket"}
}

// validate names the setting without which there is no package.
func (p *appPackage) validate() error {
	if uuid.Validate(p.BotID) != nil {
		return named("DOCKET_BOT_ID", "needed for the package: the bot's app id, a GUID")
	}
	if public, err := url.Parse(p.PublicURL); err != nil || public.Scheme != "https" || public.Host == "" {
		return named("DOCKET_PUBLIC_URL", "needed for the package: the https URL people reach the server at")
	}
	return nil
}

// write checks the package and writes it.
func (p *appPackage) write(w io.Writer) error {
	if err := p.validate(); err != nil {
		return err
	}
	public, err := url.Parse(p.PublicURL)
	if err != nil {
		return err
	}
	app := manifest.New(manifest.Options{
		AppID: appID(p.BotID), BotID: strings.ToLower(p.BotID), Version: p.AppVersion, Name: p.Name, FullName: p.Name + " handoff",
		Developer: manifest.Developer{
			Name: p.Developer, WebsiteURL: or(p.Website, p.PublicURL), PrivacyURL: or(p.Privacy, p.PublicURL), TermsURL: or(p.Terms, p.PublicURL),
		},
		ValidDomains: []string{public.Hostname()},
	})
	icons, err := manifest.DefaultIcons(app.AccentColor)
	if err != nil {
		return err
	}
	return manifest.WritePackage(w, app, icons)
}

// appID derives the package's own id from the bot's, so that a package made again is the same app.
func appID(botID string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("docket-handoff/"+strings.ToLower(botID))).String()
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

// writeWhole writes a file under another name and renames it when it is complete.
func writeWhole(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".docket-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
