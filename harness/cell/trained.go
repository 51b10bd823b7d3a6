package cell

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/internal/tensorfile"
	"protobench/methods/part"
)

// Trained is a cell that has a result, opened to give away what it learned.
type Trained struct {
	job  *Job
	dir  *store.CellDir
	set  *datasets.Set
	kept *tensorfile.File // nil where it keeps no weights
}

// OpenTrained opens the folder of a finished cell, wherever it lies, which is that of a job of the
// sweep called name; data opens the images that it was trained on. A cell without a result is an
// error, as is one whose images or numerics are other ones now.
func OpenTrained(path string, j *Job, name string, data *datasets.Library) (*Trained, error) {
	f := &Trained{job: j, dir: store.CellAt(path, j.Record(name))}
	_, found, err := f.dir.Result()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%s: not finished: it has no result.json; `protobench run` of its sweep ends it", path)
	}
	if f.kept, err = f.dir.Weights(); err != nil {
		return nil, err
	}
	if f.set, err = seen(data, j); err != nil {
		return nil, err
	}
	return f, nil
}

// branch is the one that is asked for, or the one that there is: the teacher, of rows the student.
func (f *Trained) branch(asked string) (string, error) {
	if f.kept == nil {
		if f.job.Cell.Reference == "pixels" {
			return "", fmt.Errorf("%s: a row of pixels, which has no weights", f.dir.Path())
		}
		return "", fmt.Errorf("%s: keeps no weights: it diverged or failed, or its sweep has [store] weights = false; "+
			"set weights = true, move the folder away and run the sweep again, which trains this cell alone", f.dir.Path())
	}
	has := func(b string) bool {
		return slices.ContainsFunc(f.kept.Tensors, func(t tensorfile.Tensor) bool { return strings.HasPrefix(t.Name, b+".") })
	}
	switch {
	case asked != "" && has(asked):
		return asked, nil
	case asked != "":
		return "", fmt.Errorf("%s: no weights of a %s: rows have a student alone", f.dir.Path(), asked)
	case has(part.Teacher.String()):
		return part.Teacher.String(), nil
	}
	return part.Student.String(), nil
}

// Weights are those of a branch ("" for the teacher, or what there is), under the names and in the
// layouts of the PyTorch module that docs/interop.md spells out; the file's metadata say how to
// build it and how it reads images.
func (f *Trained) Weights(branch string) (*tensorfile.File, error) {
	b, err := f.branch(branch)
	if err != nil {
		return nil, err
	}
	cfg := f.job.Cell.Config()
	out := &tensorfile.File{Metadata: f.metadata(b)}
	for _, t := range f.kept.Tensors {
		name, ok := strings.CutPrefix(t.Name, b+".")
		if !ok {
			continue
		}
		p := cfg.Encoder.Torch(cfg.Input, name, t.Shape)
		if p.View != nil {
			t = permuted(tensorfile.Tensor{Shape: p.View, F32: t.F32}, p.Order)
		}
		t.Name, t.Shape = p.Name, p.Shape
		out.Tensors = append(out.Tensors, t)
	}
	return out, nil
}

// metadata say how the module of the weights is built, and how it reads images.
func (f *Trained) metadata(branch string) map[string]string {
	cfg := f.job.Cell.Config()
	e, in := cfg.Encoder, cfg.Input
	numbers := func(v ...float32) string {
		var texts []string
		for _, x := range v[:min(in.Channels, len(v))] {
			texts = append(texts, strconv.FormatFloat(float64(x), 'g', -1, 32))
		}
		return strings.Join(texts, " ")
	}
	return map[string]string{
		"format": "pt", // as PyTorch's users know it
		"cell":   f.job.Hash, "method": f.job.Cell.Composition.Name, "branch": branch,
		"encoder": e.Name, "width": strconv.Itoa(e.Width), "depth": strconv.Itoa(e.Depth), "stem_stride": strconv.Itoa(e.StemStride),
		"patch": strconv.Itoa(e.Patch), "heads": strconv.Itoa(e.Heads), "hidden": strconv.Itoa(e.Hidden), "projector": e.Projector,
		"dim": strconv.Itoa(e.Dim), "features": strconv.Itoa(e.Features()),
		"image": fmt.Sprintf("%d %d %d", in.Height, in.Width, in.Channels), "mean": numbers(f.set.Mean[:]...), "std": numbers(f.set.Std[:]...),
	}
}

// Features are what a branch ("" for the teacher, or what there is) makes of the cell's images,
// unaugmented, with their labels (−1: unlabelled): x_train [N,F], y_train [N] and z_train [N,D] of
// the images that it was trained on, x_test, y_test and z_test of those that it is evaluated on, and
// x_probe and y_probe where probes learn from others than those trained on. x are features, z
// embeddings, which rows of pixels and labels do not have.
func (f *Trained) Features(ctx context.Context, branch string, t *team.Team) ([]tensorfile.Tensor, error) {
	b, err := batchesIn(f.set, f.job, t)
	if err != nil {
		return nil, err
	}
	extract, err := f.extractor(branch, b, t)
	if err != nil {
		return nil, err
	}
	splits := []struct {
		name   string
		images *datasets.Images
	}{{"train", &f.set.Train}, {"probe", &f.set.Probe}, {"test", &f.set.Test}}
	if !f.set.ProbesApart() {
		splits = slices.Delete(splits, 1, 2)
	}
	var out []tensorfile.Tensor
	for _, s := range splits {
		x, z, err := b.extract(ctx, s.images, extract)
		if err != nil {
			return nil, err
		}
		n := s.images.Len()
		out = append(out, tensorfile.Tensor{Name: "x_" + s.name, Shape: []int{n, x.Cols}, F32: x.Data},
			tensorfile.Tensor{Name: "y_" + s.name, Shape: []int{n}, I64: integers(s.images.Labels)})
		if z.Cols > 0 && s.name != "probe" {
			out = append(out, tensorfile.Tensor{Name: "z_" + s.name, Shape: []int{n, z.Cols}, F32: z.Data})
		}
	}
	return out, nil
}

// extractor is the cell's network with the weights that it kept.
func (f *Trained) extractor(asked string, b *batches, t *team.Team) (extractor, error) {
	if f.job.Cell.Reference == "pixels" {
		return asTheyAre, nil
	}
	name, err := f.branch(asked)
	if err != nil {
		return nil, err
	}
	engine, cfg := Real(), configOf(f.job, b, t)
	var of stateful
	var extract extractor
	if f.job.Cell.Reference != "" {
		row, err := engine.Untrained(cfg) // the network of every row; a classifier is not kept
		if err != nil {
			return nil, err
		}
		of, extract = row, backbone(row)
	} else {
		arm, err := engine.Trainer(cfg)
		if err != nil {
			return nil, err
		}
		of, extract = arm, branch(arm, part.BranchOf(name))
	}
	return extract, loadEncoder(of, f.kept)
}
