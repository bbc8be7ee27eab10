package admin_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docket-handoff/docket/checks/archive"
	"github.com/docket-handoff/docket/handoff"
	"github.com/docket-handoff/docket/store/bolt"
	"github.com/docket-handoff/docket/web"
	"github.com/docket-handoff/docket/web/admin"
)

// BenchmarkPages measures the answers of the admin pages through the server's door, in a store of 20,000 ended handoffs, or as many
// as DOCKET_BENCH_HANDOFFS says, beside the same in a store of 1,000 and in an empty one, asked in turn. The metrics are medians:
// "x-small" and "x-empty" divide the answer's time in the large store by that in the other, "KB" is how long the answer is.
func BenchmarkPages(b *testing.B) {
	many := 20_000
	if n, err := strconv.Atoi(os.Getenv("DOCKET_BENCH_HANDOFFS")); err == nil {
		many = n
	}
	sites := []*measured{newMeasured(b, 0), newMeasured(b, 1000), newMeasured(b, many)}
	for _, row := range []struct{ name, path string }{
		{"board", "/admin/handoffs"},
		{"board-filtered", "/admin/handoffs?agent=agent-1&channel=chat-1"},
		{"board-until", "/admin/handoffs?until=2026-01-02"},
		{"next-page", "next"},
		{"search-one", "/admin/handoffs?q=dana0%40mail.example"},
		{"search-two-names", "/admin/handoffs?q=dana+company"},
		{"search-nothing", "/admin/handoffs?q=nothing+like+this"},
		{"reports-week", "/admin/reports?from=2026-03-25&to=2026-03-31"},
		{"reports-90-days", "/admin/reports?from=2026-01-01&to=2026-03-31"},
		{"reports-table", "/admin/reports/export.csv?from=2026-01-01&to=2026-03-31"},
		{"export-day", "/admin/handoffs/export.csv?agent=agent-1&until=2026-01-01"},
		{"export", "/admin/handoffs/export.csv"},
	} {
		b.Run(row.name, func(b *testing.B) {
			took, size := make([][]time.Duration, len(sites)), 0
			for range b.N {
				for i, s := range sites {
					path := row.path
					if path == "next" {
						path = s.next
					}
					began := time.Now()
					size = len(s.get(b, path))
					took[i] = append(took[i], time.Since(began))
				}
			}
			median := func(i int) float64 {
				slices.Sort(took[i])
				return float64(took[i][len(took[i])/2].Microseconds())
			}
			b.ReportMetric(0, "ns/op") // of three stores together: says nothing
			b.ReportMetric(median(2), "µs-large")
			b.ReportMetric(median(2)/median(1), "x-small")
			b.ReportMetric(median(2)/median(0), "x-empty")
			b.ReportMetric(float64(size)/1000, "KB")
		})
	}
}

// measured is a server with so many ended handoffs, and somebody who is signed in.
type measured struct {
	url    string
	client *http.Client
	next   string // the second page of the ended ones; where there is none, the first
}

func newMeasured(b *testing.B, n int) *measured {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	engine, err := bolt.Open(filepath.Join(b.TempDir(), "docket.db"))
	must(err)
	b.Cleanup(func() { _ = engine.Close() })
	must(archive.Fill(context.Background(), engine, n))
	evening := archive.Begin.AddDate(0, 0, archive.Days-1).Add(23 * time.Hour)
	clock := func() time.Time { return evening }
	log := slog.New(slog.DiscardHandler)
	desk := handoff.NewDesk(engine, handoff.Config{Clock: clock, Log: log})
	server := httptest.NewUnstartedServer(nil)
	s := &measured{url: "http://" + server.Listener.Addr().String()}
	pages, err := admin.New(admin.Config{Engine: engine, Desk: desk, PublicURL: s.url, App: "Acme Chat", Log: log, Clock: clock})
	must(err)
	door, err := web.New(web.Config{Desk: desk, Admin: pages, Keys: pages.Keys(), PublicURL: s.url, App: "Acme Chat", Log: log})
	must(err)
	server.Config.Handler = door.Handler()
	server.Start()
	b.Cleanup(func() { door.Drain(); server.Close() })

	jar, err := cookiejar.New(nil)
	must(err)
	s.client = &http.Client{Jar: jar}
	link, err := pages.SignInLink(context.Background(), admin.RoleAdmin)
	must(err)
	form := url.Values{"token": {link[strings.LastIndexByte(link, '/')+1:]}}
	r, err := http.NewRequest(http.MethodPost, s.url+"/admin/signin/link", strings.NewReader(form.Encode()))
	must(err)
	r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {s.url}, "Sec-Fetch-Site": {"same-origin"}}
	answer, err := s.client.Do(r)
	must(err)
	answer.Body.Close()

	s.next = "/admin/handoffs?list=ended"
	if _, behind, more := strings.Cut(s.get(b, "/admin/handoffs"), `<p class="pager"><a href="`); more {
		s.next, _, _ = strings.Cut(behind, `"`)
		s.next = strings.ReplaceAll(s.next, "&amp;", "&")
	}
	return s
}

func (s *measured) get(b *testing.B, path string) string {
	b.Helper()
	answer, err := s.client.Get(s.url + path)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s is answered %d, %v", path, answer.StatusCode, err)
	}
	return string(body)
}
