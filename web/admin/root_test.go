package admin_test

import (
	"net/http"
	"testing"

	"github.com/docket-handoff/docket/web/admin/admintest"
)

// TestTheBareAddress leads people to the pages.
func TestTheBareAddress(t *testing.T) {
	site := admintest.New(t)
	if page := site.Stranger().Get("/"); page.Status != http.StatusFound || page.Location != "/admin/" {
		t.Errorf("/ is answered %d %s", page.Status, page.Location)
	}
}
