package learner

import (
	"slices"
	"testing"

	"protobench/methods/internal/fixture"
)

// rows are embeddings of one dimension.
func rows(v ...float32) []float32 { return v }

// TestPush: a ring overwrites its oldest rows and goes on where it stopped.
func TestPush(t *testing.T) {
	p := NewPast(3, 1)
	for i, c := range []struct{ z, want []float32 }{
		{rows(1, 2), rows(1, 2, 0)}, {rows(3, 4), rows(4, 2, 3)}, {rows(5, 6, 7, 8), rows(7, 8, 6)},
	} {
		p.Push(c.z)
		if !slices.Equal(p.Value, c.want) || p.Count() != min(3, 2*(i+1)) {
			t.Errorf("after %v the ring has %v, want %v; %d held", c.z, p.Value, c.want, p.Count())
		}
	}
	if p.next[0] != 2 || p.Rows() != 3 {
		t.Errorf("next is row %g of %d", p.next[0], p.Rows())
	}
}

// TestPushFront: newest first; the last ones drop out, of a batch that is too long as well.
func TestPushFront(t *testing.T) {
	p := NewPast(3, 2)
	for _, c := range []struct {
		z, want []float32
		held    int
	}{
		{rows(1, 1), rows(1, 1, 0, 0, 0, 0), 1}, {rows(2, 2, 3, 3), rows(2, 2, 3, 3, 1, 1), 3}, {rows(4, 4), rows(4, 4, 2, 2, 3, 3), 3},
		{rows(5, 5, 6, 6, 7, 7, 8, 8), rows(5, 5, 6, 6, 7, 7), 3},
	} {
		p.PushFront(c.z)
		if !slices.Equal(p.Value, c.want) || p.Count() != c.held {
			t.Errorf("after %v there is %v, want %v; %d held, want %d", c.z, p.Value, c.want, p.Count(), c.held)
		}
	}
}

// TestGather leaves out rows that hold nothing.
func TestGather(t *testing.T) {
	p := NewPast(4, 1)
	p.put([]int{3, 1}, rows(7, 8))
	if at, z := p.Gather(); !slices.Equal(at, []int{1, 3}) || !slices.Equal(z, rows(8, 7)) {
		t.Errorf("rows %v hold %v", at, z)
	}
	full := NewRandomPast(1, 5, 3)
	if at, z := full.Gather(); len(at) != 5 || fixture.Unit(z, 3) != 5 {
		t.Errorf("a random past holds %d rows, %d of them of length 1", len(at), fixture.Unit(z, 3))
	}
}

// TestBank: an image's row has its last first view.
func TestBank(t *testing.T) {
	cfg := small(nil)
	cfg.Images, cfg.Train.Batch = 5, 2
	b := NewBank(cfg, 1)
	b.Record(0, rows(1, 2, -1, -2))
	b.Record(1, rows(3, 4, -3, -4))
	b.Record(2, rows(5, 6, -5, -6)) // images 4 and 0
	if want := rows(6, 2, 3, 4, 5); !slices.Equal(b.Value, want) || b.Count() != 5 {
		t.Errorf("the bank has %v, want %v", b.Value, want)
	}
}

// TestEpochKMeansBank: a head takes first views or, every other one, second ones; before the first
// step those of the warm-up.
func TestEpochKMeansBank(t *testing.T) {
	cfg := small(map[string]any{"prototypes.count": 2})
	cfg.Images = 4
	for head, want := range map[int][]float32{0: rows(1, 2, 5, 6), 1: rows(3, 4, 7, 8), 2: rows(1, 2, 5, 6)} {
		p := placed([]float32{1, -1}, 1)
		p.Head = head
		m := newEpochKMeans(cfg, p)
		m.Begin(nil, rows(1, 2), rows(3, 4))
		m.bank(rows(5, 6, 7, 8))
		if !slices.Equal(m.past.Value, want) {
			t.Errorf("head %d has %v, want %v", head, m.past.Value, want)
		}
	}
}

// TestEpochKMeansNeedsEnough: of fewer embeddings than prototypes there is nothing to cluster.
func TestEpochKMeansNeedsEnough(t *testing.T) {
	const k, d = 3, 2
	cfg := small(map[string]any{"prototypes.count": k, "epoch-kmeans.iterations": 4})
	for n, clusters := range map[int]bool{2: false, 3: true} {
		m := newEpochKMeans(cfg, placed([]float32{1, 0, 0, 1, -1, 0}, d))
		m.past.Push(fixture.RandomUnit(3, n, d))
		s := &Step{Index: 4, PerEpoch: 4, Found: NewFound()}
		s.Z[1] = make([]float32, 2*d)
		before := slices.Clone(m.P.Value)
		m.Before(s)
		if got := !slices.Equal(before, m.P.Value); got != clusters {
			t.Errorf("%d embeddings: clustered %v", n, got)
		}
		if cos, ok := s.Found.Values["epoch-kmeans.cosine"]; ok != clusters || ok && (cos < 0.9999 || s.Found.Values["epoch-kmeans.empty"] != 0) {
			t.Errorf("%d embeddings: noted %v", n, s.Found.Values)
		}
	}
}

// TestEpochKMeansMoves puts one centroid on an embedding and leaves the others.
func TestEpochKMeansMoves(t *testing.T) {
	m := newEpochKMeans(small(map[string]any{"prototypes.count": 3}), placed([]float32{1, 0, 0, 1, -1, 0}, 2))
	m.Move(2, []float32{0.6, 0.8})
	if want := []float32{1, 0, 0, 1, 0.6, 0.8}; !slices.Equal(m.P.Value, want) || !fixture.Near(m.P.Effective[1], want) {
		t.Errorf("centroids %v, seen as %v, want %v", m.P.Value, m.P.Effective[1], want)
	}
}
