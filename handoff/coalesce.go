package handoff

import (
	"unicode/utf8"

	"github.com/docket-handoff/docket/store"
)

// What one post may carry of a visitor who writes faster than the channel may be written to.
const (
	burstLines = 10
	burstBytes = 8 << 10
	minCut     = 400 // bytes: a line that is too large for its channel is halved, and no shorter than this
)

// burst is the job at the head of a queue with those behind it that go into the same post: lines of the visitor's that
// nobody has any doubt about, up to the first job of another kind.
func (d *Desk) burst(tx store.Tx, head job) ([]job, error) {
	jobs, bytes := []job{head}, head.weight()
	if !head.plain() {
		return jobs, nil
	}
	for key, row := range tx.Each(queueRows(head.Channel, head.Queue), head.key()) {
		j, err := store.Read[job](key, row)
		if err != nil {
			break // it meets its own fate when its turn comes
		}
		bytes += j.weight()
		fits := len(jobs) < burstLines && bytes <= burstBytes
		if !fits || !j.plain() || j.Handoff != head.Handoff || j.NotBefore.After(d.now()) {
			break
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// plain says whether a job is a line that waits, and that may share a post with others.
func (j job) plain() bool {
	return j.Kind == PostLine && j.Phase == phasePending && j.Doubts+j.Panics == 0 && !j.Alone
}

// weight is about how many bytes a line takes in a post.
func (j job) weight() int {
	n := len(j.Text)
	for _, f := range j.Files {
		n += len(f.Name)
	}
	return n
}

// interruptedWith is a job that was being sent when the process died, with those of the same post.
func interruptedWith(tx store.Tx, head job) ([]job, error) {
	jobs := []job{head}
	for key, row := range tx.Each(queueRows(head.Channel, head.Queue), head.key()) {
		j, err := store.Read[job](key, row)
		if err != nil || j.Phase != phaseSending {
			break
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// linesOf are the lines that a post carries.
func linesOf(jobs []job, speaker string) []Line {
	var lines []Line
	for _, j := range jobs {
		text := halved(j.Text, j.Cut)
		lines = append(lines, Line{Speaker: speaker, Text: text, Files: j.Files, Shortened: text != j.Text})
	}
	return lines
}

// halved cuts a text in half so many times, between two characters.
func halved(text string, times int) string {
	end := len(text) >> times
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// seqsOf are the places of the lines that the jobs carry.
func seqsOf(jobs []judged) []Seq {
	var seqs []Seq
	for _, j := range jobs {
		if seq := seqOf(j.Message); seq > 0 {
			seqs = append(seqs, seq)
		}
	}
	return seqs
}
