package bot

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/docket-handoff/docket/activity"
)

const (
	opUpload         = "upload attachment"
	opHistory        = "upload history"
	opAttachmentInfo = "attachment info"
)

// Upload is a file for a channel's own store. Teams has none: there, files are links or inline pictures.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#upload-attachment-to-channel
type Upload struct {
	Type      string `json:"type"` // content type
	Name      string `json:"name"`
	Original  []byte `json:"originalBase64"`
	Thumbnail []byte `json:"thumbnailBase64,omitempty"`
}

// UploadAttachment puts a file into the channel's store and answers its id.
func (c *Client) UploadAttachment(ctx context.Context, serviceURL, conversationID string, u Upload) (id string, err error) {
	var stored activity.ResourceResponse
	err = c.call(ctx, call{op: opUpload, method: http.MethodPost, serviceURL: serviceURL, body: u, into: &stored,
		path: []string{"conversations", conversationID, "attachments"}})
	return stored.ID, err
}

// UploadHistory gives a conversation activities that happened elsewhere, oldest first, on channels that take them.
func (c *Client) UploadHistory(ctx context.Context, serviceURL, conversationID string, past []*activity.Activity) (id string, err error) {
	var stored activity.ResourceResponse
	err = c.call(ctx, call{op: opHistory, method: http.MethodPost, serviceURL: serviceURL, into: &stored,
		body: struct {
			Activities []*activity.Activity `json:"activities"`
		}{past}, path: append(activitiesPath(conversationID), "history")})
	return stored.ID, err
}

// AttachmentInfo says what a channel's store holds under an attachment's id.
type AttachmentInfo struct {
	Name  string           `json:"name"`
	Type  string           `json:"type"`
	Views []AttachmentView `json:"views"`
}

// AttachmentView is one form of an attachment, such as "original" or "thumbnail"; Size is in bytes.
type AttachmentView struct {
	ID   string `json:"viewId"`
	Size int64  `json:"size"`
}

// UnmarshalJSON reads the description.
func (i *AttachmentInfo) UnmarshalJSON(data []byte) error {
	type plain AttachmentInfo
	return json.Unmarshal(data, (*plain)(i))
}

// AttachmentInfo describes an attachment in the channel's store.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-attachment-info
func (c *Client) AttachmentInfo(ctx context.Context, serviceURL, attachmentID string) (AttachmentInfo, error) {
	var info AttachmentInfo
	err := c.call(ctx, call{op: opAttachmentInfo, method: http.MethodGet, serviceURL: serviceURL, into: &info, path: []string{"attachments", attachmentID}})
	return info, err
}

// OpenAttachmentView opens one view of an attachment in the channel's store. It follows no redirect: a service that keeps
// the bytes elsewhere is answered with an Error of status 301 or 302. The caller closes the reader.
func (c *Client) OpenAttachmentView(ctx context.Context, serviceURL, attachmentID, viewID string) (body io.ReadCloser, contentType string, err error) {
	base, err := c.hosts.Base(serviceURL)
	if err != nil {
		return nil, "", &Error{Op: opAttachment, Err: err}
	}
	target, err := call{path: []string{"attachments", attachmentID, "views", viewID}}.target(base)
	if err != nil {
		return nil, "", &Error{Op: opAttachment, Err: err}
	}
	return c.Attachment(ctx, serviceURL, target)
}
