package audit

import (
	"maps"
	"net/netip"
	"strings"
	"time"
	"unicode"
)

// Kind says what an actor is.
type Kind string

// The kinds of actors.
const (
	Admin    Kind = "admin"    // a person in the admin pages
	Key      Kind = "key"      // a program with an API key
	Platform Kind = "platform" // somebody in Teams or Slack, or the platform itself
	System   Kind = "system"   // the program by itself, or whoever runs it
)

// Actor is who did something. The zero Actor is nobody known, as in a refused sign-in.
type Actor struct {
	Kind    Kind   `json:"kind,omitempty"`
	Name    string `json:"name,omitempty"`
	Network string `json:"network,omitempty"` // where the call came from, as Network writes it
}

// Act says what was done. The set is closed: Acts lists it.
type Act string

// What is written down.
const (
	SignedIn        Act = "sign_in"
	SignInRefused   Act = "sign_in_refused"
	SignedOut       Act = "sign_out"
	SessionEnded    Act = "session_ended" // by somebody else than its owner, or from another session
	LinkMade        Act = "link_made"     // a one-time sign-in link
	PasswordSet     Act = "password_set"
	KeyMade         Act = "key_made"
	KeyRevoked      Act = "key_revoked"
	AgentCreated    Act = "agent_created"
	AgentChanged    Act = "agent_changed"
	ConsentAsked    Act = "consent_asked"
	ConsentReturned Act = "consent_returned"
	ConsentRefused  Act = "consent_refused"
	ChannelJoined   Act = "channel_connected"
	ChannelChanged  Act = "channel_changed"
	ChannelLeft     Act = "channel_disconnected"
	TestSent        Act = "test_handoff"
	TranscriptRead  Act = "transcript_read"
	Exported        Act = "exported"
	LineSentAgain   Act = "line_sent_again"
	LineMarkedSent  Act = "line_marked_sent"
	HandoffEnded    Act = "handoff_ended"
	VisitorErased   Act = "visitor_erased"
	Restored        Act = "restored" // this store was made of a backup; taking one changes nothing in it, and so leaves no entry
)

// Acts is every act, in the order in which people are shown them.
var Acts = []Act{
	SignedIn, SignInRefused, SignedOut, SessionEnded, LinkMade, PasswordSet, KeyMade, KeyRevoked, AgentCreated, AgentChanged,
	ConsentAsked, ConsentReturned, ConsentRefused, ChannelJoined, ChannelChanged, ChannelLeft, TestSent,
	TranscriptRead, Exported, LineSentAgain, LineMarkedSent, HandoffEnded, VisitorErased, Restored,
}

// Entry is one thing that was done.
type Entry struct {
	N       uint64            `json:"n"`  // given by Append
	At      time.Time         `json:"at"` // given by Append, UTC
	By      Actor             `json:"by"`
	Act     Act               `json:"act"`
	Subject string            `json:"subject,omitempty"` // what it was done to: an id or a name
	Details map[string]string `json:"details,omitempty"` // a few short facts; never what somebody said
}

const (
	maxName    = 200 // characters of a name, a subject or a detail
	maxDetails = 12
)

// tidy makes foreign text short and printable, so that an entry is one line wherever it is shown.
func (e Entry) tidy() Entry {
	e.By.Name, e.Subject = line(e.By.Name), line(e.Subject)
	details := maps.Clone(e.Details)
	for name, value := range details {
		details[name] = line(value)
	}
	e.Details = details
	return e
}

func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if runes := []rune(s); len(runes) > maxName {
		return string(runes[:maxName-1]) + "…"
	}
	return s
}

// Network is the network of a caller's address (host or host:port): the first 24 bits of IPv4, the first 48 of IPv6. It
// is empty when there is no address in it.
func Network(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		withPort, err := netip.ParseAddrPort(address)
		if err != nil {
			return ""
		}
		at = withPort.Addr()
	}
	at, bits := at.Unmap().WithZone(""), 24
	if at.Is6() {
		bits = 48
	}
	network, _ := at.Prefix(bits) // these bits fit
	return network.String()
}
