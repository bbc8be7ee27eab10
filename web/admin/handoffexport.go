package admin

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"mime"
	"net/http"
	"path"
	"time"

	"github.com/docket-handoff/docket/audit"
	"github.com/docket-handoff/docket/handoff"
)

// exportTime is how long a browser may take for one export.
const exportTime = 10 * time.Minute

func (v *visit) exportHandoffsCSV() error {
	return v.exportHandoffs("csv", names.exportCSV)
}

func (v *visit) exportHandoffsJSON() error {
	return v.exportHandoffs("json", names.exportJSON)
}

const allHandoffs = "handoffs" // the subject of an export of the board, where that of a transcript has the handoff's id

// exportHandoffs sends the ended handoffs that the address names, as they are read. That it was done is written down before the
// first of them is sent. What a search finds is of every stage and bounded, so it is no export.
func (v *visit) exportHandoffs(format string, write func(names, io.Writer, iter.Seq2[handoff.Listed, error], int) error) error {
	f := filterOf(v.r.URL.Query())
	if f.Query != "" {
		return problem{http.StatusUnprocessableEntity, "A search is not exported", "Choose an agent, a channel or a last day on the board instead, and export from there."}
	}
	if wrong := f.check(); wrong.failed() {
		return problem{http.StatusUnprocessableEntity, "Not understood", wrong.Errors[0].Text}
	}
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return err
	}
	q, err := f.query(handoff.StageEnded, 0)
	if err != nil {
		return problem{http.StatusUnprocessableEntity, "Not understood", publicText(err)}
	}
	facts := map[string]string{"format": format, "agent": string(f.Agent), "channel": string(f.Channel), "until": f.Until}
	maps.DeleteFunc(facts, func(_, value string) bool { return value == "" })
	all := withoutTests(v.desk.EachOnBoard(v.ctx(), q, v.wrote(audit.Exported, allHandoffs, facts)))
	next, stop := iter.Pull2(all)
	defer stop()
	first, err, any := next()
	if err != nil {
		return err // nothing was sent yet: this can be a page
	}
	rest := func(yield func(handoff.Listed, error) bool) {
		for l, err := first, err; any; l, err, any = next() {
			if !yield(l, err) {
				return
			}
		}
	}
	return v.download("handoffs."+format, func(w io.Writer) error { return write(n, w, rest, maxExport) })
}

// withoutTests leaves out the test handoffs, behind which no visitor is.
func withoutTests(all iter.Seq2[handoff.Listed, error]) iter.Seq2[handoff.Listed, error] {
	return func(yield func(handoff.Listed, error) bool) {
		for l, err := range all {
			if !l.Conversation.Trial && !yield(l, err) {
				return
			}
		}
	}
}

func (v *visit) exportTranscriptCSV() error {
	t, n, err := v.wholeTranscript("csv")
	if err != nil {
		return err
	}
	return v.download("transcript-"+string(t.Handoff.ID)+".csv", n.file(t, nil, v.now()).transcriptCSV)
}

func (v *visit) exportTranscriptJSON() error {
	t, n, err := v.wholeTranscript("json")
	if err != nil {
		return err
	}
	return v.download("transcript-"+string(t.Handoff.ID)+".json", func(w io.Writer) error {
		return json.NewEncoder(w).Encode(transcriptObject{Handoff: n.export(t.Listed), Events: t.Events, Deliveries: t.Deliveries, Complete: t.Next == 0})
	})
}

// transcriptObject is a transcript for programs: its events are those of the API's streams.
type transcriptObject struct {
	Handoff    exported                         `json:"handoff"`
	Events     []handoff.Event                  `json:"events"`
	Deliveries map[string]handoff.DeliveryState `json:"deliveries"`
	Complete   bool                             `json:"complete"`
}

// maxPages bounds the transcript of one export: 20,000 events.
const maxPages = 40

// wholeTranscript reads the log from its beginning, and writes down that it is taken away.
func (v *visit) wholeTranscript(format string) (handoff.Transcript, names, error) {
	n, err := v.boards().names(v.ctx())
	if err != nil {
		return handoff.Transcript{}, n, err
	}
	id := handoff.ID(v.r.PathValue("id"))
	t, err := v.desk.Transcript(v.ctx(), id, 0, v.wrote(audit.Exported, string(id), map[string]string{"format": format}))
	for page := 1; err == nil && t.Next > 0 && page < maxPages; page++ {
		var more handoff.Transcript
		if more, err = v.desk.Transcript(v.ctx(), id, t.Next, nil); err == nil {
			t.Events, t.Next = append(t.Events, more.Events...), more.Next
			maps.Copy(t.Deliveries, more.Deliveries)
		}
	}
	return t, n, err
}

var downloadTypes = map[string]string{".csv": "text/csv; charset=utf-8", ".json": "application/json"}

// download sends a file as it is made. What fails on the way cuts the connection, so that nobody takes a part for the whole.
func (v *visit) download(name string, write func(io.Writer) error) error {
	header := v.w.Header()
	header.Set("Content-Type", downloadTypes[path.Ext(name)])
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	if err := http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := write(v.w); err != nil {
		if v.ctx().Err() == nil {
			v.log.Error("an export broke off", "path", v.route.pattern, "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}
