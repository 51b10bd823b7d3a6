package clustering

import (
	"slices"
	"testing"

	"protobench/internal/kernel"
	"protobench/methods/internal/fixture"
	"protobench/methods/objective"
	"protobench/methods/sinkhorn"
)

// TestQueueWaits: past embeddings take part in the codes once the queue is full and its epoch has
// come, not before; then the codes are those of the batch among them.
func TestQueueWaits(t *testing.T) {
	const b, k, d = 3, 4, 5
	v := objective.Views{Images: b, Global: 2, Crops: 2}
	set := SwAV{Epsilon: 0.3, Iterations: 3, Queue: 2*b + 1, QueueStart: 2}
	for batches := range 4 {
		for _, epoch := range []float64{0, 1.75, 2, 3.5} {
			o := newSwAV(set, v, k, d)
			c := fixture.RandomUnit(1, k, d)
			past := [2][]float32{}
			for i := range batches {
				z := fixture.RandomUnit(uint64(10+i), 2*b, d)
				for g := range past {
					past[g] = append(slices.Clone(z[g*b*d:][:b*d]), past[g]...)
				}
				o.After(objective.CodeInput{Z: z})
			}
			scores := fixture.Uniform(2*b*k, "scores")
			got, want := make([]float32, 2*b*k), make([]float32, 2*b*k)
			o.Codes(got, objective.CodeInput{Scores: scores, Prototypes: c, Epoch: epoch})
			full := 3*batches >= set.Queue && epoch >= 2 // 7 after three batches of 3
			for g := range past {
				own := scores[g*b*k:][:b*k]
				if !full {
					sinkhorn.Sinkhorn(nil, want[g*b*k:][:b*k], own, b, k, 0.3, 3)
					continue
				}
				joined := make([]float32, set.Queue*k)
				kernel.InnerProducts(nil, joined, past[g][:set.Queue*d], c, set.Queue, d, k)
				joined = append(joined, own...)
				sinkhorn.Sinkhorn(nil, joined, joined, set.Queue+b, k, 0.3, 3)
				copy(want[g*b*k:], joined[set.Queue*k:])
			}
			if !fixture.Near(got, want) {
				t.Errorf("%d batches, epoch %g: codes %v, want %v", batches, epoch, got, want)
			}
		}
	}
	none := newSwAV(SwAV{Epsilon: 0.3, Iterations: 3}, v, k, d)
	if none.After(objective.CodeInput{}); none.inUse(9) {
		t.Error("a queue that is not there is used")
	}
}

// TestUnfilledQueue warns of a queue that no step of the run finds full: the last one finds what
// all before have put in.
func TestUnfilledQueue(t *testing.T) {
	for queue, warned := range map[int]bool{0: false, 15 * 16: false, 15*16 + 1: true} { // 4 epochs of 4 steps of 16 images
		c := small(map[string]any{"swav.queue": queue})
		if got := unfilledQueue(c); (len(got) > 0) != warned {
			t.Errorf("queue %d: %v", queue, got)
		}
	}
	c := small(map[string]any{"swav.queue": 1000, "swav.queue_start": 4})
	if got := unfilledQueue(c); got != nil {
		t.Errorf("a queue that never starts is warned of elsewhere: %v", got)
	}
	c.StepsPerEpoch = 0
	c.Settings.MustSet("swav.queue_start", 1)
	if got := unfilledQueue(c); got != nil {
		t.Errorf("a run of unknown length is warned of: %v", got)
	}
	d := DeclareSwAV()
	if o := d.Onsets(small(nil)); o != nil {
		t.Errorf("without a queue something sets in: %v", o)
	}
	if o := d.Onsets(small(map[string]any{"swav.queue": 8, "swav.queue_start": 2.5})); len(o) != 1 || o[0].Epoch != 2.5 {
		t.Errorf("the queue sets in at %v", o)
	}
}

// The codes that SwAV assigns images are those of Sinkhorn-Knopp over these images alone.
func TestSwAVAssignsByItsCodes(t *testing.T) {
	const n, k = 6, 4
	scores := fixture.RandomUnit(10, n, k)
	o := &swav{SwAV: SwAV{Epsilon: 0.05, Iterations: 3}, k: k}
	got, want := make([]float32, n*k), make([]float32, n*k)
	if !o.Assign(got, objective.CodeInput{Scores: scores}) {
		t.Fatal("it has no codes of its own")
	}
	sinkhorn.Sinkhorn(nil, want, scores, n, k, 0.05, 3)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
