package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// listen opens the visitor's stream and passes on what specialists say.
func (t *talk) listen(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.world.server.url+"/v1/conversations/"+t.id+"/events", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+t.token)
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("the stream was answered %s", resp.Status), resp.Body.Close())
	}
	go func() {
		defer resp.Body.Close()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			data, isData := strings.CutPrefix(lines.Text(), "data: ")
			var m struct {
				From struct{ Kind string }
				Text string
			}
			if isData && json.Unmarshal([]byte(data), &m) == nil && m.From.Kind == "specialist" {
				t.arrived <- m.Text
			}
		}
	}()
	return nil
}

// await waits for a specialist's line.
func (t *talk) await(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	select {
	case got := <-t.arrived:
		if got != text {
			return fmt.Errorf("the visitor reads %q where %q was written", got, text)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%q does not come", text)
	}
}

// idler is a stream that only waits: a bare connection, so that little of what is measured is the measuring side's.
type idler struct {
	id, token string
	conn      net.Conn
}

// connect asks for the stream from the beginning, from one of many addresses of this machine, since each may have some
// streams only, and reads the events that are there.
func (s *idler) connect(ctx context.Context, host string, from net.IP, events int) error {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}, Timeout: time.Minute}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	s.conn = conn
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "GET /v1/conversations/%s/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", s.id, host, s.token); err != nil {
		return err
	}
	for lines := bufio.NewReaderSize(conn, 1<<10); events > 0; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if strings.HasPrefix(line, "HTTP/1.1 ") && !strings.HasPrefix(line, "HTTP/1.1 200") {
			rest, _ := io.ReadAll(io.LimitReader(lines, 1<<10))
			return fmt.Errorf("the stream was answered %s%s", line, rest)
		}
		if strings.HasPrefix(line, "data: ") {
			events--
		}
	}
	return nil
}
