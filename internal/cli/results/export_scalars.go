package results

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"protobench/harness/store"
	"protobench/internal/console"
	"protobench/internal/wording"
	"protobench/reports/scalars"
)

// exportTensorBoard writes event files, a folder for each cell, which TensorBoard takes for a run.
type exportTensorBoard struct {
	Cells []string `arg:"" name:"cell" help:"Folders of cells, RUN/cells/NAME, finished or not; a run stands for all of its cells."`
	Out   string   `required:"" placeholder:"DIR" help:"Log folder for tensorboard --logdir."`
}

// eventFile is the name that TensorBoard knows event files by.
const eventFile = "events.out.tfevents.0.protobench"

// Run writes the files.
func (c exportTensorBoard) Run(w *console.Console) error {
	cells, err := openCells(c.Cells)
	if err != nil {
		return err
	}
	for _, cell := range cells {
		points, err := scalars.Points(cell)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := scalars.WriteTensorBoard(&b, points, secondsPerStep(cell, points)); err != nil {
			return err
		}
		dir := filepath.Join(c.Out, filepath.Base(cell.Path()))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if err := store.WriteFile(filepath.Join(dir, eventFile), b.Bytes()); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	_, err = fmt.Fprintf(w.Out, "%s: %s; tensorboard --logdir %s\n", c.Out, wording.Count(len(cells), "cell"), c.Out)
	return err
}

// openCells opens cells, and all begun cells of runs.
func openCells(paths []string) (out []*store.CellDir, err error) {
	for _, path := range paths {
		if d, err := store.Open(path); err == nil {
			cells, err := d.Cells()
			if err != nil {
				return nil, err
			}
			for _, c := range cells {
				if c.State != store.Missing {
					out = append(out, c.Dir)
				}
			}
			continue
		}
		cell, err := store.OpenCell(path)
		if err != nil {
			return nil, err
		}
		out = append(out, cell)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no cell has begun; `protobench status DIR` says how far a run is")
	}
	return out, nil
}

// secondsPerStep is what a step took on average; a second where the cell is not finished.
func secondsPerStep(c *store.CellDir, points []scalars.Point) float64 {
	r, found, err := c.Result()
	if err != nil || !found || len(points) == 0 || r.Timing.TrainS <= 0 {
		return 1
	}
	return r.Timing.TrainS / float64(max(1, points[len(points)-1].Step))
}

// scalarsArgument is a cell and where its curves go.
type scalarsArgument struct {
	Cell string `arg:"" help:"Folder of a cell, finished or not: RUN/cells/NAME."`
	Out  string `placeholder:"FILE" help:"File that is written (standard output)."`
}

func (a scalarsArgument) write(w *console.Console, format func(io.Writer, []scalars.Point) error) error {
	cell, err := store.OpenCell(a.Cell)
	if err != nil {
		return err
	}
	points, err := scalars.Points(cell)
	if err != nil {
		return err
	}
	if a.Out == "" {
		return format(w.Out, points)
	}
	var b bytes.Buffer
	if err := format(&b, points); err != nil {
		return err
	}
	if err := store.WriteFile(a.Out, b.Bytes()); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = fmt.Fprintf(w.Out, "%s: %s\n", a.Out, wording.Count(len(points), "point"))
	return err
}

type exportCSV struct{ scalarsArgument }

// Run writes a line for each value.
func (c exportCSV) Run(w *console.Console) error { return c.write(w, scalars.WriteCSV) }

type exportJSONL struct{ scalarsArgument }

// Run writes a line for each point.
func (c exportJSONL) Run(w *console.Console) error { return c.write(w, scalars.WriteJSONL) }
