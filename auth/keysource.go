package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxKeyDocument bounds a metadata or key document in bytes.
const maxKeyDocument = 1 << 20

// keySource knows where the channel publishes its keys.
type keySource struct {
	metadata *url.URL
	trusted  []string // hosts whose sub-domains, or who themselves, may hold the keys
	http     *http.Client
}

func newKeySource(metadataURL string, cloud Cloud, client *http.Client) (*keySource, error) {
	metadata, err := parseDocumentURL(metadataURL)
	if err != nil {
		return nil, fmt.Errorf("auth: metadata URL: %w", err)
	}
	trusted := []string{metadata.Hostname()}
	if own, err := url.Parse(cloud.Metadata); err == nil && own.Hostname() != "" {
		trusted = append(trusted, own.Hostname())
	}
	return &keySource{metadata: metadata, trusted: trusted, http: withoutRedirects(client)}, nil
}

// withoutRedirects copies a client so that it answers a redirect as it stands:
// neither a secret nor trust may follow one.
func withoutRedirects(client *http.Client) *http.Client {
	copied := http.Client{}
	if client != nil {
		copied = *client
	}
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied
}

func parseDocumentURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("not an absolute URL of a host")
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return u, nil
	}
	return nil, fmt.Errorf("%s is not https, and %q is not a loopback host", u.Scheme, u.Hostname())
}

// fetch reads the metadata document and then the key set it points to.
func (s *keySource) fetch(ctx context.Context) (keySet, error) {
	body, err := s.get(ctx, s.metadata)
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	var document struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	location, err := s.locate(document.JWKS)
	if err != nil {
		return nil, fmt.Errorf("metadata: jwks_uri: %w", err)
	}
	if body, err = s.get(ctx, location); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return parseKeys(body)
}

// locate accepts a key location at the metadata's host, at the cloud's own, or
// at a sub-domain of either; and on this machine if the metadata is here too.
func (s *keySource) locate(raw string) (*url.URL, error) {
	u, err := parseDocumentURL(raw)
	if err != nil {
		return nil, err
	}
	host := strings.ToLower(u.Hostname())
	if isLoopback(host) && isLoopback(s.metadata.Hostname()) {
		return u, nil
	}
	for _, name := range s.trusted {
		if host == name || strings.HasSuffix(host, "."+name) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("host %q is not one that may hold the keys", host)
}

func (s *keySource) get(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Close = true // once a day: not worth an idle connection
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", u.Host, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeyDocument+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxKeyDocument {
		return nil, fmt.Errorf("%s answered more than %d bytes", u.Host, maxKeyDocument)
	}
	return body, nil
}
