package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/durable"
)

// Change is what a new plan changes.
type Change struct {
	Added []PlanCell // the plan before did not have them
	Left  []PlanCell // the plan before had them; their folders stay, out of reports

	// Damaged is what was wrong with the plan before, and Aside where it is kept; "" for nothing.
	Damaged, Aside string
}

// Freeze makes p the plan of this directory before its first cell starts. An equal plan
// changes nothing, and one that an older version wrote of the same cells is replaced; a
// different one (an edited sweep) is kept beside its predecessors as plan.2.json,
// plan.3.json, …, and holds from then on. A plan that is damaged is set aside, and p takes its
// place.
func (d *Dir) Freeze(p Plan) (Change, error) {
	if err := checkDirs(p); err != nil {
		return Change{}, err
	}
	p.Schema = SchemaVersion
	n, err := d.revision()
	if err != nil {
		return Change{}, err
	}
	var old Plan
	if n > 0 {
		old, err = d.readPlan(n)
		var bad *Damaged
		if errors.As(err, &bad) {
			aside, err := bad.SetAside()
			return Change{Damaged: bad.Error(), Aside: aside}, errors.Join(err, d.writePlan(n, p))
		}
		if err != nil {
			return Change{}, err
		}
		if same, err := equalJSON(old, p); err != nil || same {
			return Change{}, err
		}
		if old.Schema < SchemaVersion && old.sameCells(p) {
			return Change{}, d.writePlan(n, p)
		}
	}
	if err := d.writePlan(n+1, p); err != nil {
		return Change{}, err
	}
	return Change{Added: without(p.Cells, old.Cells), Left: without(old.Cells, p.Cells)}, nil
}

// checkDirs refuses folders outside of cells/ and two cells in one, but for arms of different names
// and one hash, which have one result.
func checkDirs(p Plan) error {
	seen := map[string]Cell{}
	for _, c := range p.Cells {
		if c.Dir == "" || c.Dir == "." || c.Dir == ".." || strings.ContainsAny(c.Dir, `/\`) {
			return fmt.Errorf("plan %s: cell folder %q is not a plain name", p.Name, c.Dir)
		}
		if o, taken := seen[c.Dir]; taken && (o.Hash != c.Cell.Hash || o.Arm() == c.Cell.Arm()) {
			return fmt.Errorf("plan %s: two cells share the folder %s", p.Name, c.Dir)
		}
		seen[c.Dir] = c.Cell
	}
	return nil
}

// sameCells reports whether two plans are of one sweep and its same cells.
func (p Plan) sameCells(q Plan) bool {
	return p.Sweep == q.Sweep && slices.EqualFunc(p.Cells, q.Cells, func(a, b PlanCell) bool { return a.Dir == b.Dir && a.Cell.Hash == b.Cell.Hash })
}

// without are the cells of one list whose folders another does not have.
func without(cells, others []PlanCell) []PlanCell {
	known := map[string]bool{}
	for _, c := range others {
		known[c.Dir] = true
	}
	var out []PlanCell
	for _, c := range cells {
		if !known[c.Dir] {
			out = append(out, c)
		}
	}
	return out
}

// Plan returns the plan that holds: the latest.
func (d *Dir) Plan() (Plan, error) {
	n, err := d.revision()
	if err != nil {
		return Plan{}, err
	}
	if n == 0 {
		return Plan{}, fmt.Errorf("%s: no plan.json; `protobench run` writes it", d.path)
	}
	return d.readFull(n)
}

// readFull reads a plan that holds all that readers need.
func (d *Dir) readFull(n int) (Plan, error) {
	p, err := d.readPlan(n)
	if err == nil && p.Schema < fullPlan {
		err = fmt.Errorf("%s: schema %d, expected %d at least; run its sweep again with --out %s, which brings the plan up to date and keeps every finished cell",
			d.planPath(n), p.Schema, fullPlan, d.path)
	}
	return p, err
}

// PlanFile is the name of the file of the plan that holds, in the directory.
func (d *Dir) PlanFile() (string, error) {
	n, err := d.revision()
	return filepath.Base(d.planPath(max(1, n))), err
}

// PlanIn reads the plan of a file's name, as [Dir.PlanFile] gives it.
func (d *Dir) PlanIn(name string) (Plan, error) {
	last, err := d.revision()
	if err != nil {
		return Plan{}, err
	}
	for n := 1; n <= last; n++ {
		if filepath.Base(d.planPath(n)) == name {
			return d.readFull(n)
		}
	}
	return Plan{}, fmt.Errorf("%s: has no plan %q", d.path, name)
}

// ClaimsAfter reports whether the claims of the plan that holds were written or changed after the
// directory's first plan, so that results may have been known. Where that one is damaged, it does.
func (d *Dir) ClaimsAfter() (bool, error) {
	n, err := d.revision()
	if err != nil || n < 2 {
		return false, err
	}
	first, err := d.readPlan(1)
	var bad *Damaged
	if errors.As(err, &bad) {
		return true, nil // nobody can tell any more
	}
	if err != nil {
		return false, err
	}
	last, err := d.readPlan(n)
	if err != nil {
		return false, err
	}
	same, err := equalJSON(first.Claims, last.Claims)
	return !same, err
}

// writePlan writes a plan in the place of the one that is read, which may lie compressed.
func (d *Dir) writePlan(n int, p Plan) error {
	old := d.planPath(n)
	plain := strings.TrimSuffix(old, packedEnd)
	if err := writeSealed(plain, p); err != nil || old == plain {
		return err
	}
	return errors.Join(os.Remove(old), durable.SyncFolder(d.path))
}

// readPlan reads a plan of any known revision.
func (d *Dir) readPlan(n int) (Plan, error) {
	var p Plan
	path := d.planPath(n)
	if _, err := readSealed(path, &p, &p.Schema); err != nil {
		var bad *Damaged
		if errors.As(err, &bad) {
			bad.Err = fmt.Errorf("%w; run its sweep again with --out %s: that sets this file aside, writes the plan anew and keeps finished cells", bad.Err, d.path)
		}
		return p, err
	}
	return p, checkDirs(p)
}

// PlanPath is where the first plan of the run in a folder lies: plan.json.gz where that is there
// alone, else plan.json, there or not.
func PlanPath(folder string) string { return (&Dir{path: folder}).planPath(1) }

// IsRun reports whether a folder is a run directory: whether it has a plan.
func IsRun(folder string) (bool, error) {
	_, err := os.Stat(PlanPath(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// revision returns the number of plans.
func (d *Dir) revision() (int, error) {
	for n := 1; ; n++ {
		if _, err := os.Stat(d.planPath(n)); os.IsNotExist(err) {
			return n - 1, nil
		} else if err != nil {
			return 0, err
		}
	}
}

// planPath is where the plan of a number is, or is to be written.
func (d *Dir) planPath(n int) string {
	if n == 1 {
		return lies(filepath.Join(d.path, "plan.json"))
	}
	return lies(filepath.Join(d.path, "plan."+strconv.Itoa(n)+".json"))
}

func equalJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}

// unplanned lists the cell folders that a plan does not name, sorted.
func (d *Dir) unplanned(p Plan) ([]string, error) {
	entries, err := os.ReadDir(d.cells())
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	planned := map[string]bool{}
	for _, c := range p.Cells {
		planned[c.Dir] = true
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && !planned[e.Name()] {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
