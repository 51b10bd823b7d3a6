package fetch

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// official is a file that the tests' servers hold.
func official() ([]byte, Download) {
	b := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	sum := md5.Sum(b)
	return b, Download{File: "set.bin", MD5: hex.EncodeToString(sum[:]), Size: int64(len(b))}
}

// serve runs a server of the test's own and fetches from it.
func serve(t *testing.T, d Download, handle http.HandlerFunc) (dir string, fetch func() error) {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	d.URL = s.URL + "/set.bin"
	dir = t.TempDir()
	f := Fetcher{Client: s.Client(), Stall: 200 * time.Millisecond, Tries: 3, Pause: time.Millisecond}
	return dir, func() error { return f.Fetch(context.Background(), d, dir) }
}

func content(file []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "set.bin", time.Time{}, bytes.NewReader(file))
	}
}

// shows that the file is there as it should be, and nothing else is.
func shows(t *testing.T, dir string, file []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, "set.bin"))
	entries, _ := os.ReadDir(dir)
	if err != nil || !bytes.Equal(got, file) || len(entries) != 1 {
		t.Errorf("%d bytes of %d, %d files, %v", len(got), len(file), len(entries), err)
	}
}

func TestFetchGoesOnWhereItBrokeOff(t *testing.T) {
	file, d := official()
	asked := []string{}
	dir, fetch := serve(t, d, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Range"))
		from := 0
		if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
			from, _ = strconv.Atoi(strings.TrimSuffix(text, "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(file)-1, len(file)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(file)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(file[from:min(from+100_000, len(file))])
		if from+100_000 < len(file) {
			panic(http.ErrAbortHandler)
		}
	})
	if err := fetch(); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, file)
	if len(asked) < 3 || asked[0] != "" || asked[1] == "" {
		t.Errorf("asked for %q", asked)
	}
	n := len(asked)
	if err := fetch(); err != nil || len(asked) != n {
		t.Errorf("what is there was fetched again: %v", err)
	}
}

func TestFetchTakesUpWhatAnEarlierRunLeft(t *testing.T) {
	file, d := official()
	ranges := ""
	dir, fetch := serve(t, d, func(w http.ResponseWriter, r *http.Request) { ranges = r.Header.Get("Range"); content(file)(w, r) })
	if err := os.WriteFile(filepath.Join(dir, "set.bin.part"), file[:5000], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := fetch(); err != nil || ranges != "bytes=5000-" {
		t.Errorf("asked for %q, %v", ranges, err)
	}
	shows(t, dir, file)
}

func TestFetchFromAServerWithoutRanges(t *testing.T) {
	file, d := official()
	dir, fetch := serve(t, d, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(file) })
	if err := os.WriteFile(filepath.Join(dir, "set.bin.part"), file[:5000], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := fetch(); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, file)
}

func TestFetchWaitsForASlowServer(t *testing.T) {
	file, d := official()
	requests := 0
	dir, fetch := serve(t, d, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		for part := range slices.Chunk(file, len(file)/8) { // 320 ms in all, where 200 without a byte are too many
			time.Sleep(40 * time.Millisecond)
			_, _ = w.Write(part)
			w.(http.Flusher).Flush()
		}
	})
	if err := fetch(); err != nil || requests != 1 {
		t.Fatalf("%d requests, %v", requests, err)
	}
	shows(t, dir, file)
}

func TestFetchRefuses(t *testing.T) {
	file, d := official()
	other := bytes.Clone(file)
	other[7]++
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		size   int64
		want   string
	}{
		"stalls": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(file)))
			_, _ = w.Write(file[:100])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, d.Size, "no byte came for 200ms"},
		"HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<html>log in</html>"))
		}, d.Size, "an HTML page"},
		"HTML as data": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte("\n<!DOCTYPE html><p>"))
		}, 0, "an HTML page"},
		"another length": {content(file[:1000]), d.Size, "says the file has 1000 bytes, expected 262144"},
		"no length": {func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = w.Write(append(bytes.Clone(file), 1))
		}, d.Size, "sends more than the 262144 bytes"},
		"another file": {content(other), d.Size, "what came has MD5"},
		"not there":    {http.NotFound, d.Size, "404"},
		"wrong range": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 7-9/10")
			w.WriteHeader(206)
		}, d.Size, `the server sends "bytes 7-9/10"`},
		"out of order": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, d.Size, "503"},
	} {
		d := d
		d.Size = c.size
		dir, fetch := serve(t, d, c.handle)
		err := fetch()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "put set.bin into "+dir) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if _, err := os.Stat(filepath.Join(dir, "set.bin")); err == nil {
			t.Errorf("%s: the file has its name", name)
		}
	}
}

func TestFetchOffline(t *testing.T) {
	_, d := official()
	d.URL = "http://127.0.0.1:1/set.bin"
	f := Fetcher{Tries: 1, Pause: time.Millisecond}
	if err := f.Fetch(context.Background(), d, t.TempDir()); err == nil || !strings.Contains(err.Error(), "to do it by hand, put set.bin into") {
		t.Errorf("got %v", err)
	}
}
