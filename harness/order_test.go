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

func TestLocalCropsStandBehindTheViews(t *testing.T) {
	r := Defaults()
	r.Train.Batch = 7
	plain, err := newBatches(testSet(), &r, 3)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := plain.at(2)
	r.Train.LocalCrops = 3
	b, err := newBatches(testSet(), &r, 3)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := b.at(2)
	in := r.Train.Local(inputOf(testSet()))
	if local := 3 * 7 * in.Height * in.Width * in.Channels; len(got) != len(want)+local || !cmp.Equal(want, got[:len(want)]) {
		t.Errorf("%d values with local crops, %d without; the views are equal: %v", len(got), len(want), cmp.Equal(want, got[:len(want)]))
	}
}

func TestLocalCropsAreSettings(t *testing.T) {
	const text = "name = 'x'\n[train]\nbatch = 8\nlocal_crops = 2\nlocal_size = 4\n[augment]\nlocal_crop_max = 0.2\n[[method]]\nname = 'swav'\n"
	p := planOf(t, text)
	for _, j := range p.Jobs {
		if arm := j.Cell.Reference == ""; (j.Cell.Settings.Train.LocalCrops > 0) != arm {
			t.Errorf("%s has %d local crops", j.Cell.Composition.Name, j.Cell.Settings.Train.LocalCrops)
		}
	}
	axis := parseReal(t, "name = 'x'\n[[method]]\nname = 'swav'\n[matrix]\n'train.local_crops' = [0, 2]\n")
	if n := len(axis.Cells); n != len(referenceKinds)+2 {
		t.Errorf("%d cells: an axis of local crops concerns arms alone", n)
	}
	for _, text := range []string{
		"name = 'x'\n[train]\nlocal_size = 4\n[[method]]\nname = 'swav'\n",
		"name = 'x'\n[train]\nlocal_crops = 1\n[augment]\nlocal_crop_min = 0.5\n[[method]]\nname = 'swav'\n",
		"name = 'x'\n[train]\nlocal_crops = 1\n[encoder]\nname = 'mlp'\n[[method]]\nname = 'swav'\n",
	} {
		if _, err := Parse("x.toml", text, Methods()); err == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
