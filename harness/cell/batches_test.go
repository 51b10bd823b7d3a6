package cell

import (
	"slices"
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"

	"github.com/google/go-cmp/cmp"
)

func TestPairedArmsSeeTheSameImagesInTheSameOrder(t *testing.T) {
	seen := map[string][]float32{}
	jobs := jobsOf(t, "name = 'x'\nreferences = false\n[train]\nbatch = 8\nepochs = 2\n[[method]]\nname = 'swav'\n[[method]]\nname = 'dino'\n")
	for i := range jobs {
		b, err := newBatches(fixture.Noise(), &jobs[i].Cell)
		if err != nil {
			t.Fatal(err)
		}
		for step := range 10 {
			views, indices := b.at(step)
			if diff := cmp.Diff(indices, b.indices(step)); diff != "" {
				t.Errorf("step %d: the trainer is told of other images than it sees", step)
			}
			seen[jobs[i].Cell.Composition.Name] = append(seen[jobs[i].Cell.Composition.Name], views...)
		}
	}
	if diff := cmp.Diff(seen["swav"], seen["dino"]); diff != "" {
		t.Error("views differ between arms")
	}
}

func TestBatchesCoverAnEpochAndDependOnCountersAlone(t *testing.T) {
	c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSet("train.batch", 7)
	b, err := newBatches(fixture.Noise(), &c)
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
	fresh, _ := newBatches(fixture.Noise(), &c)
	if got, _ := fresh.at(7); !cmp.Equal(want, got) {
		t.Error("a resumed cell sees other views")
	}
	c.Seed = 4
	other, _ := newBatches(fixture.Noise(), &c)
	if got, _ := other.at(7); cmp.Equal(want, got) {
		t.Error("two seeds see the same views")
	}
}

func TestLocalCropsStandBehindTheViews(t *testing.T) {
	c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSet("train.batch", 7)
	plain, err := newBatches(fixture.Noise(), &c)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := plain.at(2)
	c.Settings.MustSet("train.local_crops", 3)
	b, err := newBatches(fixture.Noise(), &c)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := b.at(2)
	in := c.Train().Local(sweep.ImagesOf(fixture.Noise()).Shape)
	if local := 3 * 7 * in.Height * in.Width * in.Channels; len(got) != len(want)+local || !cmp.Equal(want, got[:len(want)]) {
		t.Errorf("%d values with local crops, %d without; the views are equal: %v", len(got), len(want), cmp.Equal(want, got[:len(want)]))
	}
}

// TestBatchesDoNotChangeViews: an image's views and local crops in an epoch are the same whatever
// the size of the batch that it comes in, and others in the next epoch.
func TestBatchesDoNotChangeViews(t *testing.T) {
	of := func(batch, image, epoch int) (views []float32) {
		c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
		c.Settings.MustSetAll(map[string]any{"train.batch": batch, "train.local_crops": 1, "train.local_size": 4})
		b, err := newBatches(fixture.Noise(), &c)
		if err != nil {
			t.Fatal(err)
		}
		for step := epoch * b.perEpoch; ; step++ {
			all, indices := b.at(step)
			if i := slices.Index(indices, image); i >= 0 {
				for kind := range 3 {
					views = append(views, all[(kind*batch+i)*48:][:48]...)
				}
				return views
			}
		}
	}
	want := of(8, 11, 1)
	if !slices.Equal(want, of(5, 11, 1)) {
		t.Error("another size of batches changes an image's views")
	}
	if slices.Equal(want, of(8, 11, 2)) {
		t.Error("two epochs have the same views")
	}
}

func TestEveryEpochHasItsOwnOrder(t *testing.T) {
	c := sweep.Cell{Settings: sweep.Defaults(), Seed: 3}
	c.Settings.MustSet("train.batch", 8)
	orders := func(seed uint64) [3][]int {
		c.Seed = seed
		b, err := newBatches(fixture.Noise(), &c)
		if err != nil {
			t.Fatal(err)
		}
		var out [3][]int
		for step := range 3 * b.perEpoch {
			out[step/b.perEpoch] = append(out[step/b.perEpoch], b.indices(step)...)
		}
		return out
	}
	of, other := orders(3), orders(4)
	for epoch := range of {
		if sorted := slices.Sorted(slices.Values(of[epoch])); !slices.Equal(sorted, upTo(0, 40)) {
			t.Errorf("epoch %d does not see each image once: %v", epoch, sorted)
		}
		if slices.Equal(of[epoch], of[(epoch+1)%3]) || slices.Equal(of[epoch], other[epoch]) {
			t.Errorf("the order of epoch %d is that of another epoch, or of another seed", epoch)
		}
	}
}

// All images are equal here, so that order changes nothing: what differs are draws.
func TestDrawsDependOnTheSeed(t *testing.T) {
	set := fixture.Noise()
	for i := range set.Train.Pixels {
		set.Train.Pixels[i] = set.Train.Pixels[i%48]
	}
	draw := func(seed uint64) (global, local, extra []float32) {
		c := sweep.Cell{Settings: sweep.Defaults(), Seed: seed}
		c.Settings.MustSetAll(map[string]any{"train.batch": 8, "train.local_crops": 2})
		b, err := newBatches(set, &c)
		if err != nil {
			t.Fatal(err)
		}
		views, _ := b.at(1)
		v, err := b.viewed(t.Context(), 100, asTheyAre)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(views[:2*8*48]), slices.Clone(views[2*8*48:]), v.Features.Data
	}
	global, local, extra := draw(3)
	g, l, x := draw(3)
	if !slices.Equal(global, g) || !slices.Equal(local, l) || !slices.Equal(extra, x) {
		t.Error("one seed draws twice differently")
	}
	g, l, x = draw(4)
	if slices.Equal(global, g) || slices.Equal(local, l) || slices.Equal(extra, x) {
		t.Errorf("two seeds draw the same views (%v), local crops (%v), views of extra metrics (%v)", slices.Equal(global, g), slices.Equal(local, l), slices.Equal(extra, x))
	}
}
