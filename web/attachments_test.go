package web_test

import (
	"archive/zip"
	"bytes"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/web"
)

var png = []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100))

// upload builds a multipart body with one file.
func upload(path, field, name string, content []byte, who func(*call)) call {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("note", "a field before the file")
	part, _ := form.CreateFormFile(field, name)
	_, _ = part.Write(content)
	_ = form.Close()
	return post(path+"/attachments", body.Bytes(), who, withHeader("Content-Type", form.FormDataContentType()))
}

func archive(names ...string) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		f, _ := w.Create(name)
		_, _ = f.Write([]byte("x"))
	}
	_ = w.Close()
	return out.Bytes()
}

func TestFiles(t *testing.T) {
	s := newSite(t)
	talk, other := s.begin(), s.begin()
	for _, row := range []struct {
		name, file string
		content    []byte
		keptAs     string
		kind       string
		shown      string
	}{
		{"a picture", "shot.png", png, "shot.png", "image/png", "inline"},
		{"a picture with another name", "shot.exe", png, "shot.exe.png", "image/png", "inline"},
		{"a PDF", "offer.PDF", []byte("%PDF-1.7 ..."), "offer.PDF", "application/pdf", "attachment"},
		{"a table", "a.csv", []byte("a,b\n1,2\n"), "a.csv", "text/plain", "attachment"},
		{"a script that is text", "run.js", []byte("alert(1)"), "run.js.txt", "text/plain", "attachment"},
		{"a document", "Offer.docx", archive("[Content_Types].xml", "word/document.xml"), "Offer.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"},
		{"a name that climbs", `..\..\etc/pass"wd`, []byte("text"), "passwd.txt", "text/plain", "attachment"},
		{"a name that turns around", "gpj\u202etxt.exe", []byte("text"), "gpjtxt.exe.txt", "text/plain", "attachment"},
		{"no name", "...", []byte("text"), "file.txt", "text/plain", "attachment"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.clock.advance(60e9)
			kept := s.want(201, upload(talk.path, "file", row.file, row.content, talk.token))
			if kept.json["name"] != row.keptAs || kept.json["type"] != row.kind || kept.json["size"] != float64(len(row.content)) {
				t.Fatalf("kept as %s", kept.raw)
			}
			url := kept.json["url"].(string)
			got := s.want(200, get(url, talk.token))
			disposition, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
			if err != nil || disposition != row.shown || params["filename"] != row.keptAs {
				t.Errorf("given as %q", got.header.Get("Content-Disposition"))
			}
			if got.raw != string(row.content) || got.header.Get("Content-Type") != row.kind {
				t.Errorf("came back as %s", got.header.Get("Content-Type"))
			}
			if got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(got.header.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("without its guards: %v", got.header)
			}
			s.want(200, get(url, withKey))
			s.refused(404, "unknown_conversation", get(url, other.token))
			s.refused(401, "unauthorized", get(url))
			s.refused(422, "invalid", post(other.path+"/messages", obj{"client_id": row.name, "attachments": []obj{{"url": url}}}, other.token))
		})
	}
}

func TestFilesInAMessage(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	kept := s.want(201, upload(talk.path, "file", "shot.png", png, talk.token))
	lie := obj{"url": kept.json["url"], "name": "Invoice, please open", "type": "text/html", "size": 1}
	s.want(201, post(talk.path+"/messages", obj{"client_id": "1", "attachments": []obj{lie}}, talk.token))
	message := s.want(200, get(talk.path+"/messages", talk.token)).json["messages"].([]any)[0].(obj)
	file := message["attachments"].([]any)[0].(obj)
	if file["name"] != "shot.png" || file["type"] != "image/png" || file["size"] != float64(len(png)) {
		t.Errorf("the message says %v", file)
	}
	many := make([]obj, 11)
	s.refused(422, "invalid", post(talk.path+"/messages", obj{"client_id": "2", "attachments": many}, talk.token))
}

func TestFilesThatAreRefused(t *testing.T) {
	s := newSite(t)
	talk := s.begin()
	for _, row := range []struct {
		name   string
		call   call
		status int
		code   string
	}{
		{"a web page", upload(talk.path, "file", "a.txt", []byte("<html><script>"), talk.token), 415, "file_type_refused"},
		{"a drawing that runs", upload(talk.path, "file", "a.svg", []byte(`<?xml version="1.0"?><svg/>`), talk.token), 415, "file_type_refused"},
		{"a program", upload(talk.path, "file", "a.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), talk.token), 415, "file_type_refused"},
		{"an archive", upload(talk.path, "file", "a.docx", archive("a.exe"), talk.token), 415, "file_type_refused"},
		{"a document with macros", upload(talk.path, "file", "a.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), talk.token), 415, "file_type_refused"},
		{"nothing", upload(talk.path, "file", "a.txt", nil, talk.token), 422, "invalid"},
		{"another field", upload(talk.path, "picture", "a.png", png, talk.token), 422, "invalid"},
		{"a byte too many", upload(talk.path, "file", "a.txt", bytes.Repeat([]byte("a"), handoff.MaxFile+1), talk.token), 413, "file_too_large"},
		{"no form", post(talk.path+"/attachments", obj{}, talk.token), 415, "unsupported_media_type"},
		{"half a form", post(talk.path+"/attachments", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc", talk.token, withHeader("Content-Type", "multipart/form-data; boundary=b")), 400, "malformed"},
		{"a file that is not there", get(talk.path+"/attachments/none", talk.token), 404, "unknown_file"},
		{"a file that climbs", get(talk.path+"/attachments/..%2Frecord", talk.token), 404, "unknown_file"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.clock.advance(60e9)
			s.refused(row.status, row.code, row.call)
		})
	}
	s.want(201, upload(talk.path, "file", "a.txt", bytes.Repeat([]byte("a"), handoff.MaxFile), talk.token))
	s.putAgent(handoff.Agent{ID: "marketing"})
	s.refused(403, "files_off", upload(talk.path, "file", "a.png", png, talk.token))
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"a.png", `..\x`, "\u202e", "", strings.Repeat("ä", 300), "a/b:c*d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean := web.CleanName(name, []string{".txt"})
		if len([]rune(clean)) > 124 || strings.ContainsAny(clean, "/\\\r\n\x00\"\u202e") || !strings.HasSuffix(strings.ToLower(clean), ".txt") {
			t.Errorf("%q became %q", name, clean)
		}
	})
}
