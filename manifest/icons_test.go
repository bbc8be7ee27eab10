package manifest_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/docket-handoff/docket/manifest"
)

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func encode(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// square returns a picture of one colour.
func square(size int, c color.Color) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			picture.Set(x, y, c)
		}
	}
	return picture
}

func TestDefaultIcons(t *testing.T) {
	for _, accent := range []string{"#3B5BA5", "#000000", "#ffffff", "#FFD700", "#D13438"} {
		t.Run(accent, func(t *testing.T) {
			icons, err := manifest.DefaultIcons(accent)
			if err != nil {
				t.Fatal(err)
			}
			if err := manifest.CheckIcons(icons); err != nil {
				t.Error(err)
			}
			again, err := manifest.DefaultIcons(accent)
			if err != nil || !bytes.Equal(icons.Color, again.Color) || !bytes.Equal(icons.Outline, again.Outline) {
				t.Error("two drawings differ")
			}
			if n := len(icons.Color) + len(icons.Outline); n > 30_000 {
				t.Errorf("%d bytes", n)
			}
			symbolInTheMiddle(t, decode(t, icons.Color))
			reachesTheEdges(t, decode(t, icons.Outline))
		})
	}
}

// symbolInTheMiddle checks that all but the central half is background, and that
// the symbol is seen on it.
func symbolInTheMiddle(t *testing.T, picture image.Image) {
	t.Helper()
	ground := picture.At(0, 0)
	contrast := 0
	for y := range manifest.ColorSize {
		for x := range manifest.ColorSize {
			if picture.At(x, y) == ground {
				continue
			}
			if x < 48 || x >= 144 || y < 48 || y >= 144 {
				t.Fatalf("the symbol reaches %d, %d", x, y)
			}
			contrast = max(contrast, apart(ground, picture.At(x, y)))
		}
	}
	if contrast < 100 {
		t.Errorf("the symbol is hard to see: %d of 255", contrast)
	}
}

// apart returns the difference of two colours in the part where it is greatest.
func apart(a, b color.Color) int {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	difference := func(x, y uint32) int { return int(max(x, y)-min(x, y)) >> 8 }
	return max(difference(ar, br), difference(ag, bg), difference(ab, bb))
}

func reachesTheEdges(t *testing.T, picture image.Image) {
	t.Helper()
	var seen image.Rectangle
	for y := range manifest.OutlineSize {
		for x := range manifest.OutlineSize {
			if _, _, _, a := picture.At(x, y).RGBA(); a > 0 {
				seen = seen.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if seen.Dx() < 30 || seen.Dy() < 30 {
		t.Errorf("there is room around the symbol: %v", seen)
	}
}

func TestDefaultIconsOfNoColour(t *testing.T) {
	for _, accent := range []string{"", "blue", "#12345", "3B5BA5", "#3B5BA5 "} {
		if _, err := manifest.DefaultIcons(accent); err == nil {
			t.Errorf("%q was drawn", accent)
		}
	}
}

func TestCheckIcons(t *testing.T) {
	good := icons(t)
	blue, white, clear := color.NRGBA{0, 0, 200, 255}, color.NRGBA{255, 255, 255, 255}, color.NRGBA{}
	rounded := square(manifest.ColorSize, blue)
	rounded.Set(0, 0, clear)
	frame := square(manifest.ColorSize, clear)
	frame.Set(90, 90, blue)
	speck := square(manifest.OutlineSize, white)
	speck.Set(7, 9, color.NRGBA{254, 255, 255, 1})
	hidden := square(manifest.OutlineSize, white)
	hidden.Set(7, 9, color.NRGBA{10, 20, 30, 0})
	for _, row := range []struct {
		name, member   string
		color, outline []byte
	}{
		{"the default", "", good.Color, good.Outline},
		{"a solid square", "", encode(t, square(manifest.ColorSize, blue)), good.Outline},
		{"a transparent square", "", encode(t, frame), good.Outline},
		{"a transparent shape on white", "", good.Color, encode(t, hidden)},
		{"no file", "icons.color", nil, good.Outline},
		{"not a picture", "icons.color", []byte("GIF89a"), good.Outline},
		{"cut short", "icons.color", good.Color[:len(good.Color)/2], good.Outline},
		{"too small", "icons.color", encode(t, square(96, blue)), good.Outline},
		{"not a square", "icons.color", encode(t, image.NewNRGBA(image.Rect(0, 0, 192, 191))), good.Outline},
		{"round corners", "icons.color", encode(t, rounded), good.Outline},
		{"half transparent", "icons.color", encode(t, square(manifest.ColorSize, color.NRGBA{0, 0, 200, 128})), good.Outline},
		{"the icons swapped", "icons.outline", good.Outline, good.Color},
		{"a coloured outline", "icons.outline", good.Color, encode(t, square(manifest.OutlineSize, blue))},
		{"a speck that is nearly white", "icons.outline", good.Color, encode(t, speck)},
		{"an empty outline", "icons.outline", good.Color, encode(t, square(manifest.OutlineSize, clear))},
		{"a file too large", "icons.color", append(encode(t, square(manifest.ColorSize, blue)), make([]byte, manifest.MaxIconBytes)...), good.Outline},
		{"a black outline without alpha", "icons.outline", good.Color, encode(t, image.NewGray(image.Rect(0, 0, 32, 32)))},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := manifest.CheckIcons(manifest.Icons{Color: row.color, Outline: row.outline})
			if row.member == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			finds(t, err, row.member)
		})
	}
}

func TestCheckSmallIcon(t *testing.T) {
	good, clear := icons(t), color.NRGBA{}
	round := square(manifest.OutlineSize, clear)
	round.Set(16, 16, color.NRGBA{0, 0, 200, 255})
	for _, row := range []struct {
		name  string
		small []byte
		ok    bool
	}{
		{"none", nil, true},
		{"a shape on transparent", encode(t, round), true},
		{"a full square", encode(t, square(manifest.OutlineSize, color.NRGBA{0, 0, 200, 255})), false},
		{"too large", good.Color, false},
		{"not a picture", []byte("GIF89a"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			with := good
			with.Color32 = row.small
			err := manifest.CheckIcons(with)
			if row.ok && err != nil {
				t.Error(err)
			}
			if !row.ok {
				finds(t, err, "icons.color32x32")
			}
		})
	}
}
