package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
)

// Icons are the pictures of a package, as PNG files of at most MaxIconBytes.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
type Icons struct {
	Color   []byte // ColorSize square
	Outline []byte // OutlineSize square, white on transparent
	Color32 []byte // OutlineSize square, in colour on transparent; may be missing
}

// Sizes of the icons, in pixels.
const (
	ColorSize   = 192
	OutlineSize = 32
)

// MaxIconBytes is how large the file of an icon may be.
const MaxIconBytes = 30_000

// DefaultIcons draws the icons of an app whose accent colour is as in #3B5BA5: two
// speech bubbles, and an arrow that hands over from one to the other. It fails
// when the colour is none.
func DefaultIcons(accent string) (Icons, error) {
	if !hexColor.MatchString(accent) {
		return Icons{}, fmt.Errorf("manifest: %.40q is not a colour such as #3B5BA5", accent)
	}
	rgb, _ := strconv.ParseUint(accent[1:], 16, 32)
	ground := tone{float64(rgb >> 16), float64(rgb >> 8 & 0xff), float64(rgb & 0xff)}
	full, errColor := encode(drawColor(ground))
	outline, errOutline := encode(drawOutline())
	return Icons{Color: full, Outline: outline}, errors.Join(errColor, errOutline)
}

func encode(picture image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("manifest: draw an icon: %w", err)
	}
	return b.Bytes(), nil
}

// The symbol, on a field of 96 by 96.
var (
	askingBox, askingTail = box(5, 9, 65, 51, 12), polygon(point{13, 40}, point{34, 48}, point{13, 66})
	joinedBox, joinedTail = box(31, 37, 91, 79, 12), polygon(point{62, 76}, point{83, 68}, point{83, 94})

	askingBubble = union(askingBox, askingTail)
	joinedBubble = union(joinedBox, joinedTail)
	handover     = union(box(42, 54.5, 67, 61.5, 3), polygon(point{63, 46}, point{81, 58}, point{63, 70}))
)

// gap is the room between the two bubbles.
const gap = 5

// drawColor puts the symbol into the middle half of a square of one colour: Teams
// rounds the corners and may cut the rest.
func drawColor(ground tone) image.Image {
	ink := tone{255, 255, 255}
	if ground.light() {
		ink = tone{24, 24, 32}
	}
	picture := image.NewNRGBA(image.Rect(0, 0, ColorSize, ColorSize))
	asking := minus(askingBubble, grown(joinedBubble, gap))
	joined := minus(joinedBubble, handover)
	for y := range ColorSize {
		for x := range ColorSize {
			p := point{float64(x) + 0.5 - 48, float64(y) + 0.5 - 48}
			c := ground.mix(ink, 0.62*coverage(asking(p))).mix(ink, coverage(joined(p)))
			picture.SetNRGBA(x, y, color.NRGBA{c.r8(), c.g8(), c.b8(), 255})
		}
	}
	return picture
}

// drawOutline fills the whole square, in white: what is not symbol is transparent.
func drawOutline() image.Image {
	const (
		scale = 90.0 / OutlineSize // symbol units to a pixel
		line  = 2.2 * scale
	)
	symbol := union(
		minus(minus(askingBubble, grown(askingBox, -line)), grown(joinedBubble, gap)),
		minus(joinedBubble, grown(joinedBox, -line)),
		handover,
	)
	picture := image.NewNRGBA(image.Rect(0, 0, OutlineSize, OutlineSize))
	for y := range OutlineSize {
		for x := range OutlineSize {
			p := point{(float64(x)+0.5)*scale + 3, (float64(y)+0.5)*scale + 6.5}
			if alpha := uint8(math.Round(255 * coverage(symbol(p)/scale))); alpha > 0 {
				picture.SetNRGBA(x, y, color.NRGBA{255, 255, 255, alpha})
			}
		}
	}
	return picture
}

// A tone is a colour; each part is 0 to 255.
type tone struct{ r, g, b float64 }

// mix returns the colour with a share of another laid over it.
func (t tone) mix(over tone, share float64) tone {
	return tone{t.r + (over.r-t.r)*share, t.g + (over.g-t.g)*share, t.b + (over.b-t.b)*share}
}

// light reports whether dark ink is seen better on the colour than white.
func (t tone) light() bool { return 0.299*t.r+0.587*t.g+0.114*t.b > 170 }

func (t tone) r8() uint8 { return uint8(math.Round(t.r)) }
func (t tone) g8() uint8 { return uint8(math.Round(t.g)) }
func (t tone) b8() uint8 { return uint8(math.Round(t.b)) }
