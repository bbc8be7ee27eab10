package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"
)

// describe is the help of a flag: what it means, its default, and the variables that set it too.
func describe(flag *kong.Value) string {
	var also []string
	if flag.HasDefault && flag.Tag.PlaceHolder != "" { // without a placeholder the default stands in its place
		also = append(also, "default "+flag.Default)
	}
	for _, variable := range flag.Tag.Envs {
		also = append(also, "$"+variable)
	}
	if len(also) == 0 {
		return flag.Help
	}
	return strings.TrimSuffix(flag.Help, ".") + " (" + strings.Join(also, ", ") + ")."
}

// bySetting begins what the parser says about a flag with the name of the setting.
func bySetting(err error) error {
	var refused *kong.ParseError
	if !errors.As(err, &refused) {
		return err
	}
	about, _, _ := strings.Cut(err.Error(), " ")
	for _, flag := range refused.Context.Flags() {
		if strings.TrimSuffix(about, ":") == "--"+flag.Name && len(flag.Tag.Envs) > 0 {
			return named(flag.Tag.Envs[0], "%v", err)
		}
	}
	return err
}

// aboutSetting says whether the parser complains about what a setting says, and not about how the command was written.
func aboutSetting(err error) bool { return bySetting(err).Error() != err.Error() }
