package harness

import (
	"testing"

	"protobench/harness/sweep"

	"github.com/google/go-cmp/cmp"
)

func TestPairedArmsSeeTheSameImagesInTheSameOrder(t *testing.T) {
	seen := map[string][]float32{}
	p := planOf(t, "name = 'x'\nreferences = false\n[train]\nbatch = 8\nepochs = 2\n[[method]]\nname = 'swav'\n[[method]]\nname = 'dino'\n")
	for i := range p.Jobs {
		b, err := newBatches(testSet(), &p.Jobs[i].Cell)
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
	c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSet("train.batch", 7)
	b, err := newBatches(testSet(), &c)
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
	fresh, _ := newBatches(testSet(), &c)
	if got, _ := fresh.at(7); !cmp.Equal(want, got) {
		t.Error("a resumed cell sees other views")
	}
	c.Seed = 4
	other, _ := newBatches(testSet(), &c)
	if got, _ := other.at(7); cmp.Equal(want, got) {
		t.Error("two seeds see the same views")
	}
}

func TestLocalCropsStandBehindTheViews(t *testing.T) {
	c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSet("train.batch", 7)
	plain, err := newBatches(testSet(), &c)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := plain.at(2)
	c.Settings.MustSet("train.local_crops", 3)
	b, err := newBatches(testSet(), &c)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := b.at(2)
	in := c.Train().Local(sweep.ImagesOf(testSet()).Shape)
	if local := 3 * 7 * in.Height * in.Width * in.Channels; len(got) != len(want)+local || !cmp.Equal(want, got[:len(want)]) {
		t.Errorf("%d values with local crops, %d without; the views are equal: %v", len(got), len(want), cmp.Equal(want, got[:len(want)]))
	}
}
