package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAttachment bounds what can be read of one attachment, in bytes.
const maxAttachment = 10 << 20

// ErrAttachmentTooLarge is what reading an attachment ends with once it turns
// out to be larger than 10 MiB.
var ErrAttachmentTooLarge = errors.New("bot: the attachment is larger than 10 MiB")

// Attachment opens a picture that somebody pasted into a message. The content
// URL must be below the service URL's host, at /v3/attachments/, since the
// request carries the bot's token. The caller closes the reader; the call's time
// limit of twenty seconds covers reading too.
func (c *Client) Attachment(ctx context.Context, serviceURL, contentURL string) (body io.ReadCloser, contentType string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	op := call{op: opAttachment, method: http.MethodGet}
	target, err := c.locateAttachment(serviceURL, contentURL)
	if err != nil {
		cancel()
		return nil, "", &Error{Op: op.op, Err: fmt.Errorf("%w: %w", errHostNotTrusted, err)}
	}
	resp, err := c.send(ctx, op, target, nil)
	if err != nil {
		cancel()
		return nil, "", err
	}
	if resp.StatusCode != http.StatusOK {
		defer cancel()
		defer resp.Body.Close()
		return nil, "", op.failure(resp)
	}
	return &attachment{body: resp.Body, left: maxAttachment, cancel: cancel}, resp.Header.Get("Content-Type"), nil
}

// locateAttachment checks that a content URL is one of the service's own.
func (c *Client) locateAttachment(serviceURL, contentURL string) (string, error) {
	service, err := c.hosts.Base(serviceURL)
	if err != nil {
		return "", err
	}
	content, err := c.hosts.Base(contentURL)
	if err != nil {
		return "", err
	}
	origin := service[:strings.Index(service, "://")+3] + hostOf(service)
	path, ok := strings.CutPrefix(content, origin)
	if !ok || !strings.HasPrefix(path, "/") {
		return "", fmt.Errorf("the attachment is at %q, not at the service's host", hostOf(content))
	}
	if !strings.Contains(path, "/v3/attachments/") || climbs(path) {
		return "", errors.New("the attachment's path is not one of the service's")
	}
	return content, nil
}

// attachment is a body that ends with an error past its bound.
type attachment struct {
	body   io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

func (a *attachment) Read(p []byte) (int, error) {
	if a.left <= 0 {
		if n, err := a.body.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, ErrAttachmentTooLarge
	}
	n, err := a.body.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

func (a *attachment) Close() error {
	defer a.cancel()
	return a.body.Close()
}

// climbs reports whether a path has a segment of dots, escaped or not, which
// could lead out of where it seems to be.
func climbs(path string) bool {
	return strings.Contains(path, "/.") || strings.Contains(strings.ToLower(path), "%2e")
}
