package handoff

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docket-handoff/docket/store"
)

// The reports are kept, not computed: each transaction that begins or ends something counts it in the tallies of its day, so
// that a report costs its days and not the handoffs of the store. A day is the date on which the handoff was asked for, in
// the time zone of the agent's work hours (UTC without them); everything that becomes of the handoff later counts there too, so
// that the figures of a day are about the same handoffs.
//
// There is one tally for each day, agent and channel, and one for all channels of an agent together. All writers of a day
// meet in these rows. The embedded engine has one writer anyhow; an engine with many would give the key a last segment for
// each of them, which the reader adds up as it does the rest.

// tallyKey is the row of a day; an empty channel means the agent as a whole.
func tallyKey(day string, agent, channel ID) string {
	return reportRows + day + "/" + string(agent) + "/" + string(channel)
}

// count is something to be counted in so many tallies of a day: those of channels, and that of the agent, which has no
// channel's name.
type count struct {
	day      string
	channels []ID
	what     func(*Tally)
}

const whole ID = "" // the tally of an agent, over all channels

// count orders that something be counted. A handoff that began before there were reports is counted by Desk.catchUp.
func (f *dossier) count(channels []ID, what func(*Tally)) {
	if f.handoff.Day != "" {
		f.counts = append(f.counts, count{f.handoff.Day, slices.Clone(channels), what})
	}
}

// countRefused counts a wish that began nothing.
func (f *dossier) countRefused(reason UnavailableBy) {
	f.counts = append(f.counts, count{f.day(f.now), []ID{whole}, func(t *Tally) { t.Refused = counted(t.Refused, reason, 1) }})
}

// day is the date of a moment where the agent's people work.
func (f *dossier) day(at time.Time) string { return at.In(f.agent.Zone()).Format(time.DateOnly) }

func (f *dossier) countAsked(channels ...ID) {
	f.count(channels, func(t *Tally) { t.Asked++ })
}

func (f *dossier) countJoined() {
	waited := f.handoff.FirstJoined.Sub(f.handoff.StartedAt)
	f.count([]ID{whole, f.handoff.Home.Channel}, func(t *Tally) {
		t.Joined++
		t.Join.add(waited)
	})
}

// concerned are the tallies in which the end of a handoff counts: the channel's that had it, or those of all that were asked.
func (h *Handoff) concerned() []ID {
	if h.Home != nil {
		return []ID{whole, h.Home.Channel}
	}
	return append([]ID{whole}, h.Channels...)
}

func (f *dossier) countEnded(ending Ending) {
	h := f.handoff
	f.count(h.concerned(), func(t *Tally) { t.Ended = counted(t.Ended, ending, 1) })
	if h.Home != nil {
		others := without(slices.Clone(h.Channels), []ID{h.Home.Channel})
		f.count(others, func(t *Tally) { t.Ended = counted(t.Ended, EndingElsewhere, 1) })
	}
	if !h.FirstJoined.IsZero() && !h.EndedAt.IsZero() {
		length := h.EndedAt.Sub(h.FirstJoined)
		f.count(h.concerned(), func(t *Tally) { t.Length.add(length) })
	}
}

// countRating counts a rating in the place of the one before.
func (f *dossier) countRating(before *Rating, now Rating) {
	f.count(f.handoff.concerned(), func(t *Tally) {
		if before != nil {
			t.Ratings[before.Score-1]--
		}
		t.Ratings[now.Score-1]++
	})
}

