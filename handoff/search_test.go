package handoff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/handoff"
)

// finds searches, and gives the labels of what was found.
func (h *house) finds(text string) (labels []string) {
	h.Helper()
	found, err := h.desk.Search(h.Context(), text)
	h.must(err)
	for _, l := range found.Handoffs {
		labels = append(labels, l.Label)
	}
	return labels
}

// TestSearch finds by the beginning of any part of a name, an address, an account or an id.
func TestSearch(t *testing.T) {
	play(t, func(h *house) {
		begin := func(v handoff.Visitor, a handoff.Account) (conversation, handed handoff.ID) {
			s, err := h.desk.Start(h.Context(), handoff.NewConversation{Agent: "marketing", Visitor: v, Account: a, Verified: true})
			h.must(err)
			h.pass(time.Second)
			return s.Conversation.ID, h.asks(s.Conversation.ID)
		}
		conversation, handed := begin(handoff.Visitor{ID: "crm-417", Name: "Danaë O'Brien", Email: "dana.cole@mail.example.com"}, handoff.Account{Name: "Northwind Traders", Domain: "northwind.example"})
		begin(handoff.Visitor{Name: "Daniel Weiß"}, handoff.Account{Name: "Contoso/EMEA 100%"})
		begin(handoff.Visitor{Name: "山田 太郎"}, handoff.Account{Name: strings.Repeat("very-long", 30)})
		_, nameless := begin(handoff.Visitor{}, handoff.Account{})
		page, err := h.desk.Board(h.Context(), handoff.BoardQuery{Stage: handoff.StageWaiting})
		h.must(err)
		label := page.Handoffs[3].Label
		if page.Handoffs[3].Handoff.ID != nameless || !page.Handoffs[3].Pseudonym {
			t.Fatalf("the nameless visitor is %+v", page.Handoffs[3])
		}
		const danae, daniel, yamada = "Danaë O'Brien", "Daniel Weiß", "山田 太郎"
		for _, row := range []struct {
			asked string
			want  []string
		}{
			{"dan", []string{daniel, danae}}, // newest first
			{"DANAE", []string{danae}},
			{"danaë", []string{danae}},
			{"brien dan", []string{danae}},
			{"o'brien", []string{danae}},
			{"weiss", []string{daniel}},
			{"WEISS", []string{daniel}},
			{"dana.cole@mail.example.com", []string{danae}},
			{"cole", []string{danae}},
			{"mail.example", []string{danae}},
			{"example", []string{danae}},
			{"northwind.example", []string{danae}},
			{"traders o'b", []string{danae}},
			{"crm-417", []string{danae}},
			{"417", []string{danae}},
			{string(handed), []string{danae}},
			{string(conversation), []string{danae}},
			{strings.ToUpper(string(handed)), []string{danae}},
			{"emea", []string{daniel}},
			{"contoso/emea", []string{daniel}},
			{"100%", []string{daniel}},
			{"山田", []string{yamada}},
			{strings.Repeat("very-long", 30), []string{yamada}},
			{label, []string{label}},
			{"anaë", nil}, // no part begins so
			{"dan nobody", nil},
			{"  ", nil},
			{"/", nil},
			{"%", nil},
			{"dan/", []string{daniel, danae}},
			{"\xff\x00", nil},
			{strings.Repeat("a", 10_000), nil},
		} {
			if got := h.finds(row.asked); !slices.Equal(got, row.want) {
				t.Errorf("%.40q finds %q, want %q", row.asked, got, row.want)
			}
		}
	})
}

// TestSearchBounds shows the newest of many, says that there are more, and still finds the one that is asked for exactly.
func TestSearchBounds(t *testing.T) {
	play(t, func(h *house) {
		h.set(func(a *handoff.Agent) { a.Handoff.WaitSeconds = 7 * 24 * 3600 })
		for i := range 60 {
			h.asks(h.visitor(fmt.Sprintf("Robin Nr%d", i)))
			h.pass(time.Second)
		}
		found, err := h.desk.Search(h.Context(), "robin")
		h.must(err)
		if len(found.Handoffs) != 50 || !found.More || found.Handoffs[0].Label != "Robin Nr59" {
			t.Errorf("%d found, more: %v, the first is %s", len(found.Handoffs), found.More, found.Handoffs[0].Label)
		}
		found, err = h.desk.Search(h.Context(), "robin nr7")
		h.must(err)
		if len(found.Handoffs) != 1 || found.More {
			t.Errorf("%d found, more: %v", len(found.Handoffs), found.More)
		}
	})
}

// FuzzSearch asks for anything: whatever was indexed under a name is found by that name, and nothing breaks.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"Dana Cole", "Danaë", "a/b%2F", "İstanbul ẞ ﬁ", "é\u0301\u0327", "\xff\xfe", "山田", "x@y@z..", strings.Repeat("ß", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		play(t, func(h *house) {
			id := h.asks(h.visitor(name))
			found, err := h.desk.Search(h.Context(), name)
			h.must(err)
			asked := strings.ContainsFunc(strings.ToValidUTF8(name, " "), func(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' })
			if words := strings.Fields(name); asked && len(name) < 150 && len(words) < 5 && (len(found.Handoffs) != 1 || found.Handoffs[0].Handoff.ID != id) {
				t.Errorf("%q is not found by its own name: %+v", name, found)
			}
		})
	})
}
