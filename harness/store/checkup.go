package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"protobench/internal/durable"
)

// Checkup is what a look at every file of a run directory finds.
type Checkup struct {
	Cells    int // planned
	Unsealed int // ended cells of older versions, whose files have no checksums
	Findings []Finding
}

// Finding is something that a run directory should not have, or that its owner may want to know.
type Finding struct {
	Path string
	Text string // what it is and, where something is due, what mends it
	Bad  bool   // a file cannot be trusted; else nothing is lost by leaving it

	repair func() (did string, err error) // nil where nothing is safe
}

// Check reads every file of the directory that something reads back.
func (d *Dir) Check() (Checkup, error) {
	var c Checkup
	c.folder(d.path, runFiles)
	if p, found := presence(d.lockPath()); found && !p.Live {
		c.leftover(d.lockPath(), fmt.Sprintf("lock of %s, which is gone", p))
	}
	for _, w := range d.Workers() {
		if !w.Live {
			c.leftover(w.path, fmt.Sprintf("left by %s, which is gone", w))
		}
	}
	n, err := d.revision()
	if err != nil {
		return c, err
	}
	for i := range n {
		c.oneOf(d.planPath(i + 1))
		if _, err := d.readPlan(i + 1); err != nil {
			c.bad(d.planPath(i+1), err, nil)
		}
	}
	p, err := d.Plan()
	if err != nil { // it was told; without it nobody knows what the cells should be
		return c, nil
	}
	seen := map[string]bool{}
	for _, pc := range p.Cells {
		if c.Cells++; !seen[pc.Dir] {
			c.cell(d.Cell(pc))
		}
		seen[pc.Dir] = true
	}
	unplanned, err := d.unplanned(p)
	for _, name := range unplanned {
		c.note(filepath.Join(d.cells(), name), "a cell that is no longer planned, out of the report")
	}
	return c, err
}

// Repair does what is safe about the findings and says what it did. The caller has the lock.
func (c Checkup) Repair() (did []string, err error) {
	for _, f := range c.Findings {
		if f.repair == nil {
			continue
		}
		text, e := f.repair()
		if e != nil {
			err = errors.Join(err, fmt.Errorf("%s: not repaired: %w", f.Path, e))
		} else if text != "" {
			did = append(did, text)
		}
	}
	return did, err
}

func (c *Checkup) note(path, text string) {
	c.Findings = append(c.Findings, Finding{Path: path, Text: text})
}

func (c *Checkup) bad(path string, err error, repair func() (string, error)) {
	c.Findings = append(c.Findings, Finding{Path: path, Text: err.Error(), Bad: true, repair: repair})
}

// leftover is a file that nobody needs.
func (c *Checkup) leftover(path, text string) {
	c.Findings = append(c.Findings, Finding{Path: path, Text: text + "; --repair removes it", repair: func() (string, error) {
		return path + ": removed", remove(path)
	}})
}

// What a run directory and a cell's folder hold.
const (
	runFiles  = `^(plan(\.\d+)?\.json(\.gz)?|cells|report|logs|slurm|\.lock|\.workers)$`
	cellFiles = `^(config\.toml|steps\.jsonl|epochs\.jsonl(\.gz)?|log\.txt|(checkpoint(\.previous)?|prototypes|final)\.safetensors|result\.json|\.claim)$`
)

// folder finds what a folder holds beside its own files.
func (c *Checkup) folder(path, own string) {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.bad(path, err, nil)
	}
	known := regexp.MustCompile(own)
	for _, e := range entries {
		at := filepath.Join(path, e.Name())
		switch {
		case known.MatchString(e.Name()):
		case durable.IsTemporary(e.Name()):
			c.leftover(at, "half a file, left by a run that was killed")
		case isAside(e.Name()):
			c.note(at, "was damaged and is kept aside; delete it when it is of no use")
		default:
			c.note(at, "not a file of protobench; it is left alone")
		}
	}
}

// oneOf notes a compressed file beside the plain one that is read.
func (c *Checkup) oneOf(read string) {
	if packed := read + packedEnd; exists(packed) {
		c.note(packed, "not read, for "+filepath.Base(read)+" lies beside it; delete one of the two")
	}
}

// cell checks one cell's folder.
func (c *Checkup) cell(dir *CellDir) {
	c.folder(dir.path, cellFiles)
	c.oneOf(dir.lies(curvesFile))
	if claim, claimed := dir.Claimant(); claimed {
		if claim.Live {
			c.note(dir.path, fmt.Sprintf("being run by %s; not looked into", claim))
			return
		}
		c.leftover(dir.claimPath(), fmt.Sprintf("claim of %s, which is gone", claim))
	}
	r, found, err := dir.Result()
	if err == nil && !found {
		c.unfinished(dir)
		return
	}
	if err == nil && r.Files == nil {
		c.Unsealed++
		c.config(dir, "differs from the plan's; the plan's counts")
	}
	c.checkpoints(dir)
	faults, err := dir.Faults()
	if err != nil {
		c.bad(dir.path, err, nil)
	}
	for i, bad := range faults {
		var repair func() (string, error)
		if i == 0 { // the cell's damage is mended at once
			repair = func() (string, error) { return dir.repair(faults) }
		}
		c.bad(bad.Path, fmt.Errorf("%w; --repair sets it aside, and the next run of the sweep makes it again", bad), repair)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		if _, err := os.Stat(dir.lies(name)); errors.Is(err, fs.ErrNotExist) {
			c.note(dir.file(name), "gone since the cell ended")
		}
	}
}

// repair sets aside what is damaged of an ended cell.
func (c *CellDir) repair(faults []*Damaged) (string, error) {
	var text []byte
	again, err := c.Clear(faults, func(line string) { text = append(append(text, line...), '\n') })
	if again {
		text = append(text, c.path+": the next run of the sweep computes it again"...)
	}
	return string(bytes.TrimSpace(text)), err
}

// unfinished checks a cell that has no result.
func (c *Checkup) unfinished(dir *CellDir) {
	if !dir.begun() {
		return
	}
	c.config(dir, "differs from the plan's; the next run writes it anew")
	c.checkpoints(dir)
	for _, name := range []string{"steps.jsonl", curvesFile} {
		b, err := dir.read(name)
		path := dir.lies(name)
		if err != nil {
			c.bad(path, err, nil)
			continue
		}
		if len(b) > 0 && b[len(b)-1] != '\n' {
			c.note(path, "its last line is unfinished, as of a run that was killed; the next run cuts it off")
		}
		if _, err := parseLines[Epoch](path, b); err != nil {
			c.bad(path, fmt.Errorf("%w; the next run cuts it off if its checkpoint is older, else it goes on from an older one", err), nil)
		}
	}
}

// checkpoints checks those that a cell has: one that failed or diverged keeps them with its result.
func (c *Checkup) checkpoints(dir *CellDir) {
	for _, path := range dir.checkpoints() {
		_, err := dir.readCheckpoint(path)
		var bad *Damaged
		switch {
		case errors.As(err, &bad):
			c.bad(path, fmt.Errorf("%w; the next run, and --repair, set it aside and go on from the one before", err), func() (string, error) {
				aside, err := bad.SetAside()
				return fmt.Sprintf("%s: kept as %s", path, aside), err
			})
		case err != nil:
			c.bad(path, err, nil)
		}
	}
}

// config compares config.toml with the plan's text.
func (c *Checkup) config(dir *CellDir, text string) {
	b, err := os.ReadFile(dir.file(configFile))
	if err == nil && string(b) != dir.plan.Config {
		c.note(dir.file(configFile), text)
	}
}
