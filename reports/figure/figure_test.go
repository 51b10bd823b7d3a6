package figure

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"protobench/harness/store"
	"protobench/metrics/matrix"
)

func cellOf(method, objective, learner string, axes map[string]any) store.Cell {
	return store.Cell{Method: method, Objective: objective, Learner: learner, Axes: axes}
}

// armsOf is a sweep of arms without runs.
func armsOf(axes []string, cells ...store.Cell) *Sweep {
	s := &Sweep{Axes: axes, Place: placeText}
	for _, c := range cells {
		s.Arms = append(s.Arms, &Arm{Label: c.Method, Cell: c})
	}
	s.settle()
	return s
}

func at(v any) map[string]any { return map[string]any{"a.x": v} }

// A sweep without any result has no figure, and each says why.
func TestFiguresOfNothing(t *testing.T) {
	all, err := All(armsOf(nil, cellOf("swav", "swav", "joint", nil)))
	must(t, err)
	if len(all) != len(drawnFigures()) {
		t.Errorf("%d figures", len(all))
	}
	for _, f := range all {
		if f.Draw != nil || f.Missing == "" || f.Title == "" {
			t.Errorf("%s: drawn %v, missing %q, title %q", f.Name, f.Draw != nil, f.Missing, f.Title)
		}
	}
}

// Each figure has a caption that says what collapse looks like, and an alternative text.
func TestFiguresSayHowToReadThem(t *testing.T) {
	for _, s := range []*Sweep{sample(), matrixSample(), tailSample()} {
		for name, f := range allOf(t, s) {
			if f.Draw != nil && (len(f.Caption) < 200 || f.Alt == "" || strings.Contains(f.Alt, "**") || !strings.HasSuffix(strings.TrimSpace(f.Caption), ".")) {
				t.Errorf("%s: caption %q, alt %q", name, f.Caption, f.Alt)
			}
		}
	}
}

// Arms of one variant look alike whatever their objective and whatever else the sweep has, and no two
// variants do.
func TestVariantsKeepTheirStyles(t *testing.T) {
	one := armsOf(nil, cellOf("swav+x", "swav", "joint", nil), cellOf("swav", "swav", "joint", nil), cellOf("swav+gmm", "swav", "gmm", nil), cellOf("dino+gmm", "dino", "gmm", nil))
	other := armsOf(nil, cellOf("dino+gmm", "dino", "gmm", nil), cellOf("dino", "dino", "joint", nil), cellOf("dino+frozen", "dino", "frozen", nil))
	look := func(a *Arm) string { return fmt.Sprint(a.style) }
	if look(one.Arms[2]) != look(one.Arms[3]) || look(one.Arms[2]) != look(other.Arms[0]) || look(one.Arms[1]) != look(other.Arms[1]) {
		t.Error("a variant's style changes with the objective or the sweep")
	}
	seen := map[string]bool{}
	for _, a := range slices.Concat(one.Arms[:3], other.Arms[2:]) {
		if seen[look(a)] {
			t.Errorf("%s looks like another", a.Cell.Method)
		}
		seen[look(a)] = true
	}
	if one.Arms[1].name != "joint" || one.Arms[3].name != "+gmm" {
		t.Errorf("legends say %q and %q", one.Arms[1].name, one.Arms[3].name)
	}
}

