package audit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/audit/checkpoint"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/internal/tensorfile"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
	"protobench/metrics/usage"
)

// Features are images' embeddings as the prototypes see them, and how they are scored.
type Features struct {
	Path        string
	Key         string  // of the array; "" to find it
	Temperature float64 // that scores are divided by before a softmax; 0 where it is not known: no entropies
	Center      string  // tensor of the audited file that is taken off the scores; "" to find it, "none" for none
	Linear      bool    // scores are inner products with the rows as they are stored; else cosines, unless a bias stands beside them
}

// Usage is how images take the prototypes.
type Usage struct {
	Images            int
	Used              int     // prototypes with an image
	Dead              float64 // share that is not live
	LiveUnique        Counts
	Perplexity        float64  // of usage, 1..K
	GroupedPerplexity float64  // the same over groups
	Top               float64  // share of images of the most used prototype
	Entropy           *float64 // mean entropy of predictions, nats; nil without a temperature
	Rule              string   // how scores were made
	PerPrototype      []int    // images, [K]
}

// enough is how many images a prototype are needed to call it dead: of as many, chance alone leaves
// one in twenty without any.
const enough = 3

func (u *Usage) few(k int) bool { return u.Images < enough*k }

// usage assigns the images of the feature file to prototypes.
func (x *Features) usage(f *checkpoint.File, p *checkpoint.Prototypes, m *Measures, o Options) (*Usage, error) {
	file, err := checkpoint.Open(x.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	images, err := embeddings(file, x.Key, p.Found.Cols)
	if err != nil {
		return nil, err
	}
	s, err := x.scorer(f, p)
	if err != nil {
		return nil, err
	}
	counts, entropy, err := s.assign(images, max(1, scoreBlock/p.Found.Rows), o.Team)
	if err != nil {
		return nil, err
	}
	u, ok := usageOf(counts, images.Shape[0], p, m, o.Epsilons, o.Team)
	if !ok {
		return nil, fmt.Errorf("%s: no image gives any prototype a score that is a number", x.Path)
	}
	u.Rule = s.rule
	if x.Temperature > 0 {
		u.Entropy = &entropy
	}
	return u, nil
}

// ownUsage is the use of prototypes that this program's files hold; nil where it is not there.
func ownUsage(f *checkpoint.File, p *checkpoint.Prototypes, m *Measures, o Options) (*Usage, error) {
	counts, err := f.UsageCounts(p.Found)
	if counts == nil || err != nil {
		return nil, err
	}
	n := 0
	for _, c := range counts {
		n += c
	}
	u, ok := usageOf(counts, n, p, m, o.Epsilons, o.Team)
	if !ok {
		return nil, nil // no image is assigned
	}
	u.Rule = "as the file says"
	return u, nil
}

// usageOf describes counts [K] of n images; false where there are none.
func usageOf(counts []int, n int, p *checkpoint.Prototypes, m *Measures, eps []float64, threads *team.Team) (*Usage, bool) {
	u := &Usage{Images: n, PerPrototype: counts, LiveUnique: Counts{}}
	of, ok := usage.HardOf(counts, n)
	if !ok {
		return nil, false
	}
	u.Used, u.Dead, u.Perplexity = of.Used, of.Dead, of.Perplexity
	u.Top = float64(slices.Max(counts)) / float64(n)
	u.GroupedPerplexity, _ = uniqueness.GroupedPerplexity(counts, m.owner)
	for i, c := range uniqueness.LiveCovers(threads, p.Rows, counts, n, eps) {
		u.LiveUnique[uniqueness.EpsilonText(eps[i])] = c.Count()
	}
	return u, true
}

// embeddings are the file's matrix [N,D] of them.
func embeddings(f *checkpoint.File, key string, d int) (*tensorfile.Array, error) {
	var fits []*tensorfile.Array
	for i := range f.Arrays {
		a := &f.Arrays[i]
		if key != "" && a.Name == key || key == "" && len(a.Shape) == 2 && a.Shape[1] == d {
			fits = append(fits, a)
		}
	}
	switch {
	case len(fits) == 0 && key != "":
		return nil, fmt.Errorf("%s: no array %q", f.Path, key)
	case len(fits) == 0:
		var have []string
		for _, a := range f.Arrays {
			have = append(have, fmt.Sprintf("%s %v", checkpoint.TensorText(a.Name), a.Shape))
		}
		return nil, fmt.Errorf("%s: no array [N, %d] of embeddings as the prototypes see them (it has %s); backbone features are of no use here",
			f.Path, d, strings.Join(have[:min(len(have), 8)], ", "))
	case len(fits) > 1:
		return nil, fmt.Errorf("%s: %d arrays [N, %d]; name one with --features-key", f.Path, len(fits), d)
	}
	a := fits[0]
	if len(a.Shape) != 2 || a.Shape[1] != d || a.Shape[0] == 0 {
		return nil, fmt.Errorf("%s: %s has shape %v, [N, %d] is expected", f.Path, checkpoint.TensorText(a.Name), a.Shape, d)
	}
	return a, nil
}

// scorer makes scores as the loss does.
type scorer struct {
	prototypes  matrix.Matrix // [K,D] as they enter the product
	add         []float32     // [K] bias less center; nil for none
	normalise   bool          // embeddings, to length one
	temperature float64
	rule        string
}

func (x *Features) scorer(f *checkpoint.File, p *checkpoint.Prototypes) (scorer, error) {
	s := scorer{temperature: x.Temperature}
	if x.Linear || p.Bias != nil {
		s.prototypes, s.rule = effective(p), "inner products"
		if p.Bias != nil {
			s.add, s.rule = slices.Clone(p.Bias), "inner products and bias"
		}
	} else {
		s.prototypes, s.normalise, s.rule = p.Rows.Normalised(), true, "cosines"
	}
	center, err := f.Center(p.Found, x.Center)
	if err != nil || center == nil {
		return s, err
	}
	if s.add == nil {
		s.add = make([]float32, p.Found.Rows)
	}
	v, err := center.Float32s()
	if err != nil {
		return s, err
	}
	for i, c := range v {
		s.add[i] -= c
	}
	s.rule += " less " + center.Name
	return s, nil
}

// effective are the rows at their lengths.
func effective(p *checkpoint.Prototypes) matrix.Matrix {
	out := p.Rows.Normalised()
	for i, n := range p.Norms {
		for j := range out.Row(i) {
			out.Row(i)[j] *= float32(n)
		}
	}
	return out
}

// scoreBlock is how many scores are held at once.
const scoreBlock = 1 << 22

// assign counts the images of each prototype by their highest score, and averages the entropy of
// predictions, a block of images at a time.
func (s scorer) assign(images *tensorfile.Array, block int, threads *team.Team) (counts []int, entropy float64, err error) {
	k, d, n := s.prototypes.Rows, s.prototypes.Cols, images.Shape[0]
	counts = make([]int, k)
	block = min(n, block)
	scores := make([]float32, block*k)
	for at := 0; at < n; at += block {
		rows := min(block, n-at)
		data, err := images.Rows(at, at+rows)
		if err != nil {
			return nil, 0, err
		}
		z := matrix.Of(rows, d, data)
		if s.normalise {
			z = z.Normalised()
		}
		kernel.Gemm(threads, false, true, rows, k, d, z.Data, d, s.prototypes.Data, d, scores, k, false)
		for i := range rows {
			row := scores[i*k : (i+1)*k]
			for j, b := range s.add {
				row[j] += b
			}
			if best := matrix.Argmax(row); best >= 0 {
				counts[best]++
			}
			if s.temperature > 0 {
				entropy += softmaxEntropy(row, s.temperature) / float64(n)
			}
		}
	}
	return counts, entropy, nil
}

// softmaxEntropy is that of softmax(scores/temperature), in nats: ln Σeˣ − Σ x eˣ/Σeˣ.
func softmaxEntropy(scores []float32, temperature float64) float64 {
	top := math.Inf(-1)
	for _, s := range scores {
		top = math.Max(top, float64(s))
	}
	var sum, mean float64
	for _, s := range scores {
		x := (float64(s) - top) / temperature
		e := math.Exp(x)
		sum += e
		mean += float64(x * e)
	}
	return math.Log(sum) - mean/sum
}
