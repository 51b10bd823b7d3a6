package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
	reportfigure "protobench/reports/figure"
)

// The report's figures see the sweep as it is: shadows beside their plain arms, the reference rows,
// chance, settings and what curves count.
func TestFiguresSeeTheSweep(t *testing.T) {
	s, err := load(demo(t))
	must(t, err)
	d := s.drawable()
	if len(d.Arms) != len(s.trained()) || len(d.References) != 3 || len(d.Random) != 1 || len(d.Random[0].Unique) != len(uniqueness.Epsilons()) || len(d.Axes) != 1 || d.Unique {
		t.Errorf("%d arms, %d references, %d shapes, axes %v", len(d.Arms), len(d.References), len(d.Random), d.Axes)
	}
	var got []string
	for _, a := range d.Arms {
		for _, name := range a.Observers {
			got = append(got, a.Label+": "+a.Plain[name].Label)
		}
	}
	want := []string{
		"swav+gmm (T 0.2): swav (T 0.2)", "swav+gmm (T 0.1): swav (T 0.1)", "swav+gmm plain (T 0.2): swav (T 0.2)", "swav+frozen (T 0.2): swav (T 0.2)",
		"dino+gmm (T 0.2): dino (T 0.2)", "dino+gmm (T 0.1): dino (T 0.1)", "dino+gmm plain (T 0.2): dino (T 0.2)", "dino+frozen (T 0.2): dino (T 0.2)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, says := range map[string][]string{
		"shadows":                   {">swav (T 0.2)<", ">joint observer of +frozen<", ">joint, own encoder<"},
		"accuracy_vs_live_unique":   {"untrained", "<title>"},
		"live_unique_over_training": {"observer, in its arm&#39;s colour", "all training images"},
		"unique_vs_epsilon":         {"random (K 64, D 32)"},
	} {
		for _, text := range says {
			if !strings.Contains(string(demoOnce(t).report[name+".svg"]), text) {
				t.Errorf("%s does not say %s", name, text)
			}
		}
	}
}

func TestRandomBaseline(t *testing.T) {
	b := newRandomBaseline(200, 2)
	unique := uniqueness.Of(matrix.RandomUnit(0, 200, 2), 0.025).Count()
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
	s.arms[0].first = &reportfigure.Stored{Vectors: matrix.New(4, 2), Counts: []int{1197, 1, 1, 1}}
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
