package bot

import (
	"context"
	"net"
	"net/http"
	"net/netip"

	"github.com/docket-handoff/docket/activity"
	"github.com/docket-handoff/docket/auth"
)

// Gate decides who may deliver an activity. [auth.Verifier] is the one for
// everything that is reachable from outside.
//
// An error with a method HTTPStatus() int names the status to answer with; one
// that is an [*auth.Error] also names the reason. Any other error is a 500.
type Gate interface {
	// Verify looks at the header before any of the body is read.
	Verify(ctx context.Context, h http.Header) (auth.Claims, error)
	// Authorize compares the decoded activity with the claims. It may change
	// the activity's CallerID and nothing else.
	Authorize(c auth.Claims, a *activity.Activity) error
}

// Anonymous deliveries are refused with these reasons.
const (
	NotLocal       auth.Reason = "not_local"       // 403: no token, and not from this machine
	TokenNotWanted auth.Reason = "token_unchecked" // 401: a token, and nobody to verify it
)

// LoopbackOnly is a Gate for tools on the same machine that send no token, such
// as Microsoft's Agents Playground. It lets a request without an Authorization header
// in when it comes from a loopback address, was not forwarded and was not sent
// by a web page, and the activity's serviceUrl is a loopback one on the list.
//
// A request that carries a token goes to the gate named tokens; nil refuses it.
//
// The peer's address proves little on a machine where others can run programs or
// a proxy. Whoever uses this gate has to listen on a loopback address alone.
func LoopbackOnly(hosts auth.Hosts, tokens Gate) Gate {
	return loopbackOnly{hosts: hosts, tokens: tokens}
}

type loopbackOnly struct {
	hosts  auth.Hosts
	tokens Gate
}

func (g loopbackOnly) Verify(ctx context.Context, h http.Header) (auth.Claims, error) {
	if len(h.Values("Authorization")) > 0 {
		if g.tokens == nil {
			return auth.Claims{}, refuse(http.StatusUnauthorized, TokenNotWanted, "a token came and no verifier is set up")
		}
		return g.tokens.Verify(ctx, h)
	}
	for _, name := range []string{"Origin", "Forwarded", "X-Forwarded-For"} {
		if len(h.Values(name)) > 0 {
			return auth.Claims{}, refuse(http.StatusForbidden, NotLocal, "no token, and a header %s", name)
		}
	}
	if !loopback(remoteAddr(ctx)) {
		return auth.Claims{}, refuse(http.StatusForbidden, NotLocal, "no token, and not from this machine")
	}
	return auth.Claims{}, nil
}

func (g loopbackOnly) Authorize(c auth.Claims, a *activity.Activity) error {
	if c.KeyID != "" {
		return g.tokens.Authorize(c, a)
	}
	a.CallerID = ""
	if err := g.hosts.Loopback(a.ServiceURL); err != nil {
		return refuse(http.StatusForbidden, auth.HostNotTrusted, "%w", err)
	}
	if a.ChannelID == "" {
		return refuse(http.StatusBadRequest, auth.ChannelMissing, "the activity has no channelId")
	}
	if _, agree := a.Tenant(); !agree {
		return refuse(http.StatusBadRequest, auth.TenantDisagree, "conversation and channelData name different tenants")
	}
	return nil
}

type remoteAddrKey struct{}

// withRemoteAddr lets a gate know the peer's address without a request.
func withRemoteAddr(ctx context.Context, addr string) context.Context {
	return context.WithValue(ctx, remoteAddrKey{}, addr)
}

func remoteAddr(ctx context.Context) string {
	addr, _ := ctx.Value(remoteAddrKey{}).(string)
	return addr
}

func loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