// Two axes: no two settings of an arm share a look in a panel. Settings have panels of their own,
// and where an objective has one variant, colours show the axis with the most values.
func TestLayout(t *testing.T) {
	var cells, both []store.Cell
	for _, x := range []float64{1, 2, 3} {
		for _, y := range []float64{0.1, 0.2} {
			axes := map[string]any{"a.x": x, "b.y": y}
			cells = append(cells, cellOf("swav", "swav", "joint", axes), cellOf("dino", "dino", "joint", axes))
			both = append(both, cellOf("swav", "swav", "joint", axes), cellOf("swav+gmm", "swav", "gmm", axes))
		}
	}
	both = append(both, cellOf("swav+frozen", "swav", "frozen", at(2.0)))
	own := []store.Cell{cellOf("swav+frozen", "swav", "frozen", map[string]any{"a.x": 1.0})}
	for _, y := range []float64{0.1, 0.2} {
		own = append(own, cellOf("swav", "swav", "joint", map[string]any{"a.x": 1.0, "b.y": y}))
	}
	for _, z := range []float64{0.1, 0.2} {
		own = append(own, cellOf("swav+gmm", "swav", "gmm", map[string]any{"a.x": 1.0, "c.z": z}))
	}
	for _, c := range []struct {
		name     string
		sweep    *Sweep
		coloured string
		want     []string
	}{
		{"axes of their own", armsOf([]string{"a.x", "b.y", "c.z"}, own...), "", []string{"swav, x 1, y 0.1: 2", "swav, x 1, y 0.2: 2", "swav, x 1, z 0.1: 2", "swav, x 1, z 0.2: 2"}},
		{"one variant", armsOf([]string{"a.x", "b.y"}, cells...), "a.x", []string{"swav, y 0.1: 3", "swav, y 0.2: 3", "dino, y 0.1: 3", "dino, y 0.2: 3"}},
		{"several", armsOf([]string{"a.x", "b.y"}, both...), "", []string{
			"swav, x 1, y 0.1: 2", "swav, x 1, y 0.2: 2", "swav, x 2, y 0.1: 3", "swav, x 2, y 0.2: 3", "swav, x 3, y 0.1: 2", "swav, x 3, y 0.2: 2"}},
		{"no axis", armsOf(nil, cellOf("swav", "swav", "joint", nil), cellOf("swav+gmm", "swav", "gmm", nil)), "", []string{"swav: 2"}},
	} {
		var got []string
		for _, tile := range c.sweep.layout.tiles {
			got = append(got, fmt.Sprintf("%s: %d", tile.title, len(tile.arms)))
			seen := map[string]bool{}
			for _, a := range tile.arms {
				if look := fmt.Sprint(a.style); seen[look] {
					t.Errorf("%s: two arms of %s look alike", c.name, tile.title)
				} else {
					seen[look] = true
				}
			}
		}
		if d := cmp.Diff(c.want, got); d != "" || c.sweep.layout.coloured != c.coloured {
			t.Errorf("%s: colours show %q; %s", c.name, c.sweep.layout.coloured, d)
		}
	}
}

// Settings of a method are joined in the order of the axis, whatever the plan's.
func TestPathsAlong(t *testing.T) {
	s := armsOf([]string{"a.x"}, cellOf("swav", "swav", "joint", at(3.0)), cellOf("swav+gmm", "swav", "gmm", at(3.0)), cellOf("swav", "swav", "joint", at(1.0)))
	var got []string
	for _, p := range pathsAlong(s.Arms, s.pathAxis()) {
		for _, a := range p {
			got = append(got, fmt.Sprint(a.Cell.Method, axisNumber(a, "a.x")))
		}
	}
	if d := cmp.Diff([]string{"swav1", "swav3", "swav+gmm3"}, got); d != "" {
		t.Error(d)
	}
}

// Only steps that all seeds measured are in the mean.
func TestShared(t *testing.T) {
	c := shared(map[float64][]float64{9: {4, 2}, 0: {1, 3}, 5: {7}}, 2)
	if len(c.Steps) != 2 || c.Steps[1] != 9 || c.Mean[1] != 3 || c.Low[1] != 2 || c.Top[1] != 4 || c.Mean[0] != 2 {
		t.Errorf("got %+v", c)
	}
}

// A figure over an axis averages each seed over the other axes before seeds, and leaves out a seed
// that lacks one of them.
func TestOverAxis(t *testing.T) {
	s := &Sweep{Axes: []string{"loss.temperature", "prototypes.count"}, Place: placeText}
	for i, shares := range []map[uint64]float64{{0: 1, 1: 3}, {0: 3, 1: 5}, {0: 6, 1: 8}, {0: 8}} {
		a := &Arm{Cell: cellOf("swav", "swav", "joint", map[string]any{"loss.temperature": []float64{0.1, 0.2}[i/2], "prototypes.count": []float64{4, 64}[i%2]})}
		for seed := range uint64(2) {
			if v, has := shares[seed]; has {
				r := Run{K: 10, Result: store.Result{Metrics: store.Metrics{liveUnique().Key: v}}}
				r.Result.Cell.Seed = seed
				a.Runs = append(a.Runs, r)
			}
		}
		s.Arms = append(s.Arms, a)
	}
	if d := cmp.Diff([]string{"loss.temperature", "prototypes.count"}, s.numericAxes()); d != "" {
		t.Error(d)
	}
	c := s.overAxis("loss.temperature", liveUnique(), "swav")
	want := [][]float64{{0.1, 0.2}, {30, 70}, {20, 70}, {40, 70}}
	if d := cmp.Diff(want, [][]float64{c.Steps, c.Mean, c.Low, c.Top}); d != "" {
		t.Error(d)
	}
	if near, far := axisPlaces([]float64{1, 2, 7})(4), axisPlaces([]float64{1, 8})(4); near != 4 || far != 2 {
		t.Errorf("4 stands at %g on a linear axis, at %g on a logarithmic one", near, far)
	}
}

