package harness

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPairedArmsSeeTheSameImagesInTheSameOrder(t *testing.T) {
	seen := map[string][]float32{}
	p := planOf(t, "name = 'x'\nreferences = false\n[train]\nbatch = 8\nepochs = 2\n[[method]]\nname = 'swav'\n[[method]]\nname = 'dino'\n")
	for i := range p.Jobs {
		b, err := newBatches(testSet(), &p.Jobs[i].Cell.Settings, 0)
		if err != nil {
			t.Fatal(err)
		}
		for step := range 10 {
			views, indices := b.at(step)
			if diff := cmp.Diff(indices, b.indices(step)); diff != "" {
				t.Errorf("step %d: the trainer is told of other images than it sees", step)
			}
			seen[p.Jobs[i].Cell.Composition.Name] = append(seen[p.Jobs[i].Cell.Composition.Name], views...)
		}
	}
	if diff := cmp.Diff(seen["swav"], seen["dino"]); diff != "" {
		t.Error("views differ between arms")
	}
}

func TestBatchesCoverAnEpochAndDependOnCountersAlone(t *testing.T) {
	r := Defaults()
	r.Train.Batch = 7
	b, err := newBatches(testSet(), &r, 3)
	if err != nil {
		t.Fatal(err)
	}
	used := map[int]int{}
	for step := range b.perEpoch {
		_, indices := b.at(step)
		for _, i := range indices {
			used[i]++
		}
	}
	if b.perEpoch != 5 || len(used) != 35 {
		t.Errorf("%d batches with %d images", b.perEpoch, len(used))
	}
	views, _ := b.at(7)
	want := append([]float32{}, views...)
	fresh, _ := newBatches(testSet(), &r, 3)
	if got, _ := fresh.at(7); !cmp.Equal(want, got) {
		t.Error("a resumed cell sees other views")
	}
	other, _ := newBatches(testSet(), &r, 4)
	if got, _ := other.at(7); cmp.Equal(want, got) {
		t.Error("two seeds see the same views")
	}
}
