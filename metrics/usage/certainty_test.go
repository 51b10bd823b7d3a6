package usage

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// softmaxOf turns scores [N,K] into predictions at a temperature.
func softmaxOf(scores matrix.Matrix, temperature float64) matrix.Matrix {
	p := matrix.New(scores.Rows, scores.Cols)
	for i := range p.Rows {
		sum := 0.0
		for _, s := range scores.Row(i) {
			sum += math.Exp(float64(s) / temperature)
		}
		for k, s := range scores.Row(i) {
			p.Row(i)[k] = float32(math.Exp(float64(s)/temperature) / sum)
		}
	}
	return p
}

// scoresOf gives each of n images the score 1 at the prototype that at says and 0 at all others.
func scoresOf(n, k int, at func(i int) int) matrix.Matrix {
	s := matrix.New(n, k)
	for i := range n {
		s.Row(i)[at(i)] = 1
	}
	return s
}

func TestCertaintyTellsStatesApart(t *testing.T) {
	const n, k = 64, 16
	healthy := scoresOf(n, k, func(i int) int { return i % k })
	offset := matrix.New(n, k)
	for i, s := range healthy.Data {
		offset.Data[i] = s + 7
	}
	biased := matrix.New(n, k) // one prototype is ahead for every image
	for i, s := range healthy.Data {
		biased.Data[i] = s
		if i%k == 3 {
			biased.Data[i] += 2
		}
	}
	near := matrix.New(n, k) // uniform, while the argmax spreads the images over all prototypes
	for i, s := range healthy.Data {
		near.Data[i] = 1e-4 * s
	}
	for _, c := range []struct {
		name                                   string
		p                                      matrix.Matrix
		entropy, marginal, perplexity, decided float64
		uniform                                bool
	}{
		{"uniform", softmaxOf(matrix.New(n, k), 0.1), 1, 1, k, 0, true},
		{"uniform by temperature", softmaxOf(healthy, 1000), 1, 1, k, 0, true},
		{"uniform with an argmax that spreads", softmaxOf(near, 0.1), 1, 1, k, 0, true},
		{"one prototype", softmaxOf(scoresOf(n, k, func(int) int { return 5 }), 0.05), 0, 0, 1, 1, false},
		{"few prototypes", softmaxOf(scoresOf(n, k, func(i int) int { return i % 4 }), 0.05), 0, 0.5, 4, 1, false},
		{"healthy", softmaxOf(healthy, 0.05), 0, 1, k, 1, false},
		{"healthy with a common offset", softmaxOf(offset, 0.05), 0, 1, k, 1, false},
		{"one prototype ahead of all", softmaxOf(biased, 0.05), 0, 0, 1, 1, false},
	} {
		got, ok := CertaintyOf(c.p)
		if !ok {
			t.Errorf("%s: undefined", c.name)
			continue
		}
		fixture.Near(t, c.name+": entropy", got.Entropy, c.entropy, 1e-3)
		fixture.Near(t, c.name+": marginal", got.Marginal, c.marginal, 1e-3)
		fixture.Near(t, c.name+": perplexity", got.Perplexity, c.perplexity, 1e-2)
		fixture.Near(t, c.name+": decided", got.Decided, c.decided, 0)
		if (got.Entropy >= Uniform) != c.uniform {
			t.Errorf("%s: entropy %g counts as uniform: %v", c.name, got.Entropy, !c.uniform)
		}
	}
	if u, _ := HardOf(metric.Counts(metric.Assign(near), k), n); u.Used != k {
		t.Fatalf("the argmax of the near-uniform state uses %d of %d: the state tests nothing", u.Used, k)
	}
}

// Two prototypes are enough, and entropies are shares of ln K.
func TestCertaintyOfHalfDecided(t *testing.T) {
	got, ok := CertaintyOf(matrix.Of(2, 2, []float32{0.75, 0.25, 0.75, 0.25}))
	h := -(0.75*math.Log(0.75) + 0.25*math.Log(0.25))
	fixture.Equal(t, "defined", ok, true)
	fixture.Near(t, "entropy", got.Entropy, h/math.Ln2, 1e-12)
	fixture.Near(t, "marginal", got.Marginal, h/math.Ln2, 1e-12)
	fixture.Near(t, "perplexity", got.Perplexity, math.Exp(h), 1e-12)
	half, _ := CertaintyOf(matrix.Of(2, 4, []float32{0.5, 0.5, 0, 0, 0, 0, 0.5, 0.5}))
	fixture.Near(t, "entropy over two of four", half.Entropy, 0.5, 1e-12)
	fixture.Near(t, "marginal over four", half.Marginal, 1, 1e-12)
}

func TestDecidedBound(t *testing.T) {
	// With K = 4 the bound is 0.025: margins 0.03, 0.02 and 0.
	p := matrix.Of(3, 4, []float32{0.28, 0.25, 0.24, 0.23, 0.27, 0.25, 0.24, 0.24, 0.3, 0.3, 0.2, 0.2})
	got, ok := CertaintyOf(p)
	if !ok {
		t.Fatal("undefined")
	}
	fixture.Near(t, "decided", got.Decided, 1.0/3, 1e-12)
}

func TestCertaintyIsUndefined(t *testing.T) {
	nan := float32(math.NaN())
	for name, p := range map[string]matrix.Matrix{
		"no images": matrix.New(0, 4), "one prototype": matrix.Of(2, 1, []float32{1, 1}), "no numbers": matrix.Of(1, 2, []float32{nan, nan}),
	} {
		if c, ok := CertaintyOf(p); ok {
			t.Errorf("%s: %+v", name, c)
		}
	}
	in := &metric.Input{Prototypes: metric.Prototypes{Effective: matrix.New(2, 2)}}
	if r := fixture.ValueOf(t, CertaintySpecs(), "decided", in); r.Undefined == "" {
		t.Errorf("an objective without predictions is %v decided", r.Value)
	}
}
