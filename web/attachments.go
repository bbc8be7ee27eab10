package web

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/docket-handoff/docket/handoff"
)

const (
	maxFile    = handoff.MaxFile
	maxUploads = 8                // in flight at one time: each holds its file in memory
	uploadTime = 30 * time.Second // for the whole body
	maxEnvelop = 64 << 10         // what multipart may add around a file, in bytes
)

// takeFile keeps a file that a later message names.
func (s *Server) takeFile(c echo.Context, p party) error {
	if wait := s.filePace(p); wait > 0 {
		return tooOften(codeRateLimited, wait, "that was a lot at once; please wait a moment before the next file")
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return tooOften(handoff.CodeBusy, streamRetry, "too many files are arriving at this moment; please try again")
	}
	name, content, err := readFile(c)
	if err != nil {
		return err
	}
	kind, extensions := sniff(content)
	if kind == "" {
		return refuse(codeFileType, "this kind of file is not taken; images, PDF, plain text and Office documents are")
	}
	attachment, err := inTime(c.Request().Context(), func(ctx context.Context) (handoff.Attachment, error) {
		return s.desk.SaveFile(ctx, p.conversation.ID, cleanName(name, extensions), kind, content)
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, attachment)
}

func (s *Server) filePace(p party) time.Duration {
	if p.key {
		return 0
	}
	return s.lines.take(string(p.conversation.ID))
}

// readFile reads the field "file" of a multipart body.
func readFile(c echo.Context) (name string, content []byte, err error) {
	r := c.Request()
	rc := http.NewResponseController(c.Response())
	if err := rc.SetReadDeadline(time.Now().Add(uploadTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return "", nil, err
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxFile+maxEnvelop)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, refuse(codeMediaType, "a file is sent as multipart/form-data, in the field \"file\"")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, refuse(handoff.CodeInvalid, "file: the field is missing")
		}
		if err != nil {
			return "", nil, brokenUpload(err)
		}
		if part.FormName() != "file" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		switch {
		case err != nil:
			return "", nil, brokenUpload(err)
		case len(content) > maxFile:
			return "", nil, refuse(handoff.CodeFileTooLarge, "a file has at most %d MiB", maxFile>>20)
		case len(content) == 0:
			return "", nil, refuse(handoff.CodeInvalid, "file: it is empty")
		}
		return part.FileName(), content, nil
	}
}

func brokenUpload(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refuse(handoff.CodeFileTooLarge, "a file has at most %d MiB", maxFile>>20)
	}
	return &handoff.Error{Code: codeMalformed, Msg: "the upload broke off or is no multipart body", Err: err}
}

// images are the types that a browser may show in place.
var images = map[string][]string{
	"image/png":  {".png"},
	"image/jpeg": {".jpg", ".jpeg"},
	"image/gif":  {".gif"},
	"image/webp": {".webp"},
}

// office are the document types, by the folder that their zip archives have.
var office = map[string][2]string{
	"word/": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
	"xl/":   {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
	"ppt/":  {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
}

// sniff finds a file's type from its content alone, and the extensions that fit it; empty for a type that is not taken.
// What the sender calls it counts for nothing.
func sniff(content []byte) (kind string, extensions []string) {
	kind, _, _ = mime.ParseMediaType(http.DetectContentType(content))
	switch {
	case images[kind] != nil:
		return kind, images[kind]
	case kind == "application/pdf":
		return kind, []string{".pdf"}
	case kind == "text/plain":
		return kind, []string{".txt", ".csv", ".log", ".md"}
	case kind == "application/zip":
		return sniffOffice(content)
	}
	return "", nil
}

// sniffOffice looks into a zip archive's directory, never into its files. Documents with macros are not taken.
func sniffOffice(content []byte) (kind string, extensions []string) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return "", nil
	}
	typed := false
	for _, f := range archive.File {
		if strings.EqualFold(path.Base(f.Name), "vbaProject.bin") {
			return "", nil
		}
		typed = typed || f.Name == "[Content_Types].xml"
		for folder, document := range office {
			if strings.HasPrefix(f.Name, folder) {
				kind, extensions = document[0], []string{document[1]}
			}
		}
	}
	if !typed {
		return "", nil
	}
	return kind, extensions
}

const maxFileName = 120

// cleanName keeps what a person recognises of a file's name, and makes its end agree with what the file is.
func cleanName(name string, extensions []string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"/\|?*`, r) {
			return -1
		}
		return r
	}, oneLine(name))
	if name = strings.Trim(name, ". "); name == "" {
		name = "file"
	}
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[len(runes)-maxFileName:])
	}
	for _, ext := range extensions {
		if strings.EqualFold(path.Ext(name), ext) {
			return name
		}
	}
	return name + extensions[0]
}

// giveFile hands a file to a party of its conversation. Only images are shown in place; nothing in a file ever runs.
func (s *Server) giveFile(c echo.Context, p party) error {
	key := handoff.ID(c.Param("file"))
	if !isOpaque(key) {
		return refuse(handoff.CodeUnknownFile, "there is no such file")
	}
	content, kind, name, err := s.desk.OpenFile(c.Request().Context(), p.conversation.ID, string(key))
	if err != nil {
		return err
	}
	defer content.Close()
	kind, _, _ = mime.ParseMediaType(kind)
	disposition := "attachment"
	switch {
	case images[kind] != nil:
		disposition = "inline"
	case kind == "":
		kind = echo.MIMEOctetStream
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	header.Set(echo.HeaderContentSecurityPolicy, "sandbox; default-src 'none'")
	return c.Stream(http.StatusOK, kind, content)
}

// ownFiles replaces what a message says about its files by what is known about them. A file of another conversation, or
// at any other address, is refused.
func (s *Server) ownFiles(c echo.Context, p party, named []handoff.Attachment) ([]handoff.Attachment, error) {
	if len(named) > maxNamed {
		return nil, refuse(handoff.CodeInvalid, "attachments: at most %d", maxNamed)
	}
	prefix := "/v1/conversations/" + string(p.conversation.ID) + "/attachments/"
	var files []handoff.Attachment
	for i, a := range named {
		key, own := strings.CutPrefix(a.URL, prefix)
		if !own || !isOpaque(handoff.ID(key)) {
			return nil, refuse(handoff.CodeInvalid, "attachments[%d].url: send the file to this conversation first", i)
		}
		file, err := s.known(c, p, key)
		if handoff.CodeOf(err) == handoff.CodeUnknownFile {
			return nil, refuse(handoff.CodeInvalid, "attachments[%d].url: there is no such file", i)
		}
		if err != nil {
			return nil, err
		}
		file.URL = a.URL
		files = append(files, file)
	}
	return files, nil
}

const maxNamed = 10

func (s *Server) known(c echo.Context, p party, key string) (handoff.Attachment, error) {
	content, kind, name, err := s.desk.OpenFile(c.Request().Context(), p.conversation.ID, key)
	if err != nil {
		return handoff.Attachment{}, err
	}
	defer content.Close()
	size, err := io.Copy(io.Discard, content)
	return handoff.Attachment{Name: name, Type: kind, Size: size}, err
}
