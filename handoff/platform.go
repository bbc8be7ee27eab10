package handoff

import (
	"context"
	"io"
	"time"
)

// Platform carries posts to where specialists are. Implementations are safe for concurrent use; the desk calls Deliver
// for one conversation at a time in each channel.
type Platform interface {
	// Name is the platform's name in Channel.Platform.
	Name() string

	// Deliver does one post once: it never repeats a call by itself. An error is a *DeliveryError when the platform knows
	// more than that it failed; any other error is doubtful.
	Deliver(ctx context.Context, post Post) (Receipt, error)
}

// Opener is a Platform that can read files which specialists pasted.
type Opener interface {
	// Open returns the file behind ref, which the same platform gave in SpecialistLine.Files. The caller closes it.
	Open(ctx context.Context, channel Channel, ref string) (content io.ReadCloser, contentType string, err error)
}

// PostKind says what a post does.
type PostKind string

// The kinds of posts.
const (
	PostThread  PostKind = "thread"  // begin a thread with the handoff's card
	PostCard    PostKind = "card"    // bring the card up to date for everybody
	PostLine    PostKind = "line"    // a line of the visitor's
	PostNotice  PostKind = "notice"  // a sentence of the desk's own
	PostClosing PostKind = "closing" // the closing summary
	PostErase   PostKind = "erase"   // remove a post
)

// Post is one thing to do in one channel.
type Post struct {
	Kind    PostKind
	Channel Channel
	Thread  string // the thread's address; empty for PostThread
	Message string // PostCard, PostErase: the message to change
	View    *View  // PostThread, PostCard, PostClosing
	Lines   []Line // PostLine: one, or several in a row of a visitor who wrote fast
	Text    string // PostNotice
	Ordinal int    // over 1: this post may already be there, and says so
}

// Line is a visitor's line on its way to a channel.
type Line struct {
	Speaker string // who wrote it, as specialists know them
	Text    string
	Files   []Attachment

	Shortened bool // it was too large for the channel, and ends where it was cut
}

// View is everything that a card shows of a handoff, at one moment.
type View struct {
	App          string // the product's display name
	Conversation Conversation
	Handoff      Handoff
	Agent        Agent
	Label        string // the visitor's name, or a stable friendly one
	Pseudonym    bool   // Label is not a real name
	Zone         *time.Location
}

// Receipt is what a platform says of a post that it took.
type Receipt struct {
	Thread  string // PostThread: the new thread's address
	Message string // the id of what was posted; for PostCard the message that holds the card now
}

// DeliveryError says how a post failed.
type DeliveryError struct {
	Certain    bool          // the post is surely not there
	Retry      bool          // certain, and worth another try
	RetryAfter time.Duration // the least time until then; zero: the lane decides
	Tries      int           // no more of them than this; zero: the lane decides
	Throttled  bool          // the channel was written to too fast: nothing goes there before this post may
	Anew       bool          // PostCard: the card was gone, so this was a post of its own, which may be there
	TooLarge   bool          // certain: less of it may be taken
	Channel    bool          // the whole channel is out of reach, not this post alone
	Lost       Loss          // the channel is out of reach until something happens there; empty: it may pass by itself
	Cause      string        // for people: why, in plain words
	Err        error
}

// Error describes the failure for a log.
func (e *DeliveryError) Error() string {
	if e.Err == nil {
		return e.Cause
	}
	return e.Cause + ": " + e.Err.Error()
}

// Unwrap returns the platform's own error.
func (e *DeliveryError) Unwrap() error { return e.Err }
