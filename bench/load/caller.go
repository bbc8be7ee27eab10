package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// turnLimit is how long a turn may take before the run is given up.
const turnLimit = 10 * time.Second

// caller delivers one message after the other over one connection. It writes
// requests by itself: a client library would need more of the machine than it
// leaves to the bot.
type caller struct {
	side   *side
	number int
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
}

func newCaller(s *side, number int, conn net.Conn) *caller {
	return &caller{side: s, number: number, conn: conn, in: bufio.NewReader(conn)}
}

// turn delivers the caller's message and waits for its end: the bot's 200, and
// before that one right reply at the Connector.
func (c *caller) turn() error {
	replies := &c.side.cloud.replies[c.number]
	before := replies.Load()
	c.conn.SetDeadline(time.Now().Add(turnLimit))
	if _, err := c.conn.Write(c.request()); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if after := replies.Load(); resp.StatusCode != http.StatusOK || after != before+1 {
		return fmt.Errorf("%s: answered %s after %d replies", c.side.name, resp.Status, after-before)
	}
	return nil
}

func (c *caller) request() []byte {
	s, body := c.side, c.side.cloud.bodies[c.number]
	token := s.tokens[(s.next.Add(1)-1)%uint64(len(s.tokens))]
	c.out = append(c.out[:0], "POST /api/messages HTTP/1.1\r\nHost: "...)
	c.out = append(c.out, s.addr...)
	c.out = append(c.out, "\r\nContent-Type: application/json; charset=utf-8\r\nAuthorization: Bearer "...)
	c.out = append(c.out, token...)
	c.out = append(c.out, "\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(c.out, "\r\n\r\n"...)
	return append(c.out, body...)
}
