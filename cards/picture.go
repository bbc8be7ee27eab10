package cards

import "strings"

// Pictures and films. Their addresses are the program's own: what a visitor gave
// has no place there, since Teams and its clients fetch them.

// An Image is a picture: PNG, JPEG or GIF without animation, at most 1 MB and 1024
// by 1024 pixels. Its URL is https, without redirects, or a data URI. AltText is what a screen reader says,
// empty for decoration. Its Height may be pixels too, as in "50px".
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
type Image struct {
	Base
	URL                 string     `json:"url"`
	AltText             string     `json:"altText"`
	Size                Size       `json:"size,omitempty"`
	Style               ImageStyle `json:"style,omitempty"`
	Width               string     `json:"width,omitempty"`           // pixels, as in "50px"
	BackgroundColor     string     `json:"backgroundColor,omitempty"` // under a transparent picture, as in #DDDDDD
	HorizontalAlignment Align      `json:"horizontalAlignment,omitempty"`
	SelectAction        Action     `json:"selectAction,omitempty"`
}

// ImageStyle is the outline of a picture.
type ImageStyle string

// StylePerson draws a picture in a circle.
const StylePerson ImageStyle = "person"

// MarshalJSON writes the element.
func (e Image) MarshalJSON() ([]byte, error) {
	type members Image
	return typed("Image", members(e))
}

func (e Image) check(c *checker) {
	if isPixels(string(e.Height)) {
		e.Height = ""
	}
	e.Base.check(c)
	c.oneOf("size", string(e.Size), "auto", "stretch", "small", "medium", "large")
	c.oneOf("style", string(e.Style), "default", "person")
	checkHorizontal(c, e.HorizontalAlignment)
	checkSelect(c, e.SelectAction)
	checkPixels(c, "width", e.Width)
	checkPicture(c, "an Image", e.URL)
}

func (e Image) cut(max int) Element {
	e.Base = e.Base.cut(max)
	return e
}

// checkPicture checks the address of a picture.
func checkPicture(c *checker, what, address string) {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "data:image/") {
		c.add("the URL of the picture of %s must begin with https:// or data:image/", what)
	}
}

// An ImageSet puts pictures side by side, as in a gallery.
// https://adaptivecards.io/explorer/ImageSet.html
type ImageSet struct {
	Base
	Images    []Image `json:"images"`
	ImageSize Size    `json:"imageSize,omitempty"` // of each, in place of its own
}

// MarshalJSON writes the element.
func (e ImageSet) MarshalJSON() ([]byte, error) {
	type members ImageSet
	return typed("ImageSet", members(e))
}

func (e ImageSet) check(c *checker) {
	e.Base.check(c)
	c.oneOf("imageSize", string(e.ImageSize), "auto", "stretch", "small", "medium", "large")
	if len(e.Images) == 0 {
		c.add("an ImageSet has no images")
	}
	for _, image := range e.Images {
		image.check(c)
	}
}

func (e ImageSet) cut(max int) Element {
	e.Base = e.Base.cut(max)
	return e
}

// A BackgroundImage lies under a card, a container, a column or a cell. Words on
// it must be legible in every theme, and where it is not drawn at all.
// https://adaptivecards.io/explorer/BackgroundImage.html
type BackgroundImage struct {
	URL                 string   `json:"url"` // https or a data URI
	FillMode            FillMode `json:"fillMode,omitempty"`
	HorizontalAlignment Align    `json:"horizontalAlignment,omitempty"`
	VerticalAlignment   Align    `json:"verticalAlignment,omitempty"`
}

// FillMode says how a background fills its place.
type FillMode string

// Values of FillMode.
const (
	FillCover              FillMode = "cover"
	FillRepeat             FillMode = "repeat"
	FillRepeatHorizontally FillMode = "repeatHorizontally"
	FillRepeatVertically   FillMode = "repeatVertically"
)

func (b *BackgroundImage) check(c *checker) {
	if b == nil {
		return
	}
	checkPicture(c, "a background", b.URL)
	c.oneOf("fillMode", string(b.FillMode), "cover", "repeat", "repeatHorizontally", "repeatVertically")
	checkHorizontal(c, b.HorizontalAlignment)
	c.oneOf("verticalAlignment", string(b.VerticalAlignment), "top", "center", "bottom")
}