// Values of a collapsed run are in no mean of prototypes, while those of its features are.
func TestCollapsedRunsAreLeftOut(t *testing.T) {
	s := sample()
	a := s.Arms[0]
	a.Runs[1].Result.Outcome.Status = store.Collapsed
	if v := a.over(liveUnique()); !math.IsNaN(v[1]) || math.IsNaN(v[0]) {
		t.Errorf("live unique %v", v)
	}
	if v := a.over(accuracy()); math.IsNaN(v[1]) {
		t.Errorf("accuracy %v", v)
	}
	c, err := a.curve(liveUnique(), "")
	must(t, err)
	if want := a.Runs[0].read.values[""][liveUnique().Key][9]; c.Low[9] > 100*want/sampleK || len(c.Steps) != 10 {
		t.Errorf("%+v", c)
	}
}

// A live prototype whose only twin is dead is distinct, and a dead one between two live
// ones does not join them; live twins are a group.
func TestUsagePanelGroupsLivePrototypes(t *testing.T) {
	p := &Stored{Vectors: matrix.Of(7, 2, []float32{1, 0, 1, 0, 0, 1, 0, 1, -1, 0, -5, 1, -5, -1}), Counts: []int{0, 9, 8, 7, 0, 6, 5}}
	panel := newUsagePanel("x", p)
	var duplicate []int
	for _, r := range panel.ranked {
		if r.Duplicate {
			duplicate = append(duplicate, r.Prototype)
		}
	}
	if d := cmp.Diff([]int{2, 3}, duplicate); d != "" || panel.groups() != 1 {
		t.Errorf("%d groups; %s", panel.groups(), d)
	}
}

// Both training figures change with the shadows alone, and the shadows' is drawn just where there are
// some.
func TestFiguresShowShadows(t *testing.T) {
	s := sample()
	before := allOf(t, s)
	training, shadows := svgOf(t, before["live_unique_over_training"]), svgOf(t, before["shadows"])
	for _, a := range s.Arms {
		for i := range a.Runs {
			delete(a.Runs[i].read.values, "joint")
		}
	}
	after := allOf(t, s)
	if training == svgOf(t, after["live_unique_over_training"]) {
		t.Error("the training figure does not show observers")
	}
	if shadows == "" || after["shadows"].Draw != nil || after["shadows"].Optional {
		t.Error("the shadows' figure is not drawn just where observers are measured")
	}
	for _, a := range s.Arms {
		a.Observers = nil
	}
	if f := allOf(t, s)["shadows"]; !f.Optional {
		t.Error("a sweep without observers misses their figure")
	}
}

