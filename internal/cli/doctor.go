package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/store"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

type doctorCommand struct {
	Dir  string `arg:"" optional:"" help:"Folder of a run to check."`
	Peak bool   `help:"Measure the peak rate of multiply-adds of each instruction set (a second or two)."`
}

// Run shows what decides speed and numbers here, and checks a run's files.
func (c doctorCommand) Run(w *console) error {
	_, err := fmt.Fprintf(w.out, `protobench %s, numerics %d
%s %s/%s, %s, %s
processor: %s
kernels: %s (here: %s)
train.precision = "bf16": %s
PROTOBENCH_ISA: %s
PROTOBENCH_DATA: %s
`,
		version(), harness.Numerics, runtime.Version(), runtime.GOOS, runtime.GOARCH, count(runtime.NumCPU(), "CPU"), harness.CPUName(),
		orElse(strings.Join(kernel.Features(), " "), "no extension that kernels use"), kernel.InUse(), names(kernel.Supported()), bf16Text(),
		variable("PROTOBENCH_ISA"), variable("PROTOBENCH_DATA"))
	if err != nil {
		return err
	}
	if text := kernel.Warning(); text != "" {
		if _, err := fmt.Fprintln(w.out, "warning:", text); err != nil {
			return err
		}
	}
	if err := showSets(w.out); err != nil {
		return err
	}
	if c.Peak {
		if err := showPeaks(w.out); err != nil {
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

// showSets lists the sets that lie where sets are looked for.
func showSets(w io.Writer) error {
	for _, set := range datasets.Installed() {
		if _, err := fmt.Fprintf(w, "data set %s: %s\n", set.Path, orElse(set.Found, "not recognised")); err != nil {
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
func variable(name string) string { return orElse(os.Getenv(name), "not set") }

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// check reads every file of a run that a report would read.
func (c doctorCommand) check(w *console) error {
	d, err := store.Open(c.Dir)
	if err != nil {
		return err
	}
	cells, err := d.Cells()
	if err != nil {
		return err
	}
	var bad []error
	for _, cell := range cells {
		bad = append(bad, cell.Unreadable, readable(cell.Dir))
	}
	if err := errors.Join(bad...); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "%s: %d cells, all files readable\n", c.Dir, len(cells))
	return err
}

func readable(c *store.CellDir) error {
	if _, err := c.Steps(); err != nil {
		return err
	}
	if _, err := c.Epochs(); err != nil {
		return err
	}
	if _, err := c.Checkpoint(); err != nil {
		return err
	}
	_, err := c.Prototypes()
	return err
}
