package admin

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store"
)

var deliveriesSection = section{
	title: "Deliveries", group: "", path: "/admin/deliveries",
	routes: []route{
		{"GET /admin/deliveries", viewer, (*visit).deliveriesPage},
		{"POST /admin/deliveries/{id}/again", admin, (*visit).sendAgain},
		{"POST /admin/deliveries/{id}/sent", admin, (*visit).markSent},
	},
	undecided: (*visit).undecidedPosts,
}

// undecidedPosts counts the posts that wait for a person. A page that can be shown is shown without the count.
func (v *visit) undecidedPosts() int {
	held, dead, err := v.desk.CountKept(v.ctx())
	if err != nil {
		v.log.Warn("the posts that wait for a person could not be counted", "err", err)
	}
	return held + dead
}

// deliveriesView is what the page shows: posts that wait for a person. What they say stands on their handoffs' pages alone,
// where reading it is written down.
type deliveriesView struct {
	Held, Dead keptList
}

type keptList struct {
	Posts []keptPost
	More  string // the address of what comes behind
}

// keptPost is a post that waits for a person.
type keptPost struct {
	ID, Handoff   string
	Label         string // the visitor's; empty: it belongs to no handoff
	Held          bool   // it may be there already
	What, Text    string
	Channel       string
	Cause         string
	Ordered, Kept moment
	MaySettle     bool // somebody can say that it is there
	Back          string
}

// keptTable is a table of such posts, for somebody who may decide about them or only look.
type keptTable struct {
	Posts []keptPost
	May   bool
}

var postWords = map[handoff.PostKind]string{
	handoff.PostThread: "The thread with the card", handoff.PostCard: "The card's new state", handoff.PostLine: "A line of the visitor’s",
	handoff.PostNotice: "A notice", handoff.PostClosing: "The closing summary", handoff.PostErase: "A removal",
}

func postWord(kind handoff.PostKind) string {
	if word := postWords[kind]; word != "" {
		return word
	}
	return "Something that cannot be read"
}

func (n names) keptPost(agent handoff.ID, k handoff.Kept) keptPost {
	return keptPost{
		ID: k.ID, Handoff: string(k.Handoff), Held: k.State == handoff.KeptHeld, What: postWord(k.Kind), Text: k.Text, Channel: n.channel(k.Channel), Cause: k.Cause,
		Ordered: n.moment(agent, k.At), Kept: n.moment(agent, k.KeptAt), MaySettle: k.Kind != handoff.PostThread && k.Kind != "",
	}
}

const keptLines = 50

func (v *visit) deliveriesPage() error {
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return err
	}
	asked := v.r.URL.Query()
	held, err := v.desk.Held(v.ctx(), asked.Get("held"), keptLines)
	if err != nil {
		return nonsense(err)
	}
	dead, err := v.desk.Dead(v.ctx(), asked.Get("dead"), keptLines)
	if err != nil {
		return nonsense(err)
	}
	var view deliveriesView
	if view.Held, err = v.keptList(n, "held", held); err != nil {
		return err
	}
	if view.Dead, err = v.keptList(n, "dead", dead); err != nil {
		return err
	}
	return v.show("deliveries.html", "Deliveries", view)
}

// keptList names the visitors that the posts are about, and leaves out what the posts say.
func (v *visit) keptList(n names, which string, page handoff.KeptPage) (keptList, error) {
	var list keptList
	if page.Next != "" {
		list.More = "/admin/deliveries?" + which + "=" + page.Next
	}
	for _, k := range page.Posts {
		var about handoff.Listed
		if k.Handoff != "" {
			var err error
			if about, err = v.desk.Listed(v.ctx(), k.Handoff); err != nil && handoff.CodeOf(err) != handoff.CodeNoHandoff {
				return keptList{}, err
			}
		}
		p := n.keptPost(about.Conversation.Agent, k)
		p.Label, p.Text, p.Back = about.Label, "", "/admin/deliveries"
		list.Posts = append(list.Posts, p)
	}
	return list, nil
}

// nonsense is the answer to an address that asks for nonsense.
func nonsense(err error) error {
	if handoff.CodeOf(err) == handoff.CodeInvalid {
		return notFound
	}
	return err
}

// decided is what a person here decided about a post of a handoff's, for its page.
type decided struct {
	Sent    bool             `json:"sent"` // they said that it is there; otherwise they sent it again
	Kind    handoff.PostKind `json:"kind"`
	Message string           `json:"message,omitempty"` // the line's id
	By      string           `json:"by"`
	At      time.Time        `json:"at"`
}

// words say it among what others did with the handoff.
func (d decided) words() string {
	what := postWord(d.Kind)
	what = strings.ToLower(what[:1]) + what[1:]
	if d.Sent {
		return d.By + " marked " + what + " as sent"
	}
	return d.By + " sent " + what + " again"
}

func decidedOf(id handoff.ID) string { return decidedRows + url.PathEscape(string(id)) + "/" }

// decidedAbout lists what was decided about a handoff's posts.
func (v *visit) decidedAbout(id handoff.ID) (list []decided, err error) {
	err = v.engine.View(v.ctx(), func(tx store.Tx) error {
		list = nil
		return each(tx, decidedOf(id), func(_ string, d decided) error {
			list = append(list, d)
			return nil
		})
	})
	return list, err
}

func (v *visit) sendAgain() error {
	return v.decide("It is sent again, behind what waits for the same channel.", audit.LineSentAgain, v.desk.SendAgain)
}

func (v *visit) markSent() error {
	return v.decide("It is marked as sent.", audit.LineMarkedSent, func(ctx context.Context, id string, note func(store.Tx) error) error {
		return v.desk.MarkSent(ctx, id, handoff.Receipt{}, note)
	})
}

// decide does what a person decided about a post, notes it for the handoff's page, and goes back to where they decided it.
func (v *visit) decide(done string, act audit.Act, do func(context.Context, string, func(store.Tx) error) error) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	back, details := "/admin/deliveries", map[string]string(nil)
	if from, err := v.desk.Handoff(v.ctx(), handoff.ID(f.Value("handoff"))); err == nil {
		back, details = "/admin/handoffs/"+url.PathEscape(string(from.ID)), map[string]string{"seen on": string(from.ID)}
	}
	id := v.r.PathValue("id")
	post, err := v.desk.Kept(v.ctx(), id)
	if err != nil && handoff.CodeOf(err) != handoff.CodeUnknownDelivery { // that is for the decision itself to say
		return err
	}
	write := v.wrote(act, id, details)
	err = do(v.ctx(), id, func(tx store.Tx) error {
		if err := write(tx); err != nil || post.Handoff == "" {
			return err
		}
		return store.Put(tx, decidedOf(post.Handoff)+id, decided{
			Sent: act == audit.LineMarkedSent, Kind: post.Kind, Message: post.Message, By: v.session.Person.called(), At: v.now().UTC(),
		})
	})
	var refused *handoff.Error
	switch {
	case errors.As(err, &refused) && (refused.Code == handoff.CodeDecided || refused.Code == handoff.CodeUnknownDelivery || refused.Code == handoff.CodeInvalid):
		return v.done(back, "Nothing was changed: "+refused.Msg+".")
	case err != nil:
		return err
	}
	return v.done(back, done)
}
