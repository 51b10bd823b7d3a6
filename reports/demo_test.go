package reports

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"protobench/harness/store"
	"protobench/internal/stream"
	"protobench/internal/tensorfile"
	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/spectrum"
	"protobench/metrics/training"
	"protobench/metrics/uniqueness"
	"protobench/metrics/usage"
)

const (
	demoK      = 64
	demoD      = 32
	demoImages = 1200
)

// demoArm says how a made-up arm behaves: the share of prototypes that merge, and the
// share of the rest that nothing is assigned to.
type demoArm struct {
	method, learner, embedding string
	regularizers               []string
	temperatures               []float64
	merged, idle               float64
	observers                  []string
}

func demoArms(objective string) []demoArm {
	both, high := []float64{0.2, 0.1}, []float64{0.2}
	return []demoArm{
		{objective, "joint", "plain", nil, both, 0.8, 0.1, nil},
		{objective + "+aids", "joint", "centred", nil, high, 0.7, 0.05, nil},
		{objective + "+kp", "joint", "plain", []string{"koleo-prototypes"}, high, 0.1, 0.3, nil},
		{objective + "+gmm", "gmm", "centred", nil, both, 0.02, 0.02, []string{"joint"}},
		{objective + "+gmm plain", "gmm", "plain", nil, high, 0.3, 0.1, []string{"joint"}},
		{objective + "+frozen", "frozen", "plain", nil, high, 0, 0.9, []string{"joint"}},
	}
}

// sample is the demo store and its report, made once and looked at often.
type sample struct {
	once    sync.Once
	store   fstest.MapFS
	report  map[string][]byte // by file name
	summary Summary
}

var theDemo sample

// demoOnce makes the demo and its report, for the first test that asks.
func demoOnce(t *testing.T) *sample {
	t.Helper()
	theDemo.once.Do(func() {
		dir := filepath.Join(t.TempDir(), "demo")
		makeDemo(t, dir)
		theDemo.store = filesIn(t, dir)
		theDemo.summary, theDemo.report = written(t, dir)
	})
	if theDemo.report == nil {
		t.Fatal("the demo could not be made")
	}
	return &theDemo
}

// filesIn reads all files of a folder.
func filesIn(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			out[path] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
			return nil
		}
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		out[path] = &fstest.MapFile{Data: b, Mode: 0o644}
		return err
	}))
	return out
}

// demo is a folder of a test's own with the demo store in it, without its report.
func demo(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	must(t, os.CopyFS(dir, demoOnce(t).store))
	return dir
}

// reported is a folder like demo's, with the report in it, and the report's files.
func reported(t *testing.T) (dir string, whole map[string][]byte) {
	t.Helper()
	dir, whole = demo(t), demoOnce(t).report
	must(t, os.MkdirAll(filepath.Join(dir, "report", "figures"), 0o755))
	for name, b := range whole {
		must(t, os.WriteFile(pathOf(dir, name), b, 0o644))
	}
	return dir, whole
}

