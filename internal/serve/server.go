package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"protobench/harness/store"
	"protobench/reports"
	"protobench/reports/page"
)

// Server shows the runs below some folders.
type Server struct {
	folders []string
	pages   reports.Pages
	every   time.Duration // between looks for what has changed
	ending  chan struct{} // closed when events have to end

	mu    sync.Mutex
	known map[string]knownRow // rows of the list, by the run's path
}

// New returns a server of the runs below folders.
func New(folders []string) *Server {
	return &Server{folders: folders, every: 2 * time.Second, ending: make(chan struct{}), known: map[string]knownRow{}}
}

// Handler answers requests; anyone lets machines ask that are not this one.
func (s *Server) Handler(anyone bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.list)
	mux.HandleFunc("GET /events", s.listEvents)
	mux.HandleFunc("GET /run/{name...}", s.run)
	mux.HandleFunc("GET /events/run/{name...}", s.runEvents)
	mux.HandleFunc("GET /compare", s.compare)
	return guarded(mux, anyone)
}

// Serve answers at the listener until ctx ends, and then ends what is under way.
func (s *Server) Serve(ctx context.Context, l net.Listener, anyone bool) error {
	server := &http.Server{Handler: s.Handler(anyone), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 16}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	close(s.ending)
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close() // whoever still reads has had time
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// list is the page of all runs.
func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	s.send(w, &b, page.List{Folders: s.folders, Runs: s.rows()}.Write(&b))
}

// escaped is a run's name as part of an address.
func escaped(name string) string { return (&url.URL{Path: name}).EscapedPath() }

// noRun is what is said of an address below which there is none.
const noRun = "no such run below the folders that are served"

// run is the page of a run.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	f, ok := named(discover(s.folders), r.PathValue("name"))
	if !ok {
		http.Error(w, noRun, http.StatusNotFound)
		return
	}
	var b bytes.Buffer
	report, err := s.report(f)
	if err == nil {
		err = report.Write(&b)
	}
	s.send(w, &b, err)
}

// report is a run's page as it is now.
func (s *Server) report(f found) (page.Report, error) {
	d, err := store.Open(f.path)
	if err != nil {
		return page.Report{}, err
	}
	var live *reports.Live
	if at, running := d.Beat(); running {
		live = &reports.Live{Now: time.Now(), Beat: at, Every: s.every}
	}
	report, err := s.pages.Page(f.path, live)
	report.Base, report.Path = "/run/"+escaped(f.name), f.path
	return report, err
}

// send sends a page, or says why there is none.
func (s *Server) send(w http.ResponseWriter, b *bytes.Buffer, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a reader who has gone needs no word
}

// mostCompared is how many cells stand side by side at most.
const mostCompared = 16

// compare is the page of chosen cells: c=/run/NAME/CELL, one each.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	chosen := r.URL.Query()["c"]
	if len(chosen) == 0 || len(chosen) > mostCompared {
		http.Error(w, fmt.Sprintf("choose 1 to %d cells: /compare?c=/run/NAME/CELL&c=…", mostCompared), http.StatusBadRequest)
		return
	}
	cells, runs, made := page.NewCells(), discover(s.folders), map[string]page.Report{}
	for _, c := range chosen {
		if err := s.add(cells, runs, made, c); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
	}
	var b bytes.Buffer
	s.send(w, &b, page.Comparison{Cells: cells}.Write(&b))
}

// add puts a chosen cell among others. made are the pages of runs that were chosen from before.
func (s *Server) add(cells *page.Cells, runs []found, made map[string]page.Report, chosen string) error {
	name, ok := strings.CutPrefix(chosen, "/run/")
	cut := strings.LastIndexByte(name, '/')
	if !ok || cut < 0 {
		return fmt.Errorf("%q: expected /run/NAME/CELL", chosen)
	}
	unescaped, err := url.PathUnescape(name[:cut])
	if err != nil {
		return fmt.Errorf("%q: expected /run/NAME/CELL", chosen)
	}
	f, ok := named(runs, unescaped)
	if !ok {
		return fmt.Errorf("%q: %s", chosen, noRun)
	}
	report, ok := made[f.path]
	if !ok {
		if report, err = s.pages.Page(f.path, nil); err != nil {
			return err
		}
		made[f.path] = report
	}
	if !cells.Take(report.Cells, name[cut+1:], f.name, f.path) {
		return fmt.Errorf("%q: that run has no such cell", chosen)
	}
	return nil
}
