package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/internal/console"
	"protobench/internal/kernel"
	"protobench/internal/wording"
	"protobench/reports/film"
)

type filmCommand struct {
	Cell string `arg:"" help:"Folder of a finished cell: DIR/cells/NAME."`
	Out  string `placeholder:"DIR" help:"Folder of the pictures (DIR/report/film)."`
}

// Run trains a finished cell anew and pictures where its prototypes went.
func (c filmCommand) Run(ctx context.Context, w *console.Console) error {
	w.Warn(kernel.Warning())
	scratch, err := os.MkdirTemp("", "protobench-film-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	var recorder cell.Recorder
	r, err := harness.Reproduce(ctx, c.Cell, scratch, harness.Options{
		Jobs: 1, Threads: runtime.GOMAXPROCS(0), CheckpointEvery: time.Hour, Version: version(), Engine: recorder.Engine(cell.Real()), Data: datasets.OpenUntil(ctx), Tell: newProgress(w, false).hear,
	})
	if ctx.Err() != nil {
		return console.Halted(ctx, ": no picture was made")
	}
	if err != nil {
		return err
	}
	if !r.Identical() {
		w.Warn(fmt.Sprintf("%s: trained anew it differs from what is on disk in %s (protobench reproduce lists them): the film is of the new training", r.Cell, wording.Count(len(r.Different), "value")))
	}
	return c.save(w, r.Cell, recorder.Shots())
}

// save writes the pictures of what was recorded.
func (c filmCommand) save(w *console.Console, folder string, recorded []cell.Shot) error {
	var shots []film.Shot
	for _, s := range recorded {
		shots = append(shots, film.Shot(s))
	}
	f, err := film.New(folder, shots)
	if err != nil {
		return err
	}
	out := cmp.Or(c.Out, filepath.Join(filepath.Dir(filepath.Dir(filepath.Clean(c.Cell))), "report", "film"))
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("--out %s: cannot be written (%w)", out, err)
	}
	path := filepath.Join(out, folder)
	if err := f.Save(path); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, "%s\nfilm: %s.png, .svg, .pdf and .gif of %s\n", f.Caption(), path, wording.Count(len(shots), "measurement"))
	return err
}
