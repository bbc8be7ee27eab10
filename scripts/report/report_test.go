package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const (
		passed  = `{"Action":"run","Package":"a","Test":"TestGood"}` + "\n" + `{"Action":"output","Package":"a","Test":"TestGood","Output":"chatter\n"}` + "\n" + `{"Action":"pass","Package":"a","Test":"TestGood"}` + "\n"
		skipped = `{"Action":"output","Package":"a","Test":"TestLazy","Output":"=== RUN   TestLazy\n"}` + "\n" + `{"Action":"output","Package":"a","Test":"TestLazy","Output":"    x_test.go:7: needs a browser\n"}` + "\n" + `{"Action":"skip","Package":"a","Test":"TestLazy"}` + "\n"
		failed  = `{"Action":"output","Package":"a","Test":"TestBad","Output":"    x_test.go:9: 1 is not 2\n"}` + "\n" + `{"Action":"fail","Package":"a","Test":"TestBad"}` + "\n"
		ended   = `{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}` + "\n" + `{"Action":"pass","Package":"a"}` + "\n"
		crashed = `{"Action":"output","Package":"a","Output":"panic: in TestMain\n"}` + "\n" + `{"Action":"fail","Package":"a"}` + "\n"
		hung    = `{"Action":"output","Package":"a","Test":"TestSlow","Output":"panic: test timed out after 10m0s\n"}` + "\n" + `{"Action":"fail","Package":"a"}` + "\n"
		unbuilt = `{"Action":"build-output","ImportPath":"a","Output":"a.go:1: no such thing\n"}` + "\n" + `{"Action":"build-fail","ImportPath":"a"}` + "\n" + `{"Action":"fail","Package":"a","FailedBuild":"a"}` + "\n"
	)
	for _, row := range []struct {
		name   string
		input  string
		well   bool
		shown  []string
		hidden []string
	}{
		{"all well", passed + ended, true, []string{"ok  \ta\t0.1s", "1 passed, 0 failed, 0 skipped"}, []string{"chatter"}},
		{"a skipped test", passed + skipped + ended, false, []string{"skipped: a TestLazy: x_test.go:7: needs a browser"}, nil},
		{"a failed test", failed, false, []string{"1 is not 2", "failed: a TestBad"}, nil},
		{"a package that dies", crashed, false, []string{"panic: in TestMain"}, nil},
		{"a test that does not end", passed + hung, false, []string{"timed out", "failed: a TestSlow: it did not end"}, []string{"chatter"}},
		{"a package that does not build", unbuilt, false, []string{"no such thing"}, nil},
		{"words of the go command", "go: no packages\n" + failed, false, []string{"go: no packages"}, nil},
		{"nothing", "", false, []string{"0 passed"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			r := newReport(&out)
			if err := r.read(strings.NewReader(row.input)); err != nil {
				t.Fatal(err)
			}
			if well := r.close(); well != row.well {
				t.Errorf("well is %t", well)
			}
			for _, want := range row.shown {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, &out)
				}
			}
			for _, unwanted := range row.hidden {
				if strings.Contains(out.String(), unwanted) {
					t.Errorf("%q is in\n%s", unwanted, &out)
				}
			}
		})
	}
}
