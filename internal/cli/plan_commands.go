package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
)

// commandLine is a command as --json prints it.
type commandLine struct {
	Event string   `json:"event"`
	Cell  string   `json:"cell"`
	Args  []string `json:"args"`
}

// commands freezes the plan in the folder of results and prints a command for each cell that has no
// result, for GNU parallel and for clusters without Slurm. They may run in any order, at once, and
// on any machine that sees the folder.
func (c planCommand) commands(ctx context.Context, w *console.Console) error {
	p, jobs, err := selectedJobs(ctx, c.sweepArgument, c.selection, datasets.OpenUntil(ctx))
	if err != nil {
		return err
	}
	warnOf(w, jobs)
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(outOf(c.Out, p))
	if err != nil {
		return err
	}
	s, err := harness.Delegate(p, jobs, dir, harness.Options{}, func(_ *store.Dir, todo []cell.Job) error {
		return c.printCommands(w, program, dir, folders(todo))
	})
	if err != nil {
		return err
	}
	w.Warn(changed(dir, s.Change)...)
	w.Warn(s.SetAside...)
	if len(s.Failed) > 0 {
		w.Warn(fmt.Sprintf("%s failed before and stay out: `protobench run` with --retry-failed runs them again", wording.Count(len(s.Failed), "cell")))
	}
	return nil
}

func (c planCommand) printCommands(w *console.Console, program, dir string, cells []string) error {
	lines := json.NewEncoder(w.Out)
	for _, folder := range cells {
		args := []string{program, "work", dir, folder}
		var err error
		if c.JSON {
			err = lines.Encode(commandLine{"command", folder, args})
		} else {
			_, err = fmt.Fprintln(w.Out, quoted(args))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// quoted are words as a shell takes them.
func quoted(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		if out[i] = word; word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+=,:@%") != "" {
			out[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// outOf is the folder of a plan's results.
func outOf(out string, p *harness.Plan) string {
	if out != "" {
		return out
	}
	return filepath.Join("results", p.Sweep.Name)
}
