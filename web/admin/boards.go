package admin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// boards reads what the pages about handoffs show.
type boards struct {
	desk *handoff.Desk
	now  func() time.Time
}

// How long the lists of the board's page are.
const (
	liveLines   = 100 // waiting and joined
	endedLines  = 25
	listLines   = 50 // of one list alone
	mostCounted = 1000
)

func (b boards) names(ctx context.Context) (names, error) {
	agents, err := b.desk.Agents(ctx)
	if err != nil {
		return names{}, err
	}
	channels, err := b.desk.Channels(ctx)
	return namesOf(agents, channels), err
}

// board reads the page's lists: all three, or one alone from a place on.
func (b boards) board(ctx context.Context, n names, f filter) (board, error) {
	var out board
	for _, stage := range []handoff.Stage{handoff.StageWaiting, handoff.StageJoined, handoff.StageEnded} {
		if f.List != "" && f.List != stage {
			continue
		}
		s, err := b.list(ctx, n, f, stage)
		if err != nil {
			return board{}, err
		}
		out.Sections = append(out.Sections, s)
	}
	if len(out.Sections) == 0 {
		return board{}, &handoff.Error{Code: handoff.CodeInvalid, Msg: "list: waiting, joined or ended"}
	}
	out.Tag = tagOf(out.Sections)
	return out, nil
}

func (b boards) list(ctx context.Context, n names, f filter, stage handoff.Stage) (boardList, error) {
	limit := liveLines
	switch {
	case f.List != "":
		limit = listLines
	case stage == handoff.StageEnded:
		limit = endedLines
	}
	q, err := f.query(stage, limit)
	if err != nil {
		return boardList{}, err
	}
	page, err := b.desk.Board(ctx, q)
	if err != nil {
		return boardList{}, err
	}
	s := boardList{Stage: stage, Title: stageWords[stage], None: stageNone[stage], Lines: n.lines(page.Handoffs, b.now())}
	if page.Next != "" {
		s.More = f.at(stage, page.Next).address()
	}
	if stage == handoff.StageEnded {
		return s, nil
	}
	q.After = ""
	count, err := b.desk.CountBoard(ctx, q, mostCounted+1)
	s.Count = fmt.Sprint(count)
	if count > mostCounted {
		s.Count = fmt.Sprintf("more than %d", mostCounted)
	}
	return s, err
}

// liveWait is how long a browser that asks for news is kept waiting for some. Proxies cut what is silent for longer.
const liveWait = 25 * time.Second

// news waits until the board shows something else than tag names, and returns it. It is false when nothing changed for
// liveWait, or when ctx ended.
func (b boards) news(ctx context.Context, n names, f filter, tag string) (board, bool, error) {
	ctx, enough := context.WithTimeout(ctx, liveWait)
	defer enough()
	woken := b.desk.WatchBoard(ctx) // before the first read, or a change could fall between
	for {
		now, err := b.board(ctx, n, f)
		switch {
		case ctx.Err() != nil:
			return board{}, false, nil
		case err != nil || now.Tag != tag:
			return now, err == nil, err
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return board{}, false, nil
		}
	}
}

// found is what a search gives.
type found struct {
	Lines []line
	More  bool
}

func (b boards) search(ctx context.Context, n names, f filter) (found, error) {
	got, err := b.desk.Search(ctx, f.Query)
	return found{Lines: n.lines(got.Handoffs, b.now()), More: got.More}, err
}

// selection is a list to choose from, in a form.
type selection struct {
	Name    string
	Choices []choice
}

// agentChoices and channelChoices are what a filter can choose from.
func (n names) agentChoices(chosen handoff.ID) []choice {
	return choicesOf(n.agents, chosen, func(id handoff.ID) string { return n.agent(id) })
}

func (n names) channelChoices(chosen handoff.ID) []choice {
	return choicesOf(n.channels, chosen, func(id handoff.ID) string { return n.channel(id) })
}

func choicesOf[T any](all map[handoff.ID]T, chosen handoff.ID, label func(handoff.ID) string) []choice {
	var out []choice
	for id := range all {
		out = append(out, choice{Value: string(id), Label: label(id), Chosen: id == chosen})
	}
	slices.SortFunc(out, func(a, b choice) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.Value, b.Value))
	})
	if _, known := all[chosen]; chosen != "" && !known {
		out = append(out, choice{Value: string(chosen), Label: string(chosen), Chosen: true})
	}
	return out
}
