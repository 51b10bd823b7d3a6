package bench

import (
	"fmt"
	"strings"

	"protobench/datasets/augment"
	"protobench/encoders"
	"protobench/harness/sweep"
	"protobench/internal/kernel"
	"protobench/methods"
	"protobench/methods/mixture"
	"protobench/methods/part"
	"protobench/metrics/matrix"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
)

const (
	scaleBatch  = 128 // images of a step, whose two views are embedded
	scaleDim    = 128 // dimension of embeddings and prototypes
	scaleCount  = 512 // prototypes where their number is not the axis
	scaleWidth  = 8   // of the convnet where its own cost is not what grows
	scaleUnique = 0.025
)

// sized is a full size, or a small one of --quick.
func (s *scaler) sized(full, quick int) int {
	if s.quick {
		return quick
	}
	return full
}

// student is the step of SwAV without a teacher on random images, changed by set.
func (s *scaler) student(set func(cfg *part.Config, sets map[string]any)) (part.Config, *methods.StudentAlone, error) {
	b := stepCommand{Encoder: "convnet", Batch: s.sized(scaleBatch, 8), Prototypes: s.sized(scaleCount, 64), Winograd: defaultWinograd, Steps: 1}
	cfg, err := b.config(s.team)
	if err != nil {
		return cfg, nil, err
	}
	cfg.Encoder.Width = scaleWidth
	sets := map[string]any{}
	set(&cfg, sets)
	for path, v := range sets {
		if e := cfg.Settings.Set(path, v); e != nil {
			return cfg, nil, e
		}
	}
	if errs := methods.Check(cfg); len(errs) > 0 {
		return cfg, nil, errs[0]
	}
	alone, err := methods.NewStudentAlone(cfg)
	return cfg, alone, err
}

// step is one of its steps, as a law's size.
func (s *scaler) step(set func(cfg *part.Config, sets map[string]any)) (scaleRun, error) {
	cfg, alone, err := s.student(set)
	if err != nil {
		return scaleRun{}, err
	}
	work, err := gflop(cfg, false)
	views := viewsOf(cfg)
	return scaleRun{gflop: work, run: func() error {
		_, err := alone.Step(views)
		return err
	}}, err
}

// products is a product [n,d] × [k,d]ᵀ alone.
func (s *scaler) products(n, k, d int) func() {
	a, b, c := normal(n*d, "a"), normal(k*d, "b"), make([]float32, n*k)
	return func() { kernel.Gemm(s.team, false, true, n, k, d, a, d, b, d, c, k, false) }
}

// prototypeLaws are what grows with K.
func prototypeLaws(s *scaler) []scaleLaw {
	d, n := s.sized(scaleDim, 32), 2*s.sized(scaleBatch, 8)
	laws := []scaleLaw{{what: "step of swav", due: 1, linear: true, build: func(k int) (scaleRun, error) {
		return s.step(func(cfg *part.Config, sets map[string]any) { cfg.Encoder.Dim, sets["prototypes.count"] = d, k })
	}}}
	for covariance, products := range mixtureProducts() {
		laws = append(laws, scaleLaw{what: "mixture, " + covariance, due: 1, linear: true, build: func(k int) (scaleRun, error) {
			m := mixture.New(unitRows(k, d), k, d, covariance, 1/float64(d), 1)
			m.Team, m.VarMin = s.team, 1/float64(4*d)
			h := unitRows(n, d)
			return scaleRun{
				gflop: 2e-9 * products * float64(n*k*d), gemm: s.products(n, k, d), times: products,
				run: func() error { m.Update(h, 1); return nil },
			}, nil
		}})
	}
	return append(laws, s.koleo(d), s.unique(d), s.score(n, d))
}

// mixtureProducts yields covariances of mixtures and the products of embeddings with components
// that an update of them has: one for the densities and one for the sums, twice as many with squares.
func mixtureProducts() func(yield func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		_ = yield("shared", 2) && yield("diagonal", 4)
	}
}

