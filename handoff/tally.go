package handoff

import (
	"slices"
	"time"
)

// Tally is what the reports count. It holds numbers alone: nothing in it leads back to a visitor, so that it outlives an
// erasure.
type Tally struct {
	Asked   int                   `json:"asked,omitempty"`   // handoffs that began
	Joined  int                   `json:"joined,omitempty"`  // of them, those that somebody has joined
	Ended   map[Ending]int        `json:"ended,omitempty"`   // how they ended
	Refused map[UnavailableBy]int `json:"refused,omitempty"` // wishes for a person that began nothing, by why
	Join    Spread                `json:"join,omitzero"`     // from the wish to the first who joined
	Length  Spread                `json:"length,omitzero"`   // from the first who joined to the end
	Ratings [5]int                `json:"ratings,omitzero"`  // how often 1 to 5 was given
}

// Ending says how a handoff ended, in the words of the reports: an EndReason, but told apart by whether somebody had joined.
type Ending string

// The endings.
const (
	EndingSpecialist Ending = "specialist"
	EndingVisitor    Ending = "visitor"
	EndingAgent      Ending = "agent"
	EndingHandedBack Ending = "handed_back"
	EndingIdle       Ending = "idle"
	EndingLost       Ending = "channel_lost"
	EndingMissed     Ending = "missed"    // nobody came
	EndingWithdrawn  Ending = "withdrawn" // the visitor or the agent took the wish back while it waited
	EndingErased     Ending = "erased"    // the visitor was erased before it had ended
	EndingElsewhere  Ending = "elsewhere" // in the tallies of channels alone: another channel had it
)

// Endings lists the endings in the order in which reports show them.
var Endings = []Ending{EndingSpecialist, EndingVisitor, EndingAgent, EndingHandedBack, EndingIdle, EndingLost, EndingMissed, EndingWithdrawn, EndingErased, EndingElsewhere}

func endingOf(h *Handoff) Ending {
	switch {
	case h.Ended == EndedNobodyCame:
		return EndingMissed
	case h.Specialist == nil:
		return EndingWithdrawn
	}
	return Ending(h.Ended)
}

// Open is how many of the handoffs have not ended.
func (t Tally) Open() int {
	n := t.Asked
	for _, ended := range t.Ended {
		n -= ended
	}
	return n
}

// Rated is how many ratings were given, and their mean.
func (t Tally) Rated() (n int, mean float64) {
	sum := 0
	for i, times := range t.Ratings {
		n += times
		sum += times * (i + 1)
	}
	if n == 0 {
		return 0, 0
	}
	return n, float64(sum) / float64(n)
}

// Sum counts two tallies together.
func Sum(a, b Tally) Tally {
	var t Tally
	t.add(a)
	t.add(b)
	return t
}

// add counts another tally in.
func (t *Tally) add(o Tally) {
	t.Asked += o.Asked
	t.Joined += o.Joined
	for ending, n := range o.Ended {
		t.Ended = counted(t.Ended, ending, n)
	}
	for reason, n := range o.Refused {
		t.Refused = counted(t.Refused, reason, n)
	}
	t.Join.merge(o.Join)
	t.Length.merge(o.Length)
	for i, n := range o.Ratings {
		t.Ratings[i] += n
	}
}

func counted[K comparable](m map[K]int, key K, n int) map[K]int {
	if m == nil {
		m = map[K]int{}
	}
	m[key] += n
	return m
}

// Spread is how a set of durations is spread: how many lie within each of a list of bounds. A share of them is known as
// "within so long", which is exact; what lies between two bounds is not known.
type Spread struct {
	Count   int         `json:"count,omitempty"`
	Seconds int64       `json:"seconds,omitempty"` // their sum
	Within  map[int]int `json:"within,omitempty"`  // how many lie within so many seconds, and not within the bound before; 0: beyond all
}

// spreadBounds are durations as people say them, in seconds. What is longer than the last counts as beyond.
var spreadBounds = []int{
	1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120, 150, 180, 210, 240, 300, 360, 420, 480, 540, 600, 720, 900,
	1200, 1500, 1800, 2400, 2700, 3600, 4500, 5400, 7200, 9000, 10800, 14400, 18000, 21600, 28800, 36000, 43200, 57600, 86400,
	2 * 86400, 3 * 86400, 5 * 86400, 7 * 86400,
}

const beyond = 0

func (s *Spread) add(d time.Duration) {
	d = max(d, 0)
	seconds := int((d + time.Second - 1) / time.Second)
	bound := beyond
	if i, _ := slices.BinarySearch(spreadBounds, seconds); i < len(spreadBounds) {
		bound = spreadBounds[i]
	}
	s.Count++
	s.Seconds += int64(d.Round(time.Second) / time.Second)
	s.Within = counted(s.Within, bound, 1)
}

func (s *Spread) merge(o Spread) {
	s.Count += o.Count
	s.Seconds += o.Seconds
	for bound, n := range o.Within {
		s.Within = counted(s.Within, bound, n)
	}
}

// Mean is the mean of the durations, zero when there are none.
func (s Spread) Mean() time.Duration {
	if s.Count == 0 {
		return 0
	}
	return time.Duration(s.Seconds) * time.Second / time.Duration(s.Count)
}

// Share returns the shortest bound within which at least so many of a hundred lie. It is false when there are none, or when
// that many do not lie within the longest bound, a week.
func (s Spread) Share(percent int) (time.Duration, bool) {
	if s.Count == 0 {
		return 0, false
	}
	seen := 0
	for _, bound := range spreadBounds {
		if seen += s.Within[bound]; seen*100 >= percent*s.Count {
			return time.Duration(bound) * time.Second, true
		}
	}
	return 0, false
}
