package verdicts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"protobench/audit"
	"protobench/harness/store"
)

// Findings are what an audit found.
type Findings struct {
	Sets   []audit.Result
	Series []audit.Series
	Logs   []audit.LogResult
}

// Worst is the worst verdict of all; healthy where there is none.
func (f Findings) Worst() audit.Kind {
	worst := audit.Healthy
	for _, r := range f.Sets {
		if r.Kind.AtLeast(worst) {
			worst = r.Kind
		}
	}
	for _, r := range f.Logs {
		if r.Kind.AtLeast(worst) {
			worst = r.Kind
		}
	}
	return worst
}

// Prototypes are the sets' numbers of prototypes.
func (f Findings) Prototypes() []int {
	var ks []int
	for _, r := range f.Sets {
		ks = append(ks, r.K)
	}
	return ks
}

// Write makes README.md, groups-N.csv of each set of prototypes that has copies, and figures/*.png
// and *.svg in a folder, which it creates. Errors name the file.
func Write(dir string, f Findings) error {
	if err := os.MkdirAll(filepath.Join(dir, "figures"), 0o755); err != nil {
		return fmt.Errorf("%s: cannot be written (%w)", dir, err)
	}
	for i, r := range f.Sets {
		if err := epsilonFigure(r).Save(filepath.Join(dir, "figures", fmt.Sprintf("epsilon-%d", i+1))); err != nil {
			return err
		}
		if len(r.Groups) == 0 {
			continue
		}
		if err := groupsFigure(r).Save(filepath.Join(dir, "figures", fmt.Sprintf("groups-%d", i+1))); err != nil {
			return err
		}
		if err := store.WriteFile(filepath.Join(dir, groupsName(i)), []byte(groupsTable(r))); err != nil {
			return err
		}
	}
	for i, s := range f.Series {
		if err := seriesFigure(s).Save(filepath.Join(dir, "figures", fmt.Sprintf("series-%d", i+1))); err != nil {
			return err
		}
	}
	text, err := page(f)
	if err != nil {
		return err
	}
	return store.WriteFile(filepath.Join(dir, "README.md"), []byte(text))
}

func groupsName(i int) string { return fmt.Sprintf("groups-%d.csv", i+1) }

// groupsTable lists each prototype of each group, the largest group first.
func groupsTable(r audit.Result) string {
	var b strings.Builder
	b.WriteString("group,size,representative,prototype\n")
	for i, g := range r.Groups {
		for _, member := range g.Members {
			fmt.Fprintf(&b, "%d,%d,%d,%d\n", i+1, len(g.Members), g.Representative, member)
		}
	}
	return b.String()
}
