// Command docket brings a website's conversations to people in Microsoft Teams.
//
// serve is the server, demo plays the whole story on one machine, manifest writes the Teams app package, backup and restore
// copy the store and put a copy back, doctor says what is wrong, audit verify proves that the audit log is whole, admin-link
// lets an admin in. Every setting is a flag and an environment variable of the same name;
// `docket serve --help` lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"github.com/docket-handoff/docket/store"
)

func main() {
	os.Exit(run(heedSignals(os.Stderr), os.Args[1:], os.Stdout, os.Stderr))
}

// commands is what the program can be told to do.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Run the server."`
	Demo     demoCommand     `cmd:"" help:"Play the whole story on this machine, with no account anywhere."`
	Manifest manifestCommand `cmd:"" help:"Write the Teams app package."`
	Backup   backupCommand   `cmd:"" help:"Copy the store to a file, also while a server uses it."`
	Restore  restoreCommand  `cmd:"" help:"Make a store of a backup."`
	Doctor   doctorCommand   `cmd:"" help:"Look at everything that docket needs, and say what is wrong and what to do."`
	Audit    struct {
		Verify verifyCommand `cmd:"" help:"Walk the audit log's chain and name the first entry that was changed or removed."`
	} `cmd:"" help:"Look after the audit log."`
	AdminLink adminLinkCommand `cmd:"" name:"admin-link" help:"Print a one-time sign-in link to the admin pages of the server that runs."`
	Version   versionCommand   `cmd:"" help:"Print version, commit and Go version."`
}

// environment is what commands run in.
type environment struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

// run is the program: it returns the exit code. A failure is one line on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	forgetEmpty(os.Environ())
	var cli commands
	parser, err := kong.New(&cli, kong.Name("docket"), kong.Writers(stdout, stderr), kong.ValueFormatter(describe),
		kong.Description("Docket brings a website's conversations to people in Microsoft Teams."))
	if err != nil {
		return fail(stderr, err)
	}
	parsed, err := parser.Parse(args)
	if err != nil && len(args) > 0 && args[0] == "doctor" && aboutSetting(err) {
		return fail(stderr, unreadable(stdout, bySetting(err), args))
	}
	if err != nil {
		return fail(stderr, fmt.Errorf("%w; docket --help lists what there is", bySetting(err)))
	}
	if err := parsed.Run(environment{ctx: ctx, stdout: stdout, stderr: stderr}); err != nil {
		return fail(stderr, err)
	}
	return 0
}

// storeDamaged is the exit code for a store that is damaged: to start again does not help, a backup does.
const storeDamaged = 78

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "docket:", err)
	if errors.Is(err, store.ErrDamaged) {
		return storeDamaged
	}
	return 1
}

type versionCommand struct{}

// Run prints what was built.
func (versionCommand) Run(env environment) error {
	_, err := fmt.Fprintln(env.stdout, "docket "+versionName())
	return err
}

// versionName says what was built.
func versionName() string {
	version, commit := "development", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	return fmt.Sprintf("%s (commit %s, %s)", version, commit, runtime.Version())
}
