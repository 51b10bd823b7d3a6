package page

import (
	"strconv"
	"strings"
	"time"

	"protobench/reports/table"
)

// Report is what a page shows, in the order of the page.
type Report struct {
	Name     string
	Question string
	Note     string // what readers have to know; empty for nothing
	Progress Progress
	Findings []Finding
	Late     bool      // the claims were written or changed after the first plan
	Judging  string    // the rules behind the verdicts, Markdown
	Results  []Section // the tables that a reader looks for first
	Figures  []Figure
	Setup    []string  // how it was run, a line of Markdown each
	More     []Section // other tables, folded
	Origin   []string  // what made the results, a line of Markdown each
	Columns  []string  // what the columns mean, a line of Markdown each
	Cells    *Cells
	Overview Section // a row per cell, in the order of Cells

	// Base is where a server has the page, "" for a file; Path the run's folder as commands are
	// given it, which a file finds out by itself.
	Base, Path string
}

// Progress says how far a run is. The zero value of Written is a page that nothing will replace.
type Progress struct {
	Planned, Done, Collapsed, Diverged, Failed int // cells
	Running                                    bool
	Written                                    time.Time     // when the page was made, while Running
	Beat                                       time.Time     // last sign of life of the run
	Every                                      time.Duration // a page follows within this time
}

// Finding is a claim with its verdict.
type Finding struct {
	Name, Says, Verdict, Because string
	Quantity, Contrast           string
	Measured, Expected           string // as tables write them
	N                            int    // paired seeds
	P, Holm                      string
	Interval                     Interval
}

// Section is a table under a heading; one without rows and notes is left out.
type Section struct {
	Title  string
	Table  *table.Table
	Differ bool // entries that are not their column's usual ones are marked
}

// Said reports whether there is anything in the table.
func (s Section) Said() bool { return len(s.Table.Rows)+len(s.Table.General) > 0 }

// Extra lists the columns that the short form leaves out, from 1; none where it has none.
func (s Section) Extra() string {
	var out []string
	brief, i := false, 0
	for _, c := range s.Table.Columns {
		if c.Data {
			continue
		}
		i++
		if brief = brief || c.Brief; !c.Brief {
			out = append(out, strconv.Itoa(i))
		}
	}
	if !brief {
		return ""
	}
	return strings.Join(out, " ")
}

// Figure is one picture with its caption. Without a picture, State says why.
type Figure struct {
	Name, Title string
	Caption     string // Markdown
	State       string // what is not as it should be, Markdown
	Alt         string // what is in it, for those who cannot see it; the title where empty
	SVG         []byte
	PNG         []byte // stands in where the SVG is too large
}
