package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// written is the date of every file in a package, so that the same app gives the
// same bytes.
var written = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// JSON returns manifest.json, indented.
func (a App) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(a); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return b.Bytes(), nil
}

// WritePackage writes the zip file that Teams installs, with its files at the
// root. The app and the icons are checked first: when anything is wrong, the
// error says all of it and nothing has been written.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
func WritePackage(w io.Writer, a App, icons Icons) error {
	if err := errors.Join(a.Validate(), CheckIcons(icons), a.agree(icons)); err != nil {
		return err
	}
	files, err := a.files(icons)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, file := range files {
		f, err := z.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: written})
		if err != nil {
			return fmt.Errorf("manifest: %s: %w", file.name, err)
		}
		if _, err := f.Write(file.data); err != nil {
			return fmt.Errorf("manifest: %s: %w", file.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("manifest: write the package: %w", err)
	}
	return nil
}

// agree checks that the icon that may be missing is named and given, or neither.
func (a App) agree(icons Icons) error {
	if (a.Icons.Color32 == "") == (len(icons.Color32) == 0) {
		return nil
	}
	return &Finding{Member: "icons.color32x32", Cause: "it is named without a picture, or the other way round", Remedy: "give both or neither"}
}

// packed is a file of the package.
type packed struct {
	name string
	data []byte
}

// files returns what the package holds, in its order.
func (a App) files(icons Icons) ([]packed, error) {
	document, err := a.JSON()
	if err != nil {
		return nil, err
	}
	files := []packed{{"manifest.json", document}, {a.Icons.Color, icons.Color}, {a.Icons.Outline, icons.Outline}}
	if a.Icons.Color32 != "" {
		files = append(files, packed{a.Icons.Color32, icons.Color32})
	}
	if a.LocalizationInfo == nil {
		return files, nil
	}
	for _, language := range a.LocalizationInfo.AdditionalLanguages {
		document, err := language.JSON()
		if err != nil {
			return nil, err
		}
		files = append(files, packed{language.File, document})
	}
	return files, nil
}