// koleo is the term on the prototypes with its gradient, as a step has it.
func (s *scaler) koleo(d int) scaleLaw {
	return scaleLaw{what: "KoLeo of prototypes", due: 2, linear: true, once: true, build: func(k int) (scaleRun, error) {
		cfg, alone, err := s.student(func(cfg *part.Config, sets map[string]any) {
			cfg.Encoder.Dim, cfg.Train.Batch = d, 4
			cfg.Composition.Regularizers = []string{"koleo-prototypes"}
			sets["prototypes.count"], sets["train.batch"] = k, 4
		})
		if err != nil {
			return scaleRun{}, err
		}
		views := viewsOf(cfg)
		rows := min(k, 1024)
		return scaleRun{
			gflop: 2e-9 * float64(k) * float64(k) * float64(d), gemm: s.products(rows, k, d), times: float64(k) / float64(rows),
			run: func() error {
				_, err := alone.Step(views)
				return err
			},
			took: func() (seconds float64) {
				for _, o := range alone.Operations() {
					if strings.HasPrefix(o.Kind, "koleo") {
						seconds += o.Spent.Seconds()
					}
				}
				return seconds
			},
		}, nil
	}}
}

// unique is the cover of prototypes all of which are unique: no product is spared but for symmetry.
func (s *scaler) unique(d int) scaleLaw {
	return scaleLaw{what: "unique, all of them", due: 2, linear: true, build: func(k int) (scaleRun, error) {
		p, rows := matrix.Of(k, d, unitRows(k, d)), min(k, 1024)
		return scaleRun{
			gflop: 1e-9 * float64(k) * float64(k) * float64(d), gemm: s.products(rows, k, d), times: float64(k) / float64(2*rows),
			run: func() error {
				if got := uniqueness.Of(p, scaleUnique).Count(); got > k {
					return fmt.Errorf("%d of %d prototypes are unique", got, k)
				}
				return nil
			},
		}, nil
	}}
}

// score is the product of embeddings and prototypes by itself.
func (s *scaler) score(n, d int) scaleLaw {
	return scaleLaw{what: "scores alone", due: 1, linear: true, build: func(k int) (scaleRun, error) {
		f := s.products(n, k, d)
		return scaleRun{gflop: 2e-9 * float64(n*k*d), run: func() error { f(); return nil }}, nil
	}}
}

// dimLaws are what grows with D.
func dimLaws(s *scaler) []scaleLaw {
	k, rows, queries := s.sized(4096, 64), s.sized(10_000, 100), s.sized(2_000, 20)
	return []scaleLaw{
		{what: "step of swav", due: 1, linear: true, build: func(d int) (scaleRun, error) {
			return s.step(func(cfg *part.Config, _ map[string]any) { cfg.Encoder.Dim = d })
		}},
		{what: fmt.Sprintf("unique, K = %d", k), due: 1, linear: true, build: func(d int) (scaleRun, error) { return s.unique(d).build(k) }},
		{what: fmt.Sprintf("k-NN, %d × %d", rows, queries), due: 1, linear: true, build: func(d int) (scaleRun, error) { return s.neighbours(rows, queries, d) }},
	}
}

// neighbours is the k-NN of the reports.
func (s *scaler) neighbours(rows, queries, d int) (scaleRun, error) {
	x, q := matrix.Of(rows, d, normal(rows*d, "rows")), matrix.Of(queries, d, normal(queries*d, "queries"))
	y, qy := labelsOf(rows), labelsOf(queries)
	return scaleRun{
		gflop: 2e-9 * float64(rows) * float64(queries) * float64(d),
		run: func() error {
			if r := probe.KNN(s.team, x, y, q, qy, probe.KNNOptions{Classes: evalClasses}); r.Undefined != "" {
				return fmt.Errorf("k-NN: %s", r.Undefined)
			}
			return nil
		},
	}, nil
}

// labelsOf are classes in turn.
func labelsOf(n int) []int {
	y := upTo(n)
	for i := range y {
		y[i] %= evalClasses
	}
	return y
}

// batchLaws are what grows with the batch.
func batchLaws(s *scaler) []scaleLaw {
	law := func(what string, encoder func() encoders.Config) scaleLaw {
		return scaleLaw{what: "step, " + what, due: 1, linear: true, build: func(n int) (scaleRun, error) {
			return s.step(func(cfg *part.Config, sets map[string]any) {
				cfg.Train.Batch, cfg.Images, cfg.Encoder, sets["train.batch"] = n, 8*max(n, scaleCount), encoder(), n
			})
		}}
	}
	return []scaleLaw{
		law("convnet, width 8", func() encoders.Config { c := defaultEncoder("convnet"); c.Width = scaleWidth; return c }),
		law("convnet", func() encoders.Config { return defaultEncoder("convnet") }),
		law("mlp", func() encoders.Config { return defaultEncoder("mlp") }),
	}
}

