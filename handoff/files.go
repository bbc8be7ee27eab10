package handoff

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/docket-handoff/docket/store"
)

// file says where an attachment's bytes are: in the store, or with the platform under Ref.
type file struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Size    int64  `json:"size,omitempty"`
	Channel ID     `json:"channel,omitempty"`
	Ref     string `json:"ref,omitempty"`
}

// MaxFile is the largest file a visitor may send, MaxFiles what one conversation may hold, both in bytes.
const (
	MaxFile  = 10 << 20
	MaxFiles = 50 << 20
)

func fileURL(id ID, name string) string {
	return "/v1/conversations/" + string(id) + "/attachments/" + name
}

// SaveFile keeps a visitor's file, to be named in a later message.
func (d *Desk) SaveFile(ctx context.Context, id ID, name, contentType string, content []byte) (Attachment, error) {
	if len(content) > MaxFile {
		return Attachment{}, refuse(CodeFileTooLarge, fmt.Sprintf("a file has at most %d MiB", MaxFile>>20))
	}
	if err := d.admit(RoomForTalk); err != nil {
		return Attachment{}, err
	}
	key := string(newID())
	err := d.update(ctx, func(tx store.Tx) error {
		f, err := d.load(tx, id)
		if err != nil {
			return err
		}
		if !f.agent.Files {
			return refuse(CodeFilesOff, "this agent takes no files")
		}
		held := int64(len(content))
		for row, raw := range tx.Scan(fileKey(id, ""), "") {
			other, err := store.Decode[file](row, raw)
			if err != nil {
				return err
			}
			held += other.Size
		}
		if held > MaxFiles {
			return refuse(CodeFileTooLarge, fmt.Sprintf("the files of one conversation have at most %d MiB together", MaxFiles>>20))
		}
		if err := store.Put(tx, fileKey(id, key), file{Name: name, Type: contentType, Size: int64(len(content))}); err != nil {
			return err
		}
		return tx.Put(dataKey(id, key), content)
	})
	return Attachment{Name: name, Type: contentType, Size: int64(len(content)), URL: fileURL(id, key)}, err
}

// OpenFile returns a file of the conversation; the caller closes it. Files that specialists pasted are read from their
// platform.
func (d *Desk) OpenFile(ctx context.Context, id ID, key string) (content io.ReadCloser, contentType, name string, err error) {
	var f file
	var channel Channel
	var data []byte
	err = d.view(ctx, func(tx store.Tx) error {
		var found bool
		if f, found, err = store.Get[file](tx, fileKey(id, segment(key))); err != nil {
			return err
		}
		if !found {
			return refuse(CodeUnknownFile, "there is no such file")
		}
		if f.Ref != "" {
			channel, _, err = store.Get[Channel](tx, channelKey(f.Channel))
			return err
		}
		data, err = tx.Get(dataKey(id, key))
		return err
	})
	if err != nil {
		return nil, "", "", err
	}
	if f.Ref == "" {
		return io.NopCloser(bytes.NewReader(data)), f.Type, f.Name, nil
	}
	opener, can := d.platforms[channel.Platform].(Opener)
	if !can {
		return nil, "", "", refuse(CodeUnknownFile, "the file is out of reach")
	}
	content, contentType, err = opener.Open(ctx, channel, f.Ref)
	if err != nil {
		return nil, "", "", &Error{Code: CodeUnknownFile, Msg: "the file is out of reach", Err: err}
	}
	return content, contentType, f.Name, nil
}
