package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"protobench/harness/store"
)

// runs makes a folder with two runs: one of a finished cell and one whose plan cannot be read.
func runs(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	one := filepath.Join(root, "deep", "one run")
	d, err := store.Create(one)
	must(t, err)
	p := store.PlanCell{Cell: store.Cell{Method: "swav", Objective: "swav", Learner: "joint", Hash: "abcdef0123", Seed: 3}, Dir: "swav__s3", Config: "seeds = [3]\n", Prototypes: 4}
	_, err = d.Freeze(store.Plan{Name: "one <run>", Question: "Why?", Cells: []store.PlanCell{p}})
	must(t, err)
	c := d.Cell(p)
	must(t, c.Prepare())
	must(t, os.WriteFile(filepath.Join(c.Path(), "result.json"), []byte(`{"schema":2,"cell":{"method":"swav","hash":"abcdef0123","seed":3},"outcome":{"status":"ok","epoch":2},"metrics":{"live_unique@0.025":3}}`), 0o600))
	must(t, os.MkdirAll(filepath.Join(root, "broken"), 0o700))
	must(t, os.WriteFile(filepath.Join(root, "broken", "plan.json"), []byte("{"), 0o600))
	return root
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request with headers given as name and value, one after another.
func ask(t *testing.T, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8642"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPages(t *testing.T) {
	h := New([]string{runs(t)}).Handler(false)
	list := ask(t, h, "/")
	for _, want := range []string{`href="/run/0/deep/one%20run"`, "one &lt;run&gt;", "cannot be read", "deep/one run"} {
		if !strings.Contains(list.Body.String(), want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	page := ask(t, h, "/run/0/deep/one%20run")
	for _, want := range []string{`"base":"/run/0/deep/one%20run"`, "connect-src &#39;self&#39;", "swav__s3"} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	compare := ask(t, h, "/compare?c="+url.QueryEscape("/run/0/deep/one%20run/swav__s3"))
	if compare.Code != http.StatusOK || !strings.Contains(compare.Body.String(), `"compared":true`) || !strings.Contains(compare.Body.String(), `"in":"0/deep/one run"`) {
		t.Errorf("%d %.200s", compare.Code, compare.Body)
	}
	for _, w := range []*httptest.ResponseRecorder{list, page, compare} {
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8", "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": "frame-ancestors 'none'", "Access-Control-Allow-Origin": ""} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

// Nothing outside of the folders is served, and no file as it is.
func TestNothingElseIsServed(t *testing.T) {
	root := runs(t)
	outside := runs(t)
	if err := os.Symlink(outside, filepath.Join(root, "link")); err != nil {
		t.Skip(err)
	}
	linked := filepath.Join(root, "linked")
	must(t, os.MkdirAll(linked, 0o700))
	must(t, os.Symlink(filepath.Join(outside, "deep", "one run", "plan.json"), filepath.Join(linked, "plan.json")))
	h := New([]string{root}).Handler(false)
	if list := ask(t, h, "/").Body.String(); strings.Contains(list, "link") && strings.Contains(list, filepath.Join(root, "link")) {
		t.Error("the list follows links")
	}
	for _, path := range []string{
		"/run/0/link/deep/one%20run", "/run/0/linked", "/run/0/deep/one%20run/plan.json", "/run/0/deep/one%20run/cells/swav__s3/result.json", "/run/0/..%2f..%2fetc%2fpasswd",
		"/run/1/deep/one%20run", "/run/0/%2e%2e/x", "/etc/passwd", "/run/", "/events/run/0/none", "/compare?c=/run/0/link/deep/one%2520run/swav__s3", "/compare?c=/run/0/deep/one%2520run/..",
	} {
		if w := ask(t, h, path); w.Code != http.StatusNotFound && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusMovedPermanently {
			t.Errorf("%s: %d %.100s", path, w.Code, w.Body)
		}
	}
	if w := ask(t, h, "/compare"); w.Code != http.StatusBadRequest {
		t.Errorf("nothing compared: %d", w.Code)
	}
	if w := ask(t, h, "/compare?"+strings.Repeat("c=x&", mostCompared+1)); w.Code != http.StatusBadRequest {
		t.Errorf("too many compared: %d", w.Code)
	}
}

// A foreign name that points here, another site's scripts and whoever wants to change something get
// nothing.
func TestWhoIsAnswered(t *testing.T) {
	s := New([]string{t.TempDir()})
	own, err := os.Hostname()
	must(t, err)
	for _, c := range []struct {
		headers      []string
		here, anyone int
	}{
		{nil, 200, 200},
		{[]string{"Host", "localhost:8642"}, 200, 200},
		{[]string{"Host", "LOCALHOST."}, 200, 200},
		{[]string{"Host", "[::1]:8642"}, 200, 200},
		{[]string{"Host", "evil.example:8642"}, 421, 421},
		{[]string{"Host", "127.0.0.1.evil.example"}, 421, 421},
		{[]string{"Host", ""}, 421, 421},
		{[]string{"Host", "192.0.2.7:8642"}, 421, 200},
		{[]string{"Host", own + ":8642"}, 421, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200, 200},
		{[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"}, 403, 403},
		{[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403, 403},
		{[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200, 200},
	} {
		for _, anyone := range []bool{false, true} {
			want := c.here
			if anyone {
				want = c.anyone
			}
			if own == "localhost" && want == 421 && strings.Contains(fmt.Sprint(c.headers), own) {
				continue
			}
			if got := ask(t, s.Handler(anyone), "/", c.headers...).Code; got != want {
				t.Errorf("%q, anyone %v: %d, want %d", c.headers, anyone, got, want)
			}
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r := httptest.NewRequest(method, "/", nil)
		r.Host = "localhost"
		w := httptest.NewRecorder()
		s.Handler(false).ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for address, wants := range map[string][2]bool{
		"127.0.0.1:8642": {true, true}, "localhost:0": {true, true}, "[::1]:1": {true, true}, "127.9.9.9:1": {true, true},
		"0.0.0.0:1": {false, true}, ":8642": {false, true}, "192.0.2.1:1": {false, true}, "example.org:1": {false, true}, "8642": {false, false},
	} {
		for i, anyone := range []bool{false, true} {
			if err := CheckAddress(address, anyone); (err == nil) != wants[i] {
				t.Errorf("%s, anyone %v: %v", address, anyone, err)
			}
		}
	}
}

// Events tell of changes and end with the server, which ends in time.
func TestEventsAndTheEnd(t *testing.T) {
	root := runs(t)
	s := New([]string{root})
	s.every = 5 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, false) }()
	response, err := http.Get("http://" + l.Addr().String() + "/events/run/0/deep/one%20run")
	must(t, err)
	defer response.Body.Close()
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Error(got)
	}
	lines := bufio.NewScanner(response.Body)
	await(t, lines, ": still here")
	must(t, os.WriteFile(filepath.Join(root, "deep", "one run", "cells", "swav__s3", "epochs.jsonl"), []byte("{}\n"), 0o600))
	await(t, lines, "event: changed")
	await(t, lines, ": still here")
	stop()
	select {
	case err := <-ended:
		must(t, err)
	case <-time.After(4 * time.Second):
		t.Error("the server does not end while a page listens")
	}
	_, err = io.Copy(io.Discard, response.Body)
	must(t, err)
}

func await(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	for lines.Scan() {
		if lines.Text() == want {
			return
		}
	}
	t.Fatalf("no %q: %v", want, lines.Err())
}

// A row is read once while its files are the same, and anew when one has changed.
func TestRowsAreReadWhenTheyChange(t *testing.T) {
	root := runs(t)
	s := New([]string{root})
	done := func() int {
		for _, r := range s.rows() {
			if r.Name == "one <run>" {
				return r.Done
			}
		}
		return -1
	}
	if done() != 1 {
		t.Fatalf("%d cells are done, want 1", done())
	}
	path := filepath.Join(root, "deep", "one run")
	kept := s.known[path]
	kept.row.Done = 7 // tells a row that was kept
	s.known[path] = kept
	if done() != 7 {
		t.Error("the row was read again, though nothing has changed")
	}
	must(t, os.Remove(filepath.Join(path, "cells", "swav__s3", "result.json")))
	if n := done(); n != 0 {
		t.Errorf("%d cells are done after the result is gone, want 0", n)
	}
}
