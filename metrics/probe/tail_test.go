package probe

import (
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/metric"
)

func TestThirdsAreOfTheTrainingImages(t *testing.T) {
	p := probed{byClass: Tally{Right: []int{1, 2, 0}, Total: []int{4, 4, 4}}}
	for i, want := range []float64{0.5, 0, 0.25} { // class 1 is the head, 0 the tail
		if r := p.overClasses([]int{2, 9, 5}, metric.ByThirds, thirds()[i]); r.Undefined != "" || r.Value != want {
			t.Errorf("%s: %+v, want %v", thirds()[i].name, r, want)
		}
	}
	if r := p.overClasses([]int{2, 2, 2}, metric.ByThirds, thirds()[0]); r.Undefined != noTail {
		t.Errorf("%+v", r)
	}
	if r := p.overClasses([]int{40, 30, 25}, metric.ByCounts, thirds()[0]); r.Undefined != noPart {
		t.Errorf("%+v", r)
	}
	if r := (probed{undefined: "broken"}).overClasses([]int{2, 9, 5}, metric.ByThirds, thirds()[0]); r.Undefined != "broken" {
		t.Errorf("%+v", r)
	}
}

func TestTailOf(t *testing.T) {
	got, ok := TailOf([]int{5, 100, 5, 40, 2, 60, 40}, metric.ByThirds)
	fixture.Equal(t, "tail", got, Tail{Head: []int{1, 5, 3}, Medium: []int{6, 0}, Tail: []int{2, 4}})
	tally := Tally{Right: []int{0, 4, 1, 0, 0, 1, 0}, Total: []int{2, 4, 1, 4, 0, 2, 4}}
	fixture.Near(t, "head", fixture.MustOK[float64](t, "head")(tally.Mean(got.Head)), 0.5, 1e-12)
	fixture.Near(t, "tail, without the empty class", fixture.MustOK[float64](t, "tail")(tally.Mean(got.Tail)), 1, 1e-12)
	fixture.Near(t, "all", fixture.MustOK[float64](t, "all")(tally.Mean(nil)), 2.5/6, 1e-12)
	if _, empty := tally.Class(4); empty || !ok {
		t.Error("a class without test samples has an accuracy, or the tail is undefined")
	}
	got, ok = TailOf([]int{0, 9, 0, 30, 0, 0, 4, 2}, metric.ByThirds) // gaps in the labels are in no third
	if fixture.Equal(t, "gaps", got, Tail{Head: []int{3, 1}, Medium: []int{6}, Tail: []int{7}}); !ok {
		t.Error("gaps: no tail")
	}
	got, ok = TailOf([]int{0, 0, 0, 10, 0, 0, 0, 1000}, metric.ByThirds)
	if fixture.Equal(t, "two classes", got, Tail{Head: []int{7}, Medium: []int{}, Tail: []int{3}}); !ok {
		t.Error("two classes: no tail")
	}
	got, ok = TailOf([]int{101, 0, 100, 20, 19, 1, 500}, metric.ByCounts)
	if fixture.Equal(t, "counts", got, Tail{Head: []int{6, 0}, Medium: []int{2, 3}, Tail: []int{4, 5}}); !ok {
		t.Error("counts: no tail")
	}
	got, ok = TailOf([]int{40, 30}, metric.ByCounts)
	if fixture.Equal(t, "medium alone", got, Tail{Head: []int{}, Medium: []int{0, 1}, Tail: []int{}}); !ok {
		t.Error("medium alone: no tail")
	}
	for _, counts := range [][]int{{1, 0}, {}, {3, 3, 3, 3}, {3, 0, 3}} {
		if _, ok := TailOf(counts, metric.ByThirds); ok {
			t.Errorf("%v has a tail", counts)
		}
	}
}
