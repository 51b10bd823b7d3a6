package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/reports/drawing"
)

func TestShadowGroups(t *testing.T) {
	s, err := load(demo(t))
	must(t, err)
	var got []string
	for _, g := range s.shadowGroups() {
		line := g.title + ":"
		for i := range g.shadows {
			line += " " + g.name(s, i) + ";"
		}
		got = append(got, line)
	}
	want := []string{
		"swav (T 0.2): joint observer of +gmm; joint observer of +gmm plain; joint observer of +frozen;", "swav (T 0.1): joint observer of +gmm;",
		"dino (T 0.2): joint observer of +gmm; joint observer of +gmm plain; joint observer of +frozen;", "dino (T 0.1): joint observer of +gmm;",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	c, err := s.curves(measureOf("unique@0.025"))
	must(t, err)
	frozen := s.arms[7]
	own, shadow := c.of(frozen, ""), c.of(frozen, "joint")
	if n := len(own.Mean); n == 0 || len(shadow.Mean) != n || own.Mean[n-1] < 90 || shadow.Mean[n-1] > 50 || c.last != 620 {
		t.Errorf("a shadow that collapses is not in the curves: %v beside %v", shadow.Mean, own.Mean)
	}
}

// Both training figures change with the shadows alone.
func TestFiguresShowShadows(t *testing.T) {
	s, err := load(demo(t))
	must(t, err)
	c, err := s.curves(measureOf("live_unique@0.025"))
	must(t, err)
	training, shadows := panelSVG(t, s, c), shadowSVG(t, s)
	for _, byLearner := range c.byArm {
		byLearner["joint"] = curve{}
	}
	if training == panelSVG(t, s, c) {
		t.Error("the training figure does not show observers")
	}
	for _, a := range s.arms {
		for i := range a.runs {
			a.runs[i].Result.Observers = nil
		}
	}
	if shadows == "" || shadowSVG(t, s) != "" {
		t.Error("the shadows' figure is not drawn just where there are observers")
	}
}

func panelSVG(t *testing.T, s *sweep, c curves) string {
	t.Helper()
	p := drawing.Picture{Width: 200, Height: 200, Draw: func(canvas draw.Canvas) { s.trainingPanel("swav", c).Draw(canvas) }}
	b, err := p.SVG()
	must(t, err)
	return string(b)
}

func shadowSVG(t *testing.T, s *sweep) string {
	t.Helper()
	f, err := s.shadowFigure()
	must(t, err)
	if f.Draw == nil {
		return ""
	}
	b, err := f.SVG()
	must(t, err)
	return string(b)
}

// A live prototype whose only twin is dead is distinct, and a dead one between two live
// ones does not join them; live twins are a group.
func TestUsagePanelGroupsLivePrototypes(t *testing.T) {
	p := &prototypes{shown: matrix.Of(7, 2, []float32{1, 0, 1, 0, 0, 1, 0, 1, -1, 0, -5, 1, -5, -1}), counts: []int{0, 9, 8, 7, 0, 6, 5}}
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

func TestRandomBaseline(t *testing.T) {
	b := newRandomBaseline(200, 2)
	unique := metrics.Unique(matrix.RandomUnit(0, 200, 2), 0.025).Count()
	if got := b.value(measureOf("unique@0.025")); got.Estimate == nil || got.Estimate.Mean != float64(unique)/2 || unique > 40 {
		t.Errorf("%d unique, shown %+v", unique, got)
	}
	if got := b.value(measureOf("live_unique@0.025")).Text; got != undefined {
		t.Errorf("live unique %s: nothing is assigned to random vectors", got)
	}
}

func TestLeastLive(t *testing.T) {
	for _, c := range []struct{ n, k, want int }{{4000, 256, 1}, {1200, 4, 15}, {1201, 4, 16}, {5, 100, 1}} {
		if got := leastLive(c.n, c.k); got != c.want {
			t.Errorf("n %d, K %d: %d images, want %d", c.n, c.k, got, c.want)
		}
	}
	s := sweepOf("", cellOf("swav", "swav", "joint", "plain", nil))
	s.arms[0].first = &prototypes{shown: matrix.New(4, 2), counts: []int{1197, 1, 1, 1}}
	if got := s.definitions(); !strings.Contains(got, "With n = 1200 and K = 4 that is 15 images.") || strings.Contains(got, "{live}") {
		t.Error(got)
	}
}

// The page says on how many images curves count, and pairs each shadow with its plain arm.
func TestPageSaysHowItMeasures(t *testing.T) {
	b := demoOnce(t).report["README.md"]
	for _, want := range []string{"counted on all training images", "evaluation mode", "without its observers", "never re-seeded", "description, not a declared test", "100 fine modes", "K = 64 prototypes"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	few := configured(sweepOf("", cellOf("swav", "swav", "joint", "plain", nil)), "evaluate.usage_images=500")
	if got := few.curveText(); !strings.Contains(got, "the first 500 training images") {
		t.Errorf("got %q", got)
	}
}
