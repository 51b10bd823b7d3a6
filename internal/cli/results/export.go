package results

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"protobench/datasets"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/internal/console"
	"protobench/internal/team"
	"protobench/internal/tensorfile"
	"protobench/internal/wording"
)

// Export is the verb export.
type Export struct {
	Features    exportFeatures    `cmd:"" help:"What a finished cell makes of its images: features, labels, embeddings (.npz or .safetensors)."`
	Weights     exportWeights     `cmd:"" help:"A finished cell's encoder, as PyTorch names it (.safetensors; docs/interop.md has the modules)."`
	TensorBoard exportTensorBoard `cmd:"" name:"tensorboard" help:"Curves of cells as event files."`
	CSV         exportCSV         `cmd:"" name:"csv" help:"Curves of a cell as a table, a line for each value."`
	JSONL       exportJSONL       `cmd:"" name:"jsonl" help:"Curves of a cell as JSON, a line for each step and learner."`
}

// cellArgument is a finished cell, where what it gives goes, and of which branch it is.
type cellArgument struct {
	Cell   string `arg:"" help:"Folder of a finished cell: RUN/cells/NAME."`
	Out    string `required:"" placeholder:"FILE" help:"File that is written."`
	Branch string `placeholder:"BRANCH" enum:",teacher,student" default:"" help:"teacher or student (the teacher; rows have a student alone)."`
}

// open opens the cell.
func (c cellArgument) open(ctx context.Context) (*cell.Trained, error) {
	t, err := harness.OpenTrained(c.Cell, datasets.OpenUntil(ctx))
	return t, console.Given(ctx, err)
}

type exportFeatures struct{ cellArgument }

// Run writes the features.
func (c exportFeatures) Run(ctx context.Context, w *console.Console) error {
	ending := filepath.Ext(c.Out)
	if ending != ".npz" && ending != ".safetensors" {
		return fmt.Errorf("--out %s: features go into a file that ends in .npz or .safetensors", c.Out)
	}
	trained, err := c.open(ctx)
	if err != nil {
		return err
	}
	threads := team.New(runtime.GOMAXPROCS(0))
	defer threads.Close()
	tensors, err := trained.Features(ctx, c.Branch, threads)
	if errors.Is(err, context.Canceled) {
		return console.Halted(ctx, ": nothing is written")
	}
	if err != nil {
		return err
	}
	write := func() error { return tensorfile.WriteNPZ(c.Out, tensors) }
	if ending == ".safetensors" {
		write = func() error { return tensorfile.WriteSafetensors(c.Out, &tensorfile.File{Tensors: tensors}) }
	}
	return wrote(w, c.Out, tensors, write())
}

type exportWeights struct{ cellArgument }

// Run writes the weights.
func (c exportWeights) Run(ctx context.Context, w *console.Console) error {
	if filepath.Ext(c.Out) != ".safetensors" {
		return fmt.Errorf("--out %s: weights go into a file that ends in .safetensors", c.Out)
	}
	trained, err := c.open(ctx)
	if err != nil {
		return err
	}
	f, err := trained.Weights(c.Branch)
	if err != nil {
		return err
	}
	return wrote(w, c.Out, f.Tensors, tensorfile.WriteSafetensors(c.Out, f))
}

// wrote lists what a file has been given.
func wrote(w *console.Console, path string, tensors []tensorfile.Tensor, err error) error {
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	var rows [][]string
	for _, t := range tensors {
		rows = append(rows, []string{"  " + t.Name, fmt.Sprint(t.Shape)})
	}
	if _, err := fmt.Fprintf(w.Out, "%s: %s\n", path, wording.Count(len(tensors), "array")); err != nil {
		return err
	}
	return console.Table(w.Out, []string{"  name", "shape"}, rows)
}
