package reports

import (
	"fmt"
	"os"
	"path/filepath"

	"protobench/harness/store"
	"protobench/reports/table"
)

// Summary tells what a report was made of.
type Summary struct {
	Path      string       // the report's README.md
	MainTable *table.Table // its short form
	Note      string       // what readers have to know, as the sweep says it; empty for nothing
	Planned   int          // cells
	Done      int          // cells with a result that is not a failure
	Failed    int          // cells that failed
	Unplanned []string     // cell folders that the plan does not name
	Missing   []string     // figures that could not be drawn, with the reason
	Kept      []string     // figures of an earlier report that could not be made again, with the reason
}

// Options say in what forms a report is written.
type Options struct {
	Formats []string // of the tables beside CSV
	DPI     int      // pixels per inch of PNG files; 0: [drawing.DPI]
}

// Write makes the report of a run directory: report/README.md with every table and figure,
// report/index.html, the same for a browser and with every cell behind it, report/findings.md where the
// sweep makes claims, report/figures/*.png, *.svg and *.pdf, and each table that
// has rows as a file of its own: NAME.csv always, and NAME.md, NAME.tex or NAME.html where these
// formats are asked for. It needs a plan, not a finished sweep: what is not there yet is named.
// Errors name the file.
func Write(dir string, o Options) (Summary, error) {
	if err := table.CheckFormats(o.Formats); err != nil {
		return Summary{}, err
	}
	s, err := load(dir)
	if err != nil {
		return Summary{}, err
	}
	figures, err := s.figures()
	if err != nil {
		return Summary{}, err
	}
	out := s.dir.Report()
	if err := os.MkdirAll(filepath.Join(out, "figures"), 0o755); err != nil {
		return Summary{}, fmt.Errorf("report folder %s: cannot be written (%w)", out, err)
	}
	for i := range figures {
		figures[i].DPI = o.DPI
		if err := figures[i].save(filepath.Join(out, "figures")); err != nil {
			return Summary{}, err
		}
	}
	findings, err := s.findings()
	if err != nil {
		return Summary{}, err
	}
	all := s.tables(findings)
	if err := s.writeTexts(figures, findings, all, o.Formats); err != nil {
		return Summary{}, err
	}
	return s.summary(figures, all), nil
}

// writeTexts writes all that is no picture.
func (s *sweep) writeTexts(figures []figure, findings []finding, all tables, formats []string) error {
	out := s.dir.Report()
	if err := all.write(out, formats); err != nil {
		return err
	}
	if err := s.writeCells(filepath.Join(out, "cells.csv")); err != nil {
		return err
	}
	if len(findings) > 0 {
		if _, err := s.writeFindings(findings); err != nil {
			return err
		}
	}
	text, err := s.readme(figures, all)
	if err != nil {
		return err
	}
	if err := store.WriteFile(filepath.Join(out, "README.md"), []byte(text)); err != nil {
		return err
	}
	return s.writeIndex(figures, findings, all)
}

// tally counts the cells, those with a result that is not a failure, and those that failed.
func (s *sweep) tally() (planned, done, failed int) {
	for _, a := range s.arms {
		for _, r := range a.runs {
			planned++
			switch r.State {
			case store.Done:
				done++
			case store.Broken:
				failed++
			}
		}
	}
	return planned, done, failed
}

func (s *sweep) summary(figures []figure, all tables) Summary {
	out := Summary{Path: filepath.Join(s.dir.Report(), "README.md"), MainTable: all.main.Brief(), Note: s.plan.Note, Unplanned: s.unplanned}
	out.Planned, out.Done, out.Failed = s.tally()
	for _, f := range figures {
		switch said := f.Title + ": " + f.Why(); {
		case f.kept:
			out.Kept = append(out.Kept, said)
		case f.Draw == nil && !f.Optional:
			out.Missing = append(out.Missing, said)
		}
	}
	return out
}
