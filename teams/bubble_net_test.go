package teams_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// cable is a network of pipes, so that a whole server can live in a bubble: a socket would stop the bubble's clock.
type cable struct {
	mu    sync.Mutex
	hosts map[string]*plug
}

// plug is one listener on the cable.
type plug struct {
	cable  *cable
	host   string
	calls  chan net.Conn
	pulled chan struct{}
	once   sync.Once
}

// listen answers a host and port until the listener is closed.
func (c *cable) listen(host string) net.Listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &plug{cable: c, host: host, calls: make(chan net.Conn), pulled: make(chan struct{})}
	if c.hosts == nil {
		c.hosts = map[string]*plug{}
	}
	c.hosts[host] = p
	return p
}

func (c *cable) dial(ctx context.Context, _, host string) (net.Conn, error) {
	c.mu.Lock()
	p := c.hosts[host]
	c.mu.Unlock()
	if p == nil {
		return nil, fmt.Errorf("dial %s: connection refused", host)
	}
	near, far := net.Pipe()
	select {
	case p.calls <- far:
		return near, nil
	case <-p.pulled:
		return nil, fmt.Errorf("dial %s: connection refused", host)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// transport reaches the hosts on the cable. A connection serves one request, so that none outlives its server.
func (c *cable) transport() *http.Transport {
	return &http.Transport{DialContext: c.dial, DisableKeepAlives: true, ResponseHeaderTimeout: 15 * time.Second}
}

func (p *plug) Accept() (net.Conn, error) {
	select {
	case conn := <-p.calls:
		return conn, nil
	case <-p.pulled:
		return nil, net.ErrClosed
	}
}

func (p *plug) Close() error {
	p.once.Do(func() {
		p.cable.mu.Lock()
		defer p.cable.mu.Unlock()
		if p.cable.hosts[p.host] == p {
			delete(p.cable.hosts, p.host)
		}
		close(p.pulled)
	})
	return nil
}

func (p *plug) Addr() net.Addr { return wireAddr(p.host) }

type wireAddr string

func (wireAddr) Network() string  { return "cable" }
func (a wireAddr) String() string { return string(a) }
