package reports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"protobench/harness/store"
	"protobench/reports/pivot"
	"protobench/reports/table"
)

// tables are all tables of a report. Those without rows have nothing to say but their notes.
type tables struct {
	main, arms, settings, comparisons, ranks, across, factorial, matched, observers, features, geometry, epsilon, failures, findings *table.Table
}

// tables makes them all, once: the page, the files and the terminal show the same ones.
func (s *sweep) tables(findings []finding) tables {
	compared := s.comparisons()
	return tables{
		main: s.mainTable(compared), arms: s.armTable(), settings: s.settingsTable(), comparisons: s.comparisonTable(compared), ranks: s.rankTable(),
		across: s.acrossTable(), factorial: s.factorialTable(), matched: s.matchedTable(), observers: s.observerTable(),
		features: s.featureTable(), geometry: s.geometryTable(), epsilon: s.epsilonTable(), failures: s.failureTable(),
		findings: findingTable(findings),
	}
}

// all are those of the files, in the order of the page.
func (t tables) all() []*table.Table {
	return []*table.Table{t.main, t.arms, t.settings, t.comparisons, t.ranks, t.across, t.factorial, t.matched, t.observers, t.features, t.geometry, t.epsilon, t.failures, t.findings}
}

// write writes the tables' files into a folder: CSV always. A table without rows has none, and
// those of an earlier report go.
func (t tables) write(folder string, formats []string) error {
	for _, one := range t.all() {
		for _, format := range table.Formats() {
			path := filepath.Join(folder, one.Name+"."+format)
			if len(one.Rows) == 0 {
				if err := removed(path); err != nil {
					return err
				}
				continue
			}
			if format != "csv" && !slices.Contains(formats, format) {
				continue
			}
			text, err := one.InPrint(format).Formatted(format)
			if err != nil {
				return err
			}
			if err := store.WriteFile(path, []byte(text)); err != nil {
				return err
			}
		}
	}
	return nil
}

// removed removes a file of an earlier report, where there is one.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Pivot lays the runs of a run directory out by any keys, as [pivot.Of] does.
func Pivot(dir string, o pivot.Options) (*table.Table, error) {
	s, err := loadPlain(dir)
	if err != nil {
		return nil, err
	}
	var runs []store.CellState
	for _, a := range s.arms {
		for _, r := range a.runs {
			runs = append(runs, r.CellState)
		}
	}
	return pivot.Of(s.plan, runs, o)
}