func TestShadowGroups(t *testing.T) {
	var got []string
	s := sample()
	for _, g := range s.shadowGroups() {
		line := g.title + ":"
		for i := range g.shadows {
			line += " " + g.name(s, i) + ";"
		}
		got = append(got, line)
	}
	want := []string{"swav: joint observer of +gmm; joint observer of +frozen;", "dino: joint observer of +gmm; joint observer of +frozen;"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Lines join in the order of the meetings, a pair that is joined already changes nothing, and each
// branch stands in the middle of what it joins.
func TestTree(t *testing.T) {
	all, roots := treeOf(5, []meeting{{10, 1, 0}, {20, 2, 1}, {30, 0, 2}, {40, 4, 9}})
	if d := cmp.Diff([]int{3, 4, 6}, roots); d != "" {
		t.Error(d)
	}
	if leaves(all, 6) != 3 || all[5].from != 10 || all[6].from != 20 {
		t.Errorf("%+v", all)
	}
	if next := place(all, 6, 2); next != 5 {
		t.Errorf("three prototypes take up to %g", next)
	}
	if all[6].y != (all[2].y+all[5].y)/2 || all[5].y != (all[0].y+all[1].y)/2 {
		t.Errorf("%+v", all)
	}
}

// Lines join where a prototype last came near another one, and only those that end there: as many are
// left as are unique.
func TestMergesThatLast(t *testing.T) {
	a := sample().Arms[0]
	a.First.Vectors = matrix.Of(5, 2, []float32{1, 0, 0, 1, 1, 0.01, -1, 0, 0.01, 1})
	a.Runs[0].read.merged = []meeting{{10, 4, 1}, {20, 3, 0}, {30, 4, 0}}
	if d := cmp.Diff([]meeting{{0, 2, 0}, {30, 4, 1}}, a.lasting(), cmp.AllowUnexported(meeting{})); d != "" {
		t.Error(d)
	}
	if _, roots := treeOf(5, a.lasting()); len(roots) != 3 {
		t.Errorf("%d lines are left", len(roots))
	}
}

// Settings that share a curve leave nothing; a setting beside it is named as the worst.
func TestPathFit(t *testing.T) {
	s := matrixSample()
	joint := s.withData(func(a *Arm) bool { return a.Cell.Objective == "swav" })[:4]
	for j, a := range joint {
		for i := range a.Runs {
			values := a.Runs[i].read.values[""]
			for m := range values[pathKey] {
				path := float64(m) * (1 + float64(j)/4)
				values[pathKey][m], values[unique().Key][m] = path, sampleK/(1+path)
			}
		}
	}
	fitOf := func() pathFit {
		paths, err := s.curves(specOf(pathKey))
		must(t, err)
		counts, err := s.curves(unique())
		must(t, err)
		return newPathFit("swav", joint, paths, counts)
	}
	fit := fitOf()
	if _, worst := fit.worst(); math.Abs(worst) > 1e-9 || math.Abs(fit.explained-1) > 1e-12 {
		t.Errorf("one curve is explained to %g, the worst lies %g beside it", fit.explained, worst)
	}
	for i := range joint[2].Runs {
		for m, v := range joint[2].Runs[i].read.values[""][unique().Key] {
			joint[2].Runs[i].read.values[""][unique().Key][m] = min(sampleK, 1.5*v)
		}
	}
	fit = fitOf()
	if a, worst := fit.worst(); a.arm != joint[2] || worst < 3 || fit.explained > 0.999 || !strings.Contains(fit.text(), "above") {
		t.Errorf("%s", fit.text())
	}
}

// A safe cell is one whose every run keeps its prototypes apart and in use; a setting without runs is neither.
func TestPhaseMap(t *testing.T) {
	s := matrixSample()
	maps := s.phaseMaps()
	if len(maps) != 2 || maps[0].x != "prototypes.lr_mult" || maps[0].y != "loss.temperature" || len(maps[0].xs) != 4 || len(maps[0].ys) != 3 {
		t.Fatalf("%d maps: %+v", len(maps), maps[0])
	}
	m := maps[0]
	for i := range m.arms[1][2].Runs {
		m.arms[1][2].Runs[i].Result.Metrics[liveUnique().Key] = sampleK
	}
	if !m.safe(1, 2) || m.safe(-1, 0) || m.safe(0, 4) {
		t.Error("a setting that keeps all is not safe, or one beyond the map is")
	}
	m.arms[1][2].Runs[1].Result.Metrics[liveUnique().Key] = 0.89 * sampleK
	if m.safe(1, 2) {
		t.Error("one run below the bound does not matter")
	}
	m.arms[1][2] = nil
	if m.safe(1, 2) || !math.IsNaN(m.mean(liveUnique(), 1, 2)) {
		t.Error("a hole is safe, or has a mean")
	}
}

// What is missing everywhere is said once, and of many arms a few are named.
func TestArmsText(t *testing.T) {
	for want, c := range map[string]struct {
		n, of int
	}{"a": {1, 1}, "a, b": {2, 3}, "a, b, c, d": {4, 9}, "a, b, c and 2 others": {5, 9}, "all 5 arms": {5, 5}} {
		if got := armsText([]string{"a", "b", "c", "d", "e"}[:c.n], c.of); got != want {
			t.Errorf("%d of %d: %q, want %q", c.n, c.of, got, want)
		}
	}
}

// Values of the last axis are not torn apart, and rows hold as many as fit.
func TestColumns(t *testing.T) {
	for _, c := range []struct{ panels, last, want int }{{8, 2, 4}, {8, 4, 4}, {6, 2, 2}, {25, 5, 5}, {6, 6, 3}, {9, 9, 3}, {7, 7, 5}, {4, 1, 4}, {2, 2, 2}} {
		if got := columnsOf(c.panels, c.last); got != c.want {
			t.Errorf("%d panels, %d of the last axis: %d columns, want %d", c.panels, c.last, got, c.want)
		}
	}
}

// A row or a column of settings that no arm has anything of takes no room; a hole in another one keeps
// its place.
func TestLayoutClosesEmptyRowsAndColumns(t *testing.T) {
	one, two := &Arm{}, &Arm{}
	full, hole := tile{"full", []*Arm{one}}, tile{"hole", []*Arm{two}}
	l := layout{grid: true, columns: 3, tiles: []tile{hole, full, full, hole, hole, hole, hole, hole, full}}.with(func(a *Arm) bool { return a == one })
	var got []string
	for _, t := range l.tiles {
		got = append(got, t.title)
	}
	if d := cmp.Diff([]string{"full", "full", "", "full"}, got); d != "" || l.columns != 2 {
		t.Errorf("%d columns; %s", l.columns, d)
	}
}

// A method that learns its prototypes otherwise has a map over an axis of its own.
func TestPhaseMapsOfOwnAxes(t *testing.T) {
	s := matrixSample()
	s.Axes = append(s.Axes, "gmm.memory")
	for _, temperature := range []float64{0.05, 0.1} {
		for _, memory := range []float64{1, 2, 4} {
			s.Arms = append(s.Arms, made(kind{"+gmm", "gmm", 0.1, 0.1, nil}, "swav", map[string]any{"loss.temperature": temperature, "gmm.memory": memory}, 2))
		}
	}
	s.settle()
	maps := s.phaseMaps()
	if len(maps) != 3 || maps[2].x != "gmm.memory" || maps[2].y != "loss.temperature" || len(maps[2].ys) != 2 || maps[0].x != "prototypes.lr_mult" {
		t.Fatalf("%d maps, the last over %s and %s", len(maps), maps[len(maps)-1].x, maps[len(maps)-1].y)
	}
	s.Arms = slices.DeleteFunc(s.Arms, func(a *Arm) bool { return a.Cell.Axes["gmm.memory"] == 4.0 })
	if m := s.phaseMaps()[2]; m.x != "loss.temperature" || m.y != "gmm.memory" {
		t.Errorf("the axis that all have stands upright: %s over %s", m.y, m.x)
	}
	if got, want := axesText(maps), "prototypes.lr_mult and loss.temperature, or gmm.memory and loss.temperature"; got != want {
		t.Error(got)
	}
}

// A panel has the reference rows of its own images, with their place where its arms differ in it, and
// the scale of all that saw these images.
func TestPanelsHaveTheReferencesOfTheirImages(t *testing.T) {
	on := func(name string, ratio float64) map[string]any {
		return map[string]any{"data.name": name, "data.imbalance": ratio}
	}
	s := armsOf([]string{"data.imbalance", "data.name"}, cellOf("swav", "swav", "joint", on("shapes", 1)), cellOf("swav", "swav", "joint", on("shapes", 10)),
		cellOf("swav", "swav", "joint", on("cifar10", 1)), cellOf("dino", "dino", "joint", on("shapes", 1)))
	for _, axes := range []map[string]any{on("shapes", 1), on("shapes", 10), on("cifar10", 1)} {
		s.References = append(s.References, Reference{store.Cell{Method: "untrained", Axes: axes}, 20})
	}
	panel := tile{"swav, data shapes", s.Arms[:2]}
	var labels []string
	for _, r := range s.referencesOf(panel) {
		labels = append(labels, s.referenceLabel(r, panel))
	}
	if d := cmp.Diff([]string{"untrained (imbalance 1)", "untrained (imbalance 10)"}, labels); d != "" {
		t.Error(d)
	}
	if n := len(s.onImagesOf(tile{"dino", s.Arms[3:]})); n != 2 {
		t.Errorf("%d arms saw the images of dino, want itself and swav", n)
	}
}

// The histogram's shares are of the prototypes, and copies are in its last bin.
func TestNearestShares(t *testing.T) {
	edges := []float64{-0.2, 0.2, 0.6, 1}
	p := &Stored{Vectors: matrix.Of(4, 2, []float32{1, 0, 1, 0, 0, 1, -1, 0.5})}
	if d := cmp.Diff([]float64{0, 0.5, 0.5}, nearestShares(p, edges), cmpopts.EquateApprox(0, 1e-9)); d != "" {
		t.Error(d)
	}
}

// docs/figures.md has a row for each figure.
func TestFiguresAreDocumented(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "figures.md"))
	must(t, err)
	for _, name := range drawnFigures() {
		if !strings.Contains(string(b), "| `"+name+"` | ") {
			t.Errorf("docs/figures.md has no row of %s", name)
		}
	}
	if n := strings.Count(string(b), "\n| `"); n != len(drawnFigures()) {
		t.Errorf("docs/figures.md has %d rows, want %d", n, len(drawnFigures()))
	}
}
