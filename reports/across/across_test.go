package across

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"protobench/harness/store"
	"protobench/metrics/metric"
)

// made is a made-up run: what its cells have, by arm and seed.
type madeUp struct {
	arms     map[string][]float64 // live-unique of 64, by seed; NaN: collapsed, Inf: failed, negative: not begun
	epochs   int64
	data     string
	isa      string
	primary  []string
	other    string // a metric besides
	set      map[string]any
	learners map[string]string
}

const headline = "live_unique@0.025"

// write makes the run directory.
func (m madeUp) write(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	d, err := store.Create(dir)
	must(t, err)
	plan := store.Plan{Schema: store.SchemaVersion, Name: "made up", Primary: m.primary}
	var names []string
	for name := range m.arms {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for seed := range m.arms[name] {
			plan.Cells = append(plan.Cells, m.cell(name, seed))
		}
	}
	_, err = d.Freeze(plan)
	must(t, err)
	for _, p := range plan.Cells {
		if v := m.arms[p.Cell.Method][p.Cell.Seed]; v >= 0 || math.IsNaN(v) {
			c := d.Cell(p)
			must(t, c.Prepare())
			must(t, c.WriteResult(m.result(p, v)))
		}
	}
	return dir
}

func (m madeUp) cell(name string, seed int) store.PlanCell {
	settings := store.Settings{{Key: "train.epochs", Value: m.epochs}, {Key: "loss.temperature", Value: 0.1}}
	for key, v := range m.set {
		settings = append(settings, store.Setting{Key: key, Value: v})
	}
	return store.PlanCell{
		Cell:     store.Cell{Method: name, Objective: "swav", Learner: m.learners[name], Seed: uint64(seed), Hash: fmt.Sprint(name, seed)},
		Dir:      fmt.Sprintf("%s__base__s%d", name, seed),
		Settings: settings, Prototypes: 64,
	}
}

func (m madeUp) result(p store.PlanCell, v float64) store.Result {
	r := store.Result{
		Schema: store.SchemaVersion, Cell: p.Cell, Outcome: store.Outcome{Status: store.OK, Epoch: int(m.epochs)},
		Metrics:    store.Metrics{headline: v, m.other: v / 64, "drift": 0.5},
		Provenance: store.Provenance{Version: "1", Numerics: 5, ISA: m.isa, DataSHA256: m.data},
	}
	switch {
	case math.IsNaN(v):
		r.Outcome.Status, r.Metrics[headline], r.Metrics[m.other] = store.Collapsed, 64, 0.9
	case math.IsInf(v, 0):
		r.Outcome, r.Metrics = store.Outcome{Status: store.Failed, Reason: "why"}, nil
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// base is a run of two arms.
func base() madeUp {
	return madeUp{
		arms: map[string][]float64{"swav": {16, 32, 24, 8}, "swav+gmm": {60, 62, 61, 63}}, epochs: 20, data: "d1", isa: "avx512",
		primary: []string{headline}, other: "linear@backbone.teacher",
	}
}

func TestCompareRuns(t *testing.T) {
	t.Parallel()
	a, b := base(), base()
	b.arms = map[string][]float64{"swav": {20, 40, math.NaN(), 16, 9}, "dino": {1}}
	b.set = map[string]any{"swav.queue": int64(3)}
	b.isa = "avx2"
	b.learners = map[string]string{"swav": "frozen"}
	c, err := Compare(a.write(t), b.write(t), nil, false)
	must(t, err)
	if len(c.Protocols) != 0 || strings.Join(c.Arms, "|")+strings.Join(c.OnlyA, "|")+strings.Join(c.OnlyB, "|") != "swavswav+gmmdino" {
		t.Fatalf("%+v", c)
	}
	var keys []string
	for _, d := range c.Differences {
		keys = append(keys, d.Key+" "+d.A+" "+d.B)
	}
	if got := strings.Join(keys, "; "); got != "instruction set avx512 avx2; seeds 0,1,2,3 0,1,2,3,4; learner  frozen; swav.queue – 3" {
		t.Error(got)
	}
	if len(c.Deltas) != 1 {
		t.Fatalf("%+v", c.Deltas)
	}
	// Seeds 0, 1 and 3: the collapsed one's prototypes mislead. In percent of 64: +6.25, +12.5, +12.5.
	d := c.Deltas[0]
	if d.N != 3 || math.Abs(*d.Mean-100*(4+8+8)/3./64) > 1e-9 || math.Abs(*d.A-100*56/3./64) > 1e-9 || *d.P != 0.25 || *d.Holm != 0.25 || !d.Tested {
		t.Errorf("%+v", d)
	}
	if half := 4.302652729911275 * math.Sqrt(13.020833333333334/3); math.Abs(*d.High-*d.Mean-half) > 1e-6 || math.Abs(*d.Mean-*d.Low-half) > 1e-6 {
		t.Errorf("interval %v to %v, mean %v, want half a width of %v", *d.Low, *d.High, *d.Mean, half)
	}
}

func TestCompareAdjustsForAllTests(t *testing.T) {
	t.Parallel()
	a, b := base(), base()
	b.arms = map[string][]float64{"swav": {20, 40, 30, 16}, "swav+gmm": {59, 61, 60, 62}}
	c, err := Compare(a.write(t), b.write(t), []string{headline, "linear@backbone.teacher"}, false)
	must(t, err)
	for _, d := range c.Deltas {
		if *d.P != 0.125 || *d.Holm != 0.5 {
			t.Errorf("%s %s: p %v, Holm %v, want 0.125 and 0.5 over four tests", d.Arm, d.Metric, *d.P, *d.Holm)
		}
	}
	if len(c.Deltas) != 4 || len(c.Differences) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestCompareRefusesOtherProtocols(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*madeUp)
		want   string
	}{
		"epochs": {func(m *madeUp) { m.epochs = 40 }, "train.epochs: 20 and 40"},
		"data":   {func(m *madeUp) { m.data = "d2" }, "data fingerprint: d1 and d2"},
		"metric": {func(m *madeUp) { m.other = "linear@projector.teacher" }, "linear@backbone.teacher: the second has no such metric (but linear@projector.teacher)"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := base(), base()
			a.primary = append(a.primary, a.other)
			c.change(&b)
			left, right := a.write(t), b.write(t)
			got, err := Compare(left, right, nil, false)
			must(t, err)
			if len(got.Deltas) != 0 || len(got.Protocols) != 1 || got.Protocols[0] != c.want {
				t.Errorf("%d deltas; %q", len(got.Deltas), got.Protocols)
			}
			got, err = Compare(left, right, nil, true)
			must(t, err)
			if len(got.Deltas) == 0 || len(got.Protocols) != 1 {
				t.Errorf("forced: %+v", got)
			}
		})
	}
}

