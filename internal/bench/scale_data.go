package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/harness"
	"protobench/harness/cell"
	"protobench/harness/store"
	"protobench/harness/sweep"
	"protobench/internal/setting"
	"protobench/internal/stream"
	"protobench/methods/part"
)

// imageLaws are what grows with the number of images, which lie in a file that is mapped.
func imageLaws(s *scaler) []scaleLaw {
	queries := s.sized(1_000, 20)
	return []scaleLaw{
		{what: "open a set, checksum and all", due: 1, linear: true, once: true, build: func(n int) (scaleRun, error) {
			dir, err := s.mapped(n)
			return scaleRun{run: func() error {
				_, err := openMapped(dir)
				return err
			}, done: func() { _ = os.RemoveAll(dir) }}, err
		}},
		{what: "order of an epoch", due: 1, linear: true, build: func(n int) (scaleRun, error) {
			return scaleRun{run: func() error { stream.New(0, "order", 0).Perm(n); return nil }}, nil
		}},
		{what: "views of 128 of them", due: 0, build: s.mappedViews},
		{what: fmt.Sprintf("k-NN of %d, D = 64", queries), due: 1, linear: true, build: func(n int) (scaleRun, error) { return s.neighbours(n, queries, 64) }},
	}
}

// mappedViews are those of images all over a mapped file.
func (s *scaler) mappedViews(n int) (scaleRun, error) {
	dir, err := s.mapped(n)
	if err != nil {
		return scaleRun{}, err
	}
	set, err := openMapped(dir)
	if err != nil {
		return scaleRun{}, err
	}
	in := augment.Input{Height: set.Train.Height, Width: set.Train.Width, Channels: set.Train.Channels}
	a, err := augment.New(augment.Named("default"), in, set.Mean, set.Std, true)
	if err != nil {
		return scaleRun{}, err
	}
	a.Team = s.team
	batch := min(128, n)
	order, at := stream.New(0, "order", 0).Perm(n), 0
	dst := make([]float32, 2*batch*in.Height*in.Width*in.Channels)
	return scaleRun{run: func() error {
		a.Views(dst, &set.Train, order[at:at+batch], 0, 0)
		at = (at + batch) % (n - batch + 1)
		return nil
	}, done: func() { _ = os.RemoveAll(dir) }}, nil
}

// openMapped opens the set in a folder with the defaults of [data].
func openMapped(dir string) (*datasets.Set, error) {
	o := setting.Read[datasets.Options](sweep.Defaults(), "data")
	o.Name, o.Path = "idx", dir
	return datasets.Open(o)
}

// mapped writes a set of n gray images of 32×32 zeros in IDX files, of which no disk block is taken.
func (s *scaler) mapped(n int) (string, error) {
	root, err := s.dir()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(root, "images-")
	if err != nil {
		return "", err
	}
	for name, shape := range map[string][]int{
		"train-images-idx3-ubyte": {n, 32, 32}, "train-labels-idx1-ubyte": {n},
		"t10k-images-idx3-ubyte": {10, 32, 32}, "t10k-labels-idx1-ubyte": {10},
	} {
		if err := writeZeros(filepath.Join(dir, name), shape); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// writeZeros writes an IDX file of bytes that are all zero.
func writeZeros(path string, shape []int) error {
	head := []byte{0, 0, 8, byte(len(shape))}
	size := int64(1)
	for _, n := range shape {
		head = binary.BigEndian.AppendUint32(head, uint32(n))
		size *= int64(n)
	}
	if err := os.WriteFile(path, head, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, int64(len(head))+size)
}

// cellLaws are what grows with the number of cells, none of which gets a trainer: what is left is
// planning, scheduling, and reading and writing results. Later laws look at what the second leaves.
func cellLaws(s *scaler) []scaleLaw {
	runs := map[int]*failingRun{}
	return []scaleLaw{
		{what: "plan", due: 1, linear: true, build: func(n int) (scaleRun, error) {
			return scaleRun{run: func() error {
				_, err := planFailing(n)
				return err
			}}, nil
		}},
		{what: "run cells that fail at once", due: 1, linear: true, once: true, build: func(n int) (scaleRun, error) {
			r, err := planFailing(n)
			if err != nil {
				return scaleRun{}, err
			}
			root, err := s.dir()
			if err != nil {
				return scaleRun{}, err
			}
			runs[n], r.dir = r, filepath.Join(root, fmt.Sprintf("cells-%d", n))
			return scaleRun{run: func() error { return r.run(s.ctx) }}, nil
		}},
		{what: "run again, nothing left", due: 1, linear: true, build: func(n int) (scaleRun, error) {
			return scaleRun{run: func() error { return runs[n].run(s.ctx) }}, nil
		}},
		{what: "status", due: 1, linear: true, build: func(n int) (scaleRun, error) {
			return scaleRun{run: func() error {
				d, err := store.Open(runs[n].dir)
				if err != nil {
					return err
				}
				_, err = d.Status()
				return err
			}}, nil
		}},
	}
}

// failingRun is a run of cells none of which gets a trainer.
type failingRun struct {
	plan *harness.Plan
	data *datasets.Library
	dir  string
}

func planFailing(n int) (*failingRun, error) {
	data := datasets.NewLibrary(datasets.Open)
	p, err := harness.NewPlan("scale.toml", cellsText(n), harness.Catalogue(), data)
	if err == nil && len(p.Jobs) != n {
		err = fmt.Errorf("%d cells were planned", len(p.Jobs))
	}
	return &failingRun{plan: p, data: data}, err
}

func (r *failingRun) run(ctx context.Context) error {
	none := cell.Engine{Trainer: func(part.Config) (cell.Trainer, error) { return nil, errors.New("none is trained here") }}
	sum, err := harness.Run(ctx, r.plan, r.plan.Jobs, r.dir, harness.Options{Jobs: 1, Threads: 1, Engine: none, Data: r.data})
	if err == nil && len(sum.Failed) != len(r.plan.Jobs) {
		err = fmt.Errorf("%d of %d cells failed", len(sum.Failed), len(r.plan.Jobs))
	}
	return err
}

// cellsText is a sweep of n cells, a multiple of ten: one method at ten temperatures.
func cellsText(n int) string {
	return fmt.Sprintf(`
name  = "scale"
seeds = %d
references = []

[data]
name  = "shapes"
train = 40
test  = 20

[encoder]
name  = "convnet"
width = 4
depth = 2

[train]
epochs = 1
batch  = 20

[[method]]
name = "swav"

[matrix]
"loss.temperature" = [0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14]
`, n/10)
}
