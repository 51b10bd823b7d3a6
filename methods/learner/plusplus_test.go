package learner

import (
	"slices"
	"testing"

	"protobench/internal/stream"
	"protobench/methods/internal/fixture"
)

// TestNearer: distances to the nearest centre so far are kept where a new one is not nearer, over
// several blocks of embeddings.
func TestNearer(t *testing.T) {
	z := slices.Repeat([]float32{1, 0, 0.6, 0.8, -1, 0}, assignBlock/2)
	far := slices.Repeat([]float64{0.125, 1, 2}, assignBlock/2)
	nearer(nil, far, z, []float32{0, 1, 0, -1}, 2)
	for i := range len(far) {
		if want := []float64{0.125, 0.2, 1}[i%3]; far[i] < want-1e-6 || far[i] > want+1e-6 {
			t.Fatalf("distance %d is %g, want %g", i, far[i], want)
		}
	}
}

// TestPlusPlusRounds: as many different embeddings as are asked for, also where several are drawn
// at a time, and where the last round is not a whole one.
func TestPlusPlusRounds(t *testing.T) {
	const n, d = 2100, 3
	z := fixture.RandomUnit(1, n, d)
	for _, k := range []int{1, 2, 1024, 1025, 2051} {
		chosen := plusPlus(nil, z, d, k, stream.New(1, "test"))
		slices.Sort(chosen)
		if len(chosen) != k || len(slices.Compact(chosen)) != k {
			t.Errorf("%d asked for, %d chosen", k, len(slices.Compact(chosen)))
		}
	}
}

// TestPlusPlusWeighs: after a start on one of two spots, all further draws but the impossible fall
// on what is far; drawing stops to care once everything is covered.
func TestPlusPlusWeighs(t *testing.T) {
	z := append(slices.Repeat([]float32{1, 0}, 50), 0, 1)
	for seed := range uint64(20) {
		chosen := plusPlus(nil, z, 2, 2, stream.New(seed, "test"))
		if !slices.Contains(chosen, 50) {
			t.Errorf("seed %d chose %v: both on one spot", seed, chosen)
		}
	}
}

// TestPlusPlusFirstRound: where several centres are drawn at a time the first one is drawn alone,
// for nothing is covered before it. Nearly all embeddings stand on one spot, which gets one centre.
func TestPlusPlusFirstRound(t *testing.T) {
	const others, d = plusPlusRounds + 50, 6
	z := append(fixture.RandomUnit(1, others, d), slices.Repeat([]float32{1, 0, 0, 0, 0, 0}, 5*others)...)
	began := 0
	for seed := range uint64(4) {
		chosen := plusPlus(nil, z, d, plusPlusRounds+1, stream.New(seed, "test"))
		if chosen[0] < others {
			continue
		}
		began++
		spot := 0
		for _, i := range chosen {
			if i >= others {
				spot++
			}
		}
		if spot != 1 {
			t.Errorf("seed %d: %d centres on one spot", seed, spot)
		}
	}
	if began < 2 {
		t.Fatal("hardly any seed begins on the spot")
	}
}

// TestPlusPlusAsPublished: up to 1,024 centres are drawn one by one, so that two crowded spots get
// one centre each.
func TestPlusPlusAsPublished(t *testing.T) {
	const others, d = plusPlusRounds + 50, 6
	z := append(fixture.RandomUnit(1, others, d), slices.Repeat([]float32{1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0}, 2*others)...)
	for seed := range uint64(3) {
		spots := [2]int{}
		for _, i := range plusPlus(nil, z, d, plusPlusRounds, stream.New(seed, "test")) {
			if i >= others {
				spots[i%2]++
			}
		}
		if spots != [2]int{1, 1} {
			t.Errorf("seed %d: %v centres on two crowded spots", seed, spots)
		}
	}
}

// TestStartFrom: prototypes start at embeddings of the pool, different ones; "data" takes them from
// its first n alone, "kmeans++" from all of it; anything else leaves them. Each head draws its own.
func TestStartFrom(t *testing.T) {
	const k, d = 5, 4
	pool := fixture.RandomUnit(9, 40, d)
	at := func(p *Prototypes) (rows []int) {
		for i := range k {
			for r := range 40 {
				if fixture.Near(p.Value[i*d:][:d], pool[r*d:][:d]) {
					rows = append(rows, r)
				}
			}
		}
		return rows
	}
	for _, init := range []string{"data", "kmeans++", "random"} {
		var heads [2][]int
		for h := range heads {
			p := placed(fixture.RandomUnit(1, k, d), d)
			p.Head = h
			p.path[pathTotal] = 3
			p.StartFrom(nil, init, pool, 8, 1)
			rows := at(p)
			if init == "random" {
				if len(rows) > 0 {
					t.Errorf("random prototypes stand on embeddings %v", rows)
				}
				continue
			}
			heads[h] = slices.Clone(rows)
			slices.Sort(rows)
			if len(slices.Compact(rows)) != k || init == "data" && slices.Max(rows) >= 8 || init == "kmeans++" && slices.Max(rows) < 8 {
				t.Errorf("%s starts at embeddings %v", init, rows)
			}
			if !fixture.Near(p.Initial, p.Value) || p.Path() != 0 {
				t.Errorf("%s: the start is no start", init)
			}
		}
		if init != "random" && slices.Equal(heads[0], heads[1]) {
			t.Errorf("%s: both heads start at %v", init, heads[0])
		}
	}
}
