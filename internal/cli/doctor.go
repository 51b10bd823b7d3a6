package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/harness/budget"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/console"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/internal/wording"
)

type doctorCommand struct {
	Dir    string `arg:"" optional:"" help:"Folder of a run to check."`
	Repair bool   `help:"Do what is safe about what is wrong with the run: set damaged files aside, remove what killed runs left."`
	Peak   bool   `help:"Measure the peak rate of multiply-adds of each instruction set (a second or two)."`
}

// Run shows what decides speed and numbers here, and checks a run's files.
func (c doctorCommand) Run(w *console.Console) error {
	_, err := fmt.Fprintf(w.Out, `protobench %s, numerics %d
%s %s/%s, %s, %s
processor: %s
kernels: %s (here: %s)
train.precision = "bf16": %s
memory for cells: %s
PROTOBENCH_ISA: %s
PROTOBENCH_DATA: %s
`,
		version(), sweep.Numerics, runtime.Version(), runtime.GOOS, runtime.GOARCH, wording.Count(runtime.NumCPU(), "CPU"), cell.CPUName(),
		cmp.Or(strings.Join(kernel.Features(), " "), "no extension that kernels use"), kernel.InUse(), names(kernel.Supported()), bf16Text(), memoryText(),
		variable("PROTOBENCH_ISA"), variable("PROTOBENCH_DATA"))
	if err != nil {
		return err
	}
	if text := kernel.Warning(); text != "" {
		if _, err := fmt.Fprintln(w.Out, "warning:", text); err != nil {
			return err
		}
	}
	if err := showSets(w.Out); err != nil {
		return err
	}
	if c.Peak {
		if err := showPeaks(w.Out); err != nil {
			return err
		}
	}
	if c.Dir == "" {
		return nil
	}
	return c.check(w)
}

// bf16Text says whether this process can train with products of bf16.
func bf16Text() string {
	switch {
	case kernel.HasBF16():
		return "possible"
	case slices.Contains(kernel.Features(), kernel.BF16):
		return "not with these kernels, though the processor has AVX512_BF16"
	}
	return "not on this processor, which lacks AVX512_BF16"
}

// memoryText says what cells may take, and what limits it.
func memoryText() string {
	bytes, by := budget.Available()
	if bytes == 0 {
		return "unknown here; --max-memory says it"
	}
	return fmt.Sprintf("four fifths of %.1f GB (%s)", float64(bytes)/1e9, by)
}

// showSets lists the sets that lie where sets are looked for.
func showSets(w io.Writer) error {
	for _, set := range datasets.Installed() {
		if _, err := fmt.Fprintf(w, "data set %s: %s\n", set.Path, cmp.Or(set.Found, "not recognised")); err != nil {
			return err
		}
	}
	return nil
}

// showPeaks measures what the processor could do, one thread and all.
func showPeaks(w io.Writer) error {
	team := team.New(runtime.GOMAXPROCS(0))
	defer team.Close()
	for _, s := range kernel.Supported() {
		_, err := fmt.Fprintf(w, "peak of %s: %.0f GFLOP/s with 1 thread, %.0f with %d\n", s, kernel.Peak(nil, s), kernel.Peak(team, s), team.Threads())
		if err != nil {
			return err
		}
	}
	return nil
}

func names(sets []kernel.ISA) string {
	text := make([]string, len(sets))
	for i, s := range sets {
		text[i] = string(s)
	}
	return strings.Join(text, ", ")
}

// variable is the value of an environment variable, for people.
func variable(name string) string { return cmp.Or(os.Getenv(name), "not set") }

// check reads every file of a run that something reads back, says what is wrong, and repairs what
// is safe if that is asked for.
func (c doctorCommand) check(w *console.Console) error {
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	if c.Repair {
		return c.repair(w, d)
	}
	found, err := d.Check()
	if err != nil {
		return err
	}
	return c.tell(w, found)
}

// tell lists what was found; what cannot be trusted is an error.
func (c doctorCommand) tell(w *console.Console, found store.Checkup) error {
	var bad []string
	for _, f := range found.Findings {
		text := f.Text
		if !strings.HasPrefix(text, f.Path) {
			text = f.Path + ": " + text
		}
		if f.Bad {
			bad = append(bad, text)
		} else if _, err := fmt.Fprintln(w.Out, "note:", text); err != nil {
			return err
		}
	}
	if found.Unsealed > 0 {
		if _, err := fmt.Fprintf(w.Out, "%s: %s of an earlier version, without checksums: their files were read, but a changed number goes unnoticed\n",
			c.Dir, wording.Count(found.Unsealed, "cell")); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		return console.Exit(console.Failed, fmt.Sprintf("%s: %s:\n  %s", c.Dir, wording.Count(len(bad), "damaged file"), strings.Join(bad, "\n  ")))
	}
	_, err := fmt.Fprintf(w.Out, "%s: %s, all files readable\n", c.Dir, wording.Count(found.Cells, "cell"))
	return err
}

// repair checks and mends under the directory's lock, and says what is left.
func (c doctorCommand) repair(w *console.Console, d *store.Dir) (err error) {
	lock, err := d.Lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	found, err := d.Check()
	if err != nil {
		return err
	}
	did, err := found.Repair()
	for _, text := range did {
		if _, err := fmt.Fprintln(w.Out, "repaired:", text); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	left, err := d.Check()
	if err != nil {
		return err
	}
	return c.tell(w, left)
}