// makeDemo writes a store with everything a report has to cope with.
func makeDemo(t *testing.T, dir string) {
	t.Helper()
	d, err := store.Create(dir)
	must(t, err)
	p := store.Plan{
		Name: "joint | decoupled", Question: "Does decoupling stop <partial> collapse?", Baseline: "learner=joint",
		Primary: []string{"live_unique@0.025", "linear@backbone.teacher"},
	}
	var makers []func(*store.CellDir)
	for _, objective := range []string{"swav", "dino"} {
		for _, a := range demoArms(objective) {
			for _, temperature := range a.temperatures {
				for seed := range uint64(3) {
					p.Cells = append(p.Cells, planned(a, objective, temperature, seed))
					makers = append(makers, func(c *store.CellDir) { fillCell(t, c, a, temperature) })
				}
			}
		}
	}
	for i, method := range []string{"pixels", "untrained", "supervised"} {
		for seed := range uint64(3) {
			if i == 0 && seed > 0 {
				continue
			}
			p.Cells = append(p.Cells, planned(demoArm{method: method}, "", 0, seed))
			accuracy := []float64{0.31, 0.45, 0.97}[i] + 0.01*float64(seed)
			makers = append(makers, func(c *store.CellDir) { fillReference(t, c, accuracy) })
		}
	}
	first := p
	first.Cells = append([]store.PlanCell{{Cell: store.Cell{Method: "old", Hash: "old"}, Dir: "old__base__s0__00000000"}}, p.Cells...)
	_, err = d.Freeze(first)
	must(t, err)
	must(t, d.Cell(first.Cells[0]).Prepare())
	_, err = d.Freeze(p)
	must(t, err)
	for i, pc := range p.Cells {
		makers[i](d.Cell(pc))
	}
	spoil(t, d, p)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func planned(a demoArm, objective string, temperature float64, seed uint64) store.PlanCell {
	c := store.Cell{Method: a.method, Objective: objective, Learner: a.learner, Embedding: a.embedding,
		Regularizers: a.regularizers, Axes: map[string]any{}, Seed: seed}
	if objective != "" {
		c.Axes["loss.temperature"] = temperature
	}
	c.Hash = fmt.Sprintf("%s-%g-%d", a.method, temperature, seed)
	out := store.PlanCell{Cell: c, Dir: strings.ReplaceAll(c.Hash, " ", "-"), Observers: a.observers, Settings: a.settings(objective, temperature)}
	if objective != "" {
		out.Prototypes, out.Images = demoK, []int{demoImages / 2, demoImages / 2}
	}
	return out
}

// settings are those of one cell of the arm.
func (a demoArm) settings(objective string, temperature float64) store.Settings {
	s := settingsOf("data.name=shapes data.path= data.train=1200 encoder.name=convnet encoder.width=32 encoder.dim=32 train.batch=128 train.epochs=20")
	if objective == "" {
		return s
	}
	s = append(s, settingsOf(fmt.Sprintf("evaluate.usage_images=0 loss.temperature=%g prototypes.count=64", temperature))...)
	switch helped := strings.Contains(a.method, "gmm") || strings.Contains(a.method, "aids"); {
	case helped:
		s = append(s, settingsOf("prototypes.init=data prototypes.reseed=true")...)
	case a.learner != "frozen":
		s = append(s, settingsOf("prototypes.init=random prototypes.reseed=false")...)
	default:
		s = append(s, settingsOf("prototypes.init=random")...)
	}
	switch {
	case a.learner == "gmm":
		s = append(s, settingsOf("gmm.memory=1")...)
	case len(a.regularizers) > 0:
		s = append(s, settingsOf("koleo-prototypes.weight=0.1")...)
	}
	return s
}

// fillCell makes up the prototypes, measures them as a run would, and writes all files.
func fillCell(t *testing.T, c *store.CellDir, a demoArm, temperature float64) {
	must(t, c.Prepare())
	cell := c.Plan().Cell
	merged := a.merged
	if temperature == 0.1 {
		merged /= 3
	}
	start, now := madeUp(cell, merged)
	counts := usageOf(cell, a.idle)
	m := measured(start, now, counts)
	addAccuracies(m, 0.62+0.15*m["live_unique@0.025"]/demoK+0.01*noise(cell, "linear"))
	r := store.Result{
		Cell: cell, Outcome: store.Outcome{Status: store.OK, Epoch: 20}, Metrics: m,
		Timing:     store.Timing{StepMSMedian: 12.5 + float64(len(a.method))},
		Provenance: store.Provenance{Version: "0.1.0", Numerics: 1, Go: "go1.26.8", CPU: "test", ISA: "avx512", DataSHA256: "ab12"},
	}
	if a.learner == "frozen" {
		m["reseeds"] = 0
	}
	if len(a.observers) > 0 {
		_, shadow := madeUp(cell, 0.7)
		r.Observers = map[string]store.Metrics{"joint": measured(start, shadow, counts)}
	}
	must(t, c.WritePrototypes(prototypesFile(start, now, counts)))
	writeEpochs(t, c, merged, m, r.Observers["joint"])
	must(t, c.WriteResult(r))
}

// addAccuracies makes up what the probes say of features with the given accuracy.
func addAccuracies(m store.Metrics, accuracy float64) {
	m["linear@backbone.teacher"], m["linear@backbone.student"] = accuracy, accuracy-0.02
	m["linear_fine@backbone.teacher"] = accuracy - 0.2
	m["knn20_t0.07@backbone.teacher"] = accuracy - 0.06
	m["rankme.features.teacher"] = 40 * accuracy
}

func noise(c store.Cell, purpose string) float64 {
	return stream.New(c.Seed, purpose+c.Method).Float64() - 0.5
}

// madeUp moves the first merged·K prototypes onto a few others.
func madeUp(c store.Cell, merged float64) (start, now matrix.Matrix) {
	start = matrix.RandomUnit(c.Seed, demoK, demoD)
	now = matrix.RandomUnit(c.Seed, demoK, demoD)
	rng := stream.New(c.Seed, "madeup"+c.Method)
	for k := range int((merged + 0.05*noise(c, "merged")) * demoK) {
		target := demoK - 1 - k%5
		for j := range demoD {
			now.Data[k*demoD+j] = start.Data[target*demoD+j] + 0.01*float32(rng.NormFloat64())
		}
	}
	return start, now
}

func usageOf(c store.Cell, idle float64) []int {
	counts := make([]int, demoK)
	rng := stream.New(c.Seed, "usage"+c.Method)
	busy := max(1, int((1-idle)*demoK))
	for range demoImages {
		at := int(math.Abs(rng.NormFloat64()) * float64(busy) / 2.5)
		counts[demoK-1-at%busy]++
	}
	return counts
}

func measured(start, now matrix.Matrix, counts []int) store.Metrics {
	m := store.Metrics{}
	eps := []float64{0.025, 0.05, 0.1, 0.25, 0.5}
	covers, centred, live := uniqueness.Covers(nil, now, eps), uniqueness.CentredCovers(nil, now, eps), uniqueness.LiveCovers(nil, now, counts, demoImages, eps)
	for i, e := range eps {
		m[fmt.Sprintf("unique@%v", e)] = float64(len(covers[i].Representatives))
		m[fmt.Sprintf("unique_centred@%v", e)] = float64(len(centred[i].Representatives))
		m[fmt.Sprintf("live_unique@%v", e)] = float64(len(live[i].Representatives))
	}
	dead := 0
	for _, alive := range usage.Live(counts, demoImages) {
		if !alive {
			dead++
		}
	}
	m["dead"] = float64(dead) / demoK
	m["grouped_perplexity"], _ = uniqueness.GroupedPerplexity(counts, covers[0].Owner)
	m["usage_perplexity"], _ = uniqueness.GroupedPerplexity(counts, identity(demoK))
	m["displacement"], _ = training.Displacement(start, now)
	m["path"], m["reseeds"] = 3*m["displacement"], float64(dead)
	m["prototype_mean_norm"], _ = geometry.MeanNorm(now)
	singular, _ := spectrum.SingularValues(now)
	m["effective_rank.prototypes"], _ = spectrum.EffectiveRank(singular)
	return m
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func prototypesFile(start, now matrix.Matrix, counts []int) *tensorfile.File {
	shape := []int{demoK, demoD}
	owner := uniqueness.Of(now, 0.025).Owner
	return &tensorfile.File{Tensors: []tensorfile.Tensor{
		{Name: "prototypes.teacher", Shape: shape, F32: now.Data},
		{Name: "prototypes.initial", Shape: shape, F32: start.Data},
		{Name: "usage.counts", Shape: []int{demoK}, I64: integers(counts)},
		{Name: "usage.owner", Shape: []int{demoK}, I64: integers(owner)},
	}}
}

func integers(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

// writeEpochs lets the counts of own learner and shadow fall from their start to the end's values.
func writeEpochs(t *testing.T, c *store.CellDir, merged float64, own, shadow store.Metrics) {
	log, err := c.OpenEpochs()
	must(t, err)
	for _, step := range []int{0, 2, 5, 10, 20, 31, 62, 93, 124, 186, 248, 310, 465, 620} {
		line := store.Epoch{Step: step, Epoch: float64(step) / 31, Metrics: falling(own, step, merged)}
		if shadow != nil {
			line.Observers = map[string]store.Metrics{"joint": falling(shadow, step, 0.7)}
		}
		must(t, log.Append(line))
	}
	must(t, log.Close())
}

func falling(end store.Metrics, step int, merged float64) store.Metrics {
	out := store.Metrics{}
	for _, key := range []string{"live_unique@0.025", "unique@0.025"} {
		out[key] = end[key] + (demoK*0.95-end[key])*math.Exp(-float64(step)*(0.01+0.05*merged))
	}
	return out
}

func fillReference(t *testing.T, c *store.CellDir, accuracy float64) {
	must(t, c.Prepare())
	must(t, c.WriteResult(store.Result{
		Cell: c.Plan().Cell, Outcome: store.Outcome{Status: store.OK},
		Metrics:    store.Metrics{"linear@backbone.teacher": accuracy, "knn20_t0.07@backbone.teacher": accuracy - 0.05},
		Provenance: store.Provenance{Version: "0.1.0", Numerics: 1, Go: "go1.26.8", CPU: "test", ISA: "avx512", DataSHA256: "ab12"},
	}))
}

// spoil makes one run each collapsed, diverged, failed, unfinished, missing, undefined
// in a metric, and made by another program.
func spoil(t *testing.T, d *store.Dir, p store.Plan) {
	edit := func(hash string, change func(*store.Result)) {
		for _, pc := range p.Cells {
			if pc.Cell.Hash == hash {
				r, _, err := d.Cell(pc).Result()
				must(t, err)
				change(&r)
				must(t, d.Cell(pc).WriteResult(r))
			}
		}
	}
	edit("dino-0.2-1", func(r *store.Result) { r.Outcome.Status = store.Collapsed })
	edit("dino+kp-0.2-2", func(r *store.Result) {
		r.Outcome = store.Outcome{Status: store.Diverged, Reason: "loss is NaN", Epoch: 3}
		r.Metrics = store.Metrics{}
	})
	edit("swav+kp-0.2-0", func(r *store.Result) {
		r.Outcome = store.Outcome{Status: store.Failed, Reason: "panic: a | b\ngoroutine 7", Epoch: 1}
	})
	edit("swav+aids-0.2-1", func(r *store.Result) {
		r.Metrics["grouped_perplexity"] = math.NaN()
		r.Undefined = map[string]string{"grouped_perplexity": "no live prototype"}
	})
	for hash, gradient := range map[string]string{"swav-0.2-0": "3.3e-06", "swav-0.2-1": "3.1e-05", "dino-0.2-0": "8.9e-06"} {
		edit(hash, func(r *store.Result) {
			const text = "linear probe: the fit at L2 1e-06 ended after 500 iterations with a gradient of "
			r.Provenance.Warnings = []store.Warning{
				{Metric: "linear@backbone.teacher", Text: text + gradient + ", above 1e-06"},
				{Metric: "linear_fine@backbone.student", Text: text + "1.0e-05, above 1e-06"},
			}
		})
	}
	edit("dino+gmm-0.1-0", func(r *store.Result) { r.Provenance.ISA, r.Provenance.Version = "purego", "0.1.1" })
	for _, pc := range p.Cells {
		switch pc.Cell.Hash {
		case "dino+frozen-0.2-1":
			must(t, d.Cell(pc).RemoveResult())
		case "swav+gmm plain-0.2-2":
			must(t, os.RemoveAll(d.Cell(pc).Path()))
		}
	}
}