// sideLaws are what grows with the images' side: their pixels, its square.
func sideLaws(s *scaler) []scaleLaw {
	batch := s.sized(8, 2)
	law := func(what string, most int, encoder func(side int) encoders.Config) scaleLaw {
		return scaleLaw{what: what, due: 2, linear: true, most: most, build: func(side int) (scaleRun, error) {
			return s.step(func(cfg *part.Config, sets map[string]any) {
				cfg.Encoder, cfg.Input = encoder(side), encoders.Input{Height: side, Width: side, Channels: 3}
				cfg.Train.Batch, cfg.Images, sets["train.batch"] = batch, 8*scaleCount, batch
			})
		}}
	}
	all := []scaleLaw{
		law("convnet, width 8", 0, func(int) encoders.Config { c := defaultEncoder("convnet"); c.Width = scaleWidth; return c }),
		law("vit, patch 16", 0, func(int) encoders.Config { c := defaultEncoder("vit"); c.Patch = 16; return c }),
		law("vit, patch 4 to 16 px", 0, func(side int) encoders.Config {
			c := defaultEncoder("vit")
			c.Patch = map[bool]int{false: 4, true: 16}[side > 96]
			return c
		}),
		law("resnet18, stem for large", 0, func(int) encoders.Config { c := defaultEncoder("resnet18"); c.Stem = "imagenet"; return c }),
		{what: "two views, swav's recipe", due: 2, linear: true, build: func(side int) (scaleRun, error) { return s.views("swav", batch, side) }},
	}
	all[2].linear = false // no law: a patch grows with the side
	if !s.quick {
		all = append(all, law("resnet18, stem for small", 96, func(int) encoders.Config { return defaultEncoder("resnet18") }))
	}
	return all
}

// views makes two of each image.
func (s *scaler) views(preset string, batch, side int) (scaleRun, error) {
	in := augment.Input{Height: side, Width: side, Channels: 3}
	a, err := augment.New(augment.Named(preset), in, [3]float32{0.5, 0.5, 0.5}, [3]float32{0.25, 0.25, 0.25}, true)
	if err != nil {
		return scaleRun{}, err
	}
	a.Team = s.team
	images, order := noiseImages(batch, in), upTo(batch)
	dst := make([]float32, 2*len(images.Pixels))
	return scaleRun{run: func() error { a.Views(dst, images, order, 0, 0); return nil }}, nil
}

// observerLaws are what grows with the number of observers, of which each is another learner.
func observerLaws(s *scaler) []scaleLaw {
	observers := []string{"joint", "gmm", "kmeans", "frozen"}
	build := func(n int) (*methods.Trainer, []float32, float64, error) {
		cell, err := sweep.PresetCell("swav")
		if err != nil {
			return nil, nil, 0, err
		}
		cell.Settings.MustSet("train.batch", s.sized(32, 4))
		cell.Settings.MustSet("prototypes.count", s.sized(256, 32))
		cfg := cell.Config()
		cfg.Encoder, cfg.Input = defaultEncoder("convnet"), defaultImage
		cfg.Encoder.Width, cfg.Encoder.Dim = scaleWidth, 64
		cfg.StepsPerEpoch, cfg.Images, cfg.Team = 125, 4000, s.team
		cfg.Composition.Observers = observers[:n]
		if errs := methods.Check(cfg); len(errs) > 0 {
			return nil, nil, 0, errs[0]
		}
		work, err := gflop(cfg, true)
		if err != nil {
			return nil, nil, 0, err
		}
		t, err := methods.New(cfg)
		return t, viewsOf(cfg), work, err
	}
	took := 0.0
	return []scaleLaw{
		{what: "step with them", due: 1, build: func(n int) (scaleRun, error) {
			t, views, work, err := build(n)
			return scaleRun{gflop: work, run: func() error {
				_, err := t.Step(views)
				return err
			}}, err
		}},
		{what: "they alone", due: 1, least: 1, build: func(n int) (scaleRun, error) {
			t, views, _, err := build(n)
			return scaleRun{
				run: func() error {
					found, err := t.Step(views)
					took = found.Observers.Seconds()
					return err
				},
				took: func() float64 { return took },
			}, err
		}},
	}
}

// unitRows are random unit vectors [n,d].
func unitRows(n, d int) []float32 {
	x := normal(n*d, "unit")
	kernel.NormalizeRows(x, x, n, d, nil)
	return x
}
