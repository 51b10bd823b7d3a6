package page

import (
	"io"
	"time"
)

// List is a server's page of all runs.
type List struct {
	Folders []string
	Runs    []Run
}

// Run is a run in the list.
type Run struct {
	Address               string // of its page
	Path, Name, Question  string
	Done, Failed, Planned int // cells
	Running               bool
	Changed               time.Time
	Unreadable            string // why it cannot be shown; empty where it can
}

// Write writes the page.
func (l List) Write(w io.Writer) error {
	f, err := framed(content{Name: "runs", Base: "/", Live: map[string]any{"running": false}})
	if err != nil {
		return err
	}
	return theKit().pages.ExecuteTemplate(w, "list.html", struct {
		frame
		List
	}{f, l})
}

// Comparison is a server's page of cells side by side.
type Comparison struct{ Cells *Cells }

// Write writes the page.
func (c Comparison) Write(w io.Writer) error {
	f, err := framed(content{Cells: c.Cells, Name: "comparison", Base: "/", Compared: true})
	if err != nil {
		return err
	}
	return theKit().pages.ExecuteTemplate(w, "compare.html", struct {
		frame
		Comparison
	}{f, c})
}
