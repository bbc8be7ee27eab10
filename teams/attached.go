package teams

import (
	"encoding/json"
	"strings"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/handoff"
)

// pictures lists the images that somebody pasted. Everything else that Teams attaches is a copy of the text or needs
// permissions that this bot does not ask for.
func pictures(a *activity.Activity) []handoff.ForeignFile {
	var out []handoff.ForeignFile
	for _, f := range a.Attachments {
		if !isPicture(f) {
			continue
		}
		name := f.Name
		if name == "" {
			name = "picture"
		}
		out = append(out, handoff.ForeignFile{Name: name, Type: f.ContentType, Ref: f.ContentURL})
	}
	return out
}

func isPicture(f activity.Attachment) bool {
	return strings.HasPrefix(f.ContentType, "image/") && f.ContentURL != ""
}

// isQuote says whether an attachment is another message that this one answers or passes on.
func isQuote(f activity.Attachment) bool {
	return strings.HasSuffix(strings.ToLower(f.ContentType), strings.ToLower(activity.ContentMessageReference))
}

// hasMore says whether a message holds a file or a card, which a bot in a channel is not given. Teams does not list such a
// file among the attachments; at best its place in the HTML copy of the text tells of it.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
func hasMore(a *activity.Activity) bool {
	places, quotes := 0, 0
	for _, f := range a.Attachments {
		switch {
		case f.ContentType == activity.ContentHTML:
			places += attachmentPlaces(f.Content)
		case isQuote(f):
			quotes++
		case !isPicture(f):
			return true
		}
	}
	return places > quotes
}

// attachmentPlaces counts where attachments stand in the HTML copy of a text. What somebody typed is escaped there.
func attachmentPlaces(content json.RawMessage) int {
	var html string
	if json.Unmarshal(content, &html) != nil {
		return 0
	}
	return strings.Count(strings.ToLower(html), "<attachment ")
}
