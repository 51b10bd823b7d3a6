package harness

import (
	"path/filepath"
	"testing"

	"protobench/datasets"
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/harness/internal/standin"
	"protobench/methods/part"
)

// colouredSet has two classes of images, dark and bright ones; a quarter of the test images have
// the other class's colour.
func colouredSet() *datasets.Set {
	images := func(n, wrong int) datasets.Images {
		im := datasets.Images{Height: 4, Width: 4, Channels: 3}
		for i := range n {
			class, colour := i%2, i%2
			if i < wrong {
				colour = 1 - class
			}
			for range 48 {
				im.Pixels = append(im.Pixels, uint8(40+160*colour))
			}
			im.Labels, im.Fine = append(im.Labels, class), append(im.Fine, class)
		}
		return im
	}
	train := images(40, 0)
	return &datasets.Set{
		Name: "coloured", Train: train, Probe: train, Test: images(20, 5), Classes: 2, FineClasses: 2,
		Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.3, 0.3, 0.3}, Fingerprint: "coloured",
	}
}

// seeing is a trainer of whose branches the teacher alone sees anything.
type seeing struct{ *fixture.Fake }

func (s seeing) Features(b part.Branch, images []float32) (backbone, embedding []float32, err error) {
	for i := 0; i < len(images); i += 48 {
		x := images[i] * float32(map[part.Branch]int{part.Teacher: 1}[b])
		backbone, embedding = append(backbone, x, 1), append(embedding, x, x, 1)
	}
	return backbone, embedding, nil
}

// Probes learn from training images and are judged on test images, and each branch's accuracies are
// of its own features: the teacher's tell the colour, which is wrong for a quarter of the test
// images and for no training image; the student's tell nothing.
func TestProbesAreJudgedOnTestImages(t *testing.T) {
	o := options(standin.Engine(nil))
	o.Engine.Trainer = func(cfg part.Config) (cell.Trainer, error) { return seeing{fixture.NewFake(cfg)}, nil }
	o.Data = datasets.NewLibrary(func(datasets.Options) (*datasets.Set, error) { return colouredSet(), nil })
	p, err := NewPlan("t.toml", "encoder = { depth = 2 }\n"+fixture.Small, Catalogue(), o.Data)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if s, err := Run(t.Context(), p, p.Jobs, dir, o); err != nil || len(s.Failed) > 0 {
		t.Fatal(s, err)
	}
	for _, c := range cellsOf(t, dir) {
		for _, probe := range []string{"linear", "linear_fine", "knn20_t0.07", "knn20_t0.07_fine"} {
			got, student := c.Result.Metrics[probe+"@backbone.teacher"], c.Result.Metrics[probe+"@backbone.student"]
			if got != 0.75 {
				t.Errorf("%s: %s is %v, want 0.75", c.Result.Cell.Method, probe, got)
			}
			if arm := c.Result.Cell.Learner != ""; arm != (student < 0.75) {
				t.Errorf("%s: %s of the student is %v", c.Result.Cell.Method, probe, student)
			}
		}
		epochs, err := c.Dir.Epochs()
		if err != nil {
			t.Fatal(err)
		}
		// Two colours go to two prototypes; the student's embeddings would all go to one.
		for _, e := range epochs {
			if c.Result.Cell.Learner != "" && e.Metrics["used"] != 2 {
				t.Errorf("%s: %v prototypes are used after %d steps, want 2", c.Result.Cell.Method, e.Metrics["used"], e.Step)
			}
		}
		if c.Result.Cell.Learner != "" && c.Result.Metrics["used"] != 2 {
			t.Errorf("%s: %v prototypes are used at the end, want 2", c.Result.Cell.Method, c.Result.Metrics["used"])
		}
	}
}

// The rows of reference depend on what changes their numbers, and on nothing else.
func TestHashesOfRowsCoverWhatTheyRead(t *testing.T) {
	const base = "[[method]]\nname = 'swav'\n"
	of := func(more string) map[string]string {
		out := map[string]string{}
		p, err := NewPlan("t.toml", "name = 'x'\nseeds = [1]\n[encoder]\ndepth = 2\n"+more+base, Catalogue(), datasets.NewLibrary(fixture.Open))
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range p.Jobs {
			out[j.Cell.Composition.Name] = j.Hash
		}
		return out
	}
	plain := of("[train]\nbatch = 8\n")
	for more, want := range map[string][3]bool{ // pixels, untrained, supervised
		"[train]\nbatch = 8\n":                                {},
		"[train]\nbatch = 10\n":                               {false, true, true},
		"[train]\nbatch = 8\nlr = 0.5\n":                      {false, false, true},
		"[train]\nbatch = 8\nepochs = 7\n":                    {false, false, true},
		"[train]\nbatch = 8\n[augment]\ncrop_min = 0.5\n":     {false, true, true},
		"[train]\nbatch = 8\n[augment]\nblur = 0.5\n":         {false, true, true},
		"width = 8\n[train]\nbatch = 8\n":                     {false, true, true},
		"[train]\nbatch = 8\n[data]\nlimit = 30\n":            {true, true, true},
		"[train]\nbatch = 8\n[loss]\ntemperature = 0.3\n":     {},
		"[train]\nbatch = 8\n[prototypes]\ncount = 5\n":       {},
		"[train]\nbatch = 8\nlocal_crops = 2\n":               {},
		"[train]\nbatch = 8\n[evaluate]\nlog_every = 3\n":     {},
		"[train]\nbatch = 8\n[store]\nweights = false\n":      {},
		"[train]\nbatch = 8\n[data]\npath = 'elsewhere'\n":    {},
		"[train]\nbatch = 8\n[evaluate]\nusage_images = 12\n": {},
	} {
		got := of(more)
		for i, row := range []string{"pixels", "untrained", "supervised"} {
			if changed := got[row] != plain[row]; changed != want[i] {
				t.Errorf("%q: the hash of %s changes: %v, want %v", more, row, changed, want[i])
			}
		}
	}
}
