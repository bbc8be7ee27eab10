package cards

import "strings"

// Media plays a film or a sound. In Teams it plays what is shared in OneDrive or
// SharePoint, by the link that their Share menu gives, and what lies at a few
// public sites; elsewhere it is a picture that does nothing.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/media-elements-in-adaptive-cards
type Media struct {
	Base
	Sources []MediaSource `json:"sources"`
	Poster  string        `json:"poster,omitempty"` // URL of the picture before it plays, as of an Image
	AltText string        `json:"altText"`          // what a screen reader says; required
}

// A MediaSource is one form of the same recording; the client takes the first
// that it can play.
type MediaSource struct {
	MimeType string `json:"mimeType"` // such as video/mp4 or audio/mpeg
	URL      string `json:"url"`      // https
}

// MarshalJSON writes the element.
func (e Media) MarshalJSON() ([]byte, error) {
	type members Media
	return typed("Media", members(e))
}

func (e Media) check(c *checker) {
	e.Base.check(c)
	if len(e.Sources) == 0 {
		c.add("a Media has no sources")
	}
	if e.AltText == "" {
		c.add("a Media has no altText")
	}
	if e.Poster != "" {
		checkPicture(c, "a Media", e.Poster)
	}
	for _, source := range e.Sources {
		if kind, _, _ := strings.Cut(source.MimeType, "/"); kind != "video" && kind != "audio" {
			c.add("mimeType %q is neither a video nor an audio", source.MimeType)
		}
		if !strings.HasPrefix(source.URL, "https://") {
			c.add("the URL of a Media must begin with https://")
		}
	}
}

func (e Media) cut(max int) Element {
	e.Base = e.Base.cut(max)
	return e
}