func TestCompareCells(t *testing.T) {
	t.Parallel()
	m := base()
	m.arms["failed"] = []float64{math.Inf(1), -1}
	run := m.write(t)
	cell := func(name string) string { return filepath.Join(run, "cells", name) }
	c, err := Compare(cell("swav__base__s0"), cell("swav+gmm__base__s1"), nil, false)
	must(t, err)
	if len(c.Deltas) < 2 || c.Deltas[0].N != 1 || c.Deltas[0].P != nil || c.Deltas[0].Low != nil || c.Deltas[0].Tested || *c.Deltas[0].Mean != 100*46/64. {
		t.Errorf("%+v", c.Deltas)
	}
	for _, bad := range []struct{ a, b, want string }{
		{cell("swav__base__s0"), run, "a run and a cell"},
		{cell("failed__base__s0"), run, "the cell failed and has no final metrics (why)"},
		{cell("failed__base__s1"), run, "the cell has no result yet"},
		{run, t.TempDir(), "neither a run (it has no plan.json) nor a cell"},
	} {
		if _, err := Compare(bad.a, bad.b, nil, false); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v", bad.want, err)
		}
	}
	if _, err := Compare(run, run, []string{"live_uniqe@0.025"}, false); err == nil || !strings.Contains(err.Error(), "did you mean live_unique@0.025?") {
		t.Error(err)
	}
}

func TestCompareWithoutCommonArms(t *testing.T) {
	t.Parallel()
	a, b := base(), base()
	b.arms = map[string][]float64{"dino": {1}, "carp": {2}}
	if _, err := Compare(a.write(t), b.write(t), nil, false); err == nil || !strings.Contains(err.Error(), "no arm in common (swav, swav+gmm; carp, dino)") {
		t.Error(err)
	}
	a.arms, b.arms = map[string][]float64{"swav": {1}}, map[string][]float64{"swav, slow": {2}}
	c, err := Compare(a.write(t), b.write(t), nil, false)
	must(t, err)
	if len(c.Deltas) != 1 || c.Deltas[0].Arm != "swav → swav, slow" {
		t.Errorf("%+v", c.Deltas)
	}
}

func TestBest(t *testing.T) {
	t.Parallel()
	a, b := base(), base()
	a.arms["swav"] = append(a.arms["swav"], math.NaN(), math.Inf(1), -1)
	b.epochs, b.arms = 40, map[string][]float64{"dino": {64}}
	one, two := a.write(t), b.write(t)
	r, err := Best(headline, []string{one, two, one}, "")
	must(t, err)
	if r.Better != metric.Higher || r.Runs != 2 || len(r.Cells) != 9 || r.Without != 1 || r.Undone != 2 {
		t.Errorf("%+v", r)
	}
	if first := r.Cells[0]; first.Value != 100 || first.Arm != "dino" || first.Epoch != 40 || first.Cell != filepath.Join(two, "cells", "dino__base__s0") || r.Cells[8].Value != 12.5 {
		t.Errorf("%+v", r.Cells)
	}
	if len(r.Protocols) != 1 || !strings.Contains(r.Protocols[0], "2 different numbers of epochs") {
		t.Errorf("%q", r.Protocols)
	}
	if r, err = Best("linear@backbone.teacher", []string{one}, metric.Lower); err == nil && r.Cells[0].Value > r.Cells[1].Value {
		t.Error("the lowest is not the first")
	}
	// A collapsed run's features are what they are; its prototypes are not.
	if r.Without != 0 || len(r.Cells) != 9 {
		t.Errorf("%+v", r)
	}
	if _, err := Best("drift", []string{one}, ""); err == nil || !strings.Contains(err.Error(), "--highest or --lowest") {
		t.Error(err)
	}
	if _, err := Best("live_uniqe@0.025", []string{one}, ""); err == nil || !strings.Contains(err.Error(), "did you mean live_unique@0.025?") {
		t.Error(err)
	}
	if _, err := Best(headline, []string{t.TempDir()}, ""); err == nil || !strings.Contains(err.Error(), "no run in or below it") {
		t.Error(err)
	}
	must(t, os.WriteFile(filepath.Join(two, "plan.json"), []byte("{"), 0o600))
	if r, err = Best(headline, []string{one, two}, ""); err != nil || len(r.Unreadable) != 1 || len(r.Cells) != 8 {
		t.Errorf("beside a broken run: %v, %+v", err, r)
	}
}
