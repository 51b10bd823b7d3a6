package serve

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"protobench/harness/store"
)

// signature is what a page is made of, in short, and the run's last sign of life.
type signature struct {
	of   string
	beat time.Time // zero when nobody is at work
}

// signature looks at names, sizes and times of the files that the page shows.
func (f found) signature() signature {
	var b strings.Builder
	look := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
	}
	plans, _ := fs.Glob(os.DirFS(f.path), "plan*.json") // the pattern is well formed
	for _, p := range plans {
		look(filepath.Join(f.path, p))
	}
	cells, _ := os.ReadDir(filepath.Join(f.path, "cells"))
	for _, c := range cells {
		cell := filepath.Join(f.path, "cells", c.Name())
		look(filepath.Join(cell, "result.json"))
		look(store.CurvesPath(cell))
	}
	out := signature{}
	if d, err := store.Open(f.path); err == nil {
		if at, running := d.Beat(); running {
			out.beat = at
			b.WriteString("running")
		}
	}
	out.of = b.String()
	return out
}

// listEvents tells the list of runs of changes.
func (s *Server) listEvents(w http.ResponseWriter, r *http.Request) {
	s.stream(w, r, func() signature {
		var b strings.Builder
		for _, one := range s.rows() {
			fmt.Fprintln(&b, one.Address, one.Done, one.Failed, one.Planned, one.Running)
		}
		return signature{of: b.String()}
	})
}

// runEvents tells the page of a run of changes and of signs of life.
func (s *Server) runEvents(w http.ResponseWriter, r *http.Request) {
	f, ok := named(discover(s.folders), r.PathValue("name"))
	if !ok {
		http.Error(w, noRun, http.StatusNotFound)
		return
	}
	s.stream(w, r, f.signature)
}

// stream sends an event where what a page is made of has changed since it was asked for, and the
// run's signs of life. It ends with the request or the server.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, look func() signature) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "events cannot be sent here", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	before := look()
	if _, err := fmt.Fprint(w, "retry: 2000\n\n"); err != nil {
		return
	}
	flusher.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-s.ending:
			return
		case <-time.After(s.every):
		}
		now, text := look(), ": still here\n\n"
		if now.of != before.of {
			text = "event: changed\ndata: \n\n"
		}
		if !now.beat.IsZero() {
			text += fmt.Sprintf("event: beat\ndata: %d\n\n", now.beat.UnixMilli())
		}
		before = now
		if _, err := fmt.Fprint(w, text); err != nil {
			return
		}
		flusher.Flush()
	}
}
