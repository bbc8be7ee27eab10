package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// CheckIcons looks at the pictures pixel by pixel. The error joins all findings,
// each a *Finding.
func CheckIcons(icons Icons) error {
	var c checker
	if picture := c.picture("icons.color", icons.Color, ColorSize); picture != nil {
		c.square(picture)
	}
	if picture := c.picture("icons.outline", icons.Outline, OutlineSize); picture != nil {
		c.white(picture)
	}
	if len(icons.Color32) > 0 {
		if picture := c.picture("icons.color32x32", icons.Color32, OutlineSize); picture != nil {
			c.clear(picture)
		}
	}
	return errors.Join(c.findings...)
}

// picture reads a PNG file of the right size, or returns nil. The size is known
// before the pixels are read, so a huge picture costs nothing.
func (c *checker) picture(member string, data []byte, size int) image.Image {
	if len(data) > MaxIconBytes {
		c.add(member, fmt.Sprintf("save it in fewer colours, in at most %d bytes", MaxIconBytes), "it has %d bytes", len(data))
		return nil
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		c.add(member, "save the picture as PNG", "it is not a PNG file (%v)", err)
		return nil
	}
	if config.Width != size || config.Height != size {
		c.add(member, "scale the picture", "it is %d by %d pixels, not %d by %d", config.Width, config.Height, size, size)
		return nil
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		c.add(member, "save the picture anew", "the PNG file is damaged (%v)", err)
		return nil
	}
	return picture
}

// square checks that the colour icon's background reaches all edges, or that
// none does: Teams rounds the corners itself.
func (c *checker) square(picture image.Image) {
	solid, clear := 0, 0
	for i := range ColorSize {
		for _, p := range []image.Point{{i, 0}, {i, ColorSize - 1}, {0, i}, {ColorSize - 1, i}} {
			switch pixel(picture, p.X, p.Y).A {
			case 255:
				solid++
			case 0:
				clear++
			}
		}
	}
	if edge := 4 * ColorSize; solid != edge && clear != edge {
		c.add("icons.color", "fill the square with one colour, or leave all of its edge transparent; Teams rounds the corners", "its edge is neither solid nor transparent")
	}
}

// clear checks that the small icon's corners are transparent.
func (c *checker) clear(picture image.Image) {
	last := OutlineSize - 1
	for _, p := range []image.Point{{0, 0}, {0, last}, {last, 0}, {last, last}} {
		if pixel(picture, p.X, p.Y).A != 0 {
			c.add("icons.color32x32", "draw it on a transparent background", "the corner at %d, %d is not transparent", p.X, p.Y)
			return
		}
	}
}

// white checks that the outline icon shows something, and nothing but white.
func (c *checker) white(picture image.Image) {
	visible := false
	for y := range OutlineSize {
		for x := range OutlineSize {
			p := pixel(picture, x, y)
			if p.A == 0 {
				continue
			}
			visible = true
			if p.R != 255 || p.G != 255 || p.B != 255 {
				c.add("icons.outline", "draw it in pure white on transparent", "the pixel at %d, %d is not white", x, y)
				return
			}
		}
	}
	if !visible {
		c.add("icons.outline", "draw it in pure white on transparent", "it is empty")
	}
}

func pixel(picture image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
}