// saveCounts adds what was counted to its tallies. People come before figures: a tally that is damaged stops no handoff.
func (d *Desk) saveCounts(tx store.Tx, f *dossier) error {
	for _, c := range f.counts {
		for _, channel := range c.channels {
			key := tallyKey(c.day, f.conversation.Agent, channel)
			t, _, err := store.Get[Tally](tx, key)
			if errors.Is(err, store.ErrDamaged) {
				d.complain("count in a report", err)
				continue
			}
			if err != nil {
				return err
			}
			c.what(&t)
			if err := store.Put(tx, key, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReportQuery chooses what a report is about.
type ReportQuery struct {
	From, To string // dates, both included, as 2006-01-02; at most MaxReportDays
	Agent    ID     // empty: all
	Channel  ID     // empty: all
}

// MaxReportDays is how many days one report may have.
const MaxReportDays = 366

// Report is what happened in a range of days. Agents and Channels are in the order of their ids. A handoff that was asked
// for in two channels stands in the figures of both, so that those of the channels may add up to more than the total.
type Report struct {
	Total    Tally
	Days     []DayTally // every day of the range
	Agents   []AgentTally
	Channels []ChannelTally
}

// DayTally is the tally of a day.
type DayTally struct {
	Day string
	Tally
}

// AgentTally is the tally of an agent.
type AgentTally struct {
	Agent ID
	Tally
}

// ChannelTally is the tally of a channel.
type ChannelTally struct {
	Channel ID
	Tally
}

// days checks the query and lists its dates.
func (q ReportQuery) days() ([]DayTally, error) {
	from, err := time.Parse(time.DateOnly, q.From)
	if err != nil {
		return nil, refuse(CodeInvalid, "from: a date like 2026-05-31")
	}
	to, err := time.Parse(time.DateOnly, q.To)
	switch {
	case err != nil:
		return nil, refuse(CodeInvalid, "to: a date like 2026-05-31")
	case to.Before(from):
		return nil, refuse(CodeInvalid, "to: lies before from")
	case to.Sub(from) >= MaxReportDays*24*time.Hour:
		return nil, refuse(CodeInvalid, fmt.Sprintf("to: a report has at most %d days", MaxReportDays))
	}
	var days []DayTally
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		days = append(days, DayTally{Day: day.Format(time.DateOnly)})
	}
	return days, nil
}

// Report reads the tallies of the days.
func (d *Desk) Report(ctx context.Context, q ReportQuery) (Report, error) {
	days, err := q.days()
	if err != nil {
		return Report{}, err
	}
	var r Report
	err = d.view(ctx, func(tx store.Tx) error {
		r = Report{Days: slices.Clone(days)}
		agents, channels := map[ID]*Tally{}, map[ID]*Tally{}
		for key, raw := range tx.Scan(reportRows, reportRows+q.From) {
			day, agent, channel := tallyOf(key)
			if day > q.To {
				break
			}
			if q.Agent != "" && agent != q.Agent || q.Channel != "" && channel != q.Channel {
				continue
			}
			t, err := store.Decode[Tally](key, raw)
			if err != nil {
				return err
			}
			if channel != whole {
				sum(channels, channel, t)
			}
			if channel == q.Channel {
				r.Total.add(t)
				sum(agents, agent, t)
				r.on(day).add(t)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(agents)) {
			r.Agents = append(r.Agents, AgentTally{id, *agents[id]})
		}
		for _, id := range slices.Sorted(maps.Keys(channels)) {
			r.Channels = append(r.Channels, ChannelTally{id, *channels[id]})
		}
		return nil
	})
	return r, err
}

// on finds a day of the report, whose days have no gap.
func (r *Report) on(day string) *Tally {
	i, _ := slices.BinarySearchFunc(r.Days, day, func(d DayTally, day string) int { return strings.Compare(d.Day, day) })
	return &r.Days[i].Tally
}

func sum(tallies map[ID]*Tally, id ID, t Tally) {
	if tallies[id] == nil {
		tallies[id] = &Tally{}
	}
	tallies[id].add(t)
}

// tallyOf reads the key of a tally. The names in it are ids, which stand in keys as they are.
func tallyOf(key string) (day string, agent, channel ID) {
	parts := strings.Split(key[len(reportRows):], "/")
	return parts[0], ID(parts[1]), ID(parts[2])
}
