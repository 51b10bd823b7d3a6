package figure

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/harness/store"
	"protobench/internal/stream"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
)

const (
	sampleK      = 48
	sampleD      = 16
	sampleImages = 900
)

// kind says how a made-up arm behaves: the share of prototypes that merge, and the share of the rest
// that nothing is assigned to.
type kind struct {
	variant, learner string
	merged, idle     float64
	observers        []string
}

func sampleKinds() []kind {
	return []kind{
		{"", "joint", 0.8, 0.1, nil}, {"+kp", "joint", 0.15, 0.3, nil},
		{"+gmm", "gmm", 0.02, 0.02, []string{"joint"}}, {"+frozen", "frozen", 0, 0.8, []string{"joint"}},
	}
}

// sample is a sweep of two objectives without a matrix, with everything that figures draw.
func sample() *Sweep {
	s := &Sweep{Place: placeText, UsageText: "Usage is counted on all images. ", References: []Reference{{store.Cell{Method: "untrained"}, 45}, {store.Cell{Method: "supervised"}, 97}}}
	for _, objective := range []string{"swav", "dino"} {
		for _, k := range sampleKinds() {
			s.Arms = append(s.Arms, made(k, objective, nil, 3))
		}
	}
	for _, a := range s.Arms {
		for range a.Observers {
			a.Plain["joint"] = s.Arms[slices.IndexFunc(s.Arms, func(b *Arm) bool { return b.Cell.Method == a.Cell.Objective })]
		}
	}
	v := matrix.RandomUnit(9, sampleK, sampleD)
	s.Random = []Random{{sampleK, sampleD, v, []float64{100, 100, 100, 100, 98}}}
	s.settle()
	return s
}

// matrixSample is a sweep over two axes of numbers.
func matrixSample() *Sweep {
	s := &Sweep{Place: placeText, Axes: []string{"loss.temperature", "prototypes.lr_mult"}}
	for _, objective := range []string{"swav", "dino"} {
		for _, temperature := range []float64{0.05, 0.1, 0.2} {
			for _, rate := range []float64{0.1, 1, 3, 10} {
				k := kind{"", "joint", min(0.9, temperature*math.Sqrt(rate)*2.5), 0.1, nil}
				if objective == "dino" && rate == 10 {
					k.merged /= 3
				}
				s.Arms = append(s.Arms, made(k, objective, map[string]any{"loss.temperature": temperature, "prototypes.lr_mult": rate}, 2))
			}
		}
	}
	s.settle()
	return s
}

// tailSample is a sweep over how long the tail is.
func tailSample() *Sweep {
	s := &Sweep{Place: placeText, Axes: []string{"data.imbalance"}}
	for _, imbalance := range []float64{10, 100} {
		for _, k := range sampleKinds() {
			a := made(k, "swav", map[string]any{"data.imbalance": imbalance}, 3)
			for i := range a.Runs {
				m := a.Runs[i].Result.Metrics
				for j, part := range tailParts() {
					m[probe.LinearPartKey(part, metric.Teacher)] = m[accuracy().Key] + 0.05 - 0.0018*imbalance*float64(j)*(0.5+k.merged) + 0.01*noise(a.Cell, part, i)
				}
			}
			s.Arms = append(s.Arms, a)
		}
	}
	s.settle()
	return s
}

func placeText(c store.Cell, axes []string) string {
	var out []string
	for _, axis := range axes {
		if v, has := c.Axes[axis]; has {
			out = append(out, axis[strings.LastIndexByte(axis, '.')+1:]+" "+store.FormatAxis(v))
		}
	}
	return strings.Join(out, ", ")
}

func noise(c store.Cell, purpose string, seed int) float64 {
	return stream.New(uint64(seed), purpose+c.Method+placeText(c, c.AxisKeys())).Float64() - 0.5
}

// made is an arm with so many runs.
func made(k kind, objective string, axes map[string]any, seeds int) *Arm {
	a := &Arm{
		Cell:       store.Cell{Method: objective + k.variant, Objective: objective, Learner: k.learner, Axes: axes},
		Prototypes: sampleK, Observers: k.observers, Plain: map[string]*Arm{},
	}
	a.Label = a.Cell.Method
	if place := placeText(a.Cell, a.Cell.AxisKeys()); place != "" {
		a.Label += " (" + place + ")"
	}
	for seed := range seeds {
		vectors, counts := prototypesOf(a.Cell, k, seed)
		if seed == 0 {
			a.First = &Stored{uint64(seed), vectors, counts}
		}
		a.Runs = append(a.Runs, runOf(a.Cell, k, seed, vectors, counts))
	}
	return a
}

// prototypesOf moves the first merged·K prototypes onto a few others.
func prototypesOf(c store.Cell, k kind, seed int) (matrix.Matrix, []int) {
	v := matrix.RandomUnit(uint64(seed), sampleK, sampleD)
	rng := stream.New(uint64(seed), "made"+c.Method)
	for i := range int((k.merged + 0.05*noise(c, "merged", seed)) * sampleK) {
		for j := range sampleD {
			v.Data[i*sampleD+j] = v.Data[(sampleK-1-i%5)*sampleD+j] + 0.01*float32(rng.NormFloat64())
		}
	}
	counts := make([]int, sampleK)
	busy := max(1, int((1-k.idle)*sampleK))
	for range sampleImages {
		counts[sampleK-1-int(math.Abs(rng.NormFloat64())*float64(busy)/2.5)%busy]++
	}
	return v, counts
}

func runOf(c store.Cell, k kind, seed int, v matrix.Matrix, counts []int) Run {
	c.Seed = uint64(seed)
	m := store.Metrics{}
	covers, centred, live := uniqueness.Covers(nil, v, uniqueness.Epsilons()), uniqueness.CentredCovers(nil, v, uniqueness.Epsilons()), uniqueness.LiveCovers(nil, v, counts, sampleImages, uniqueness.Epsilons())
	for i, eps := range uniqueness.Epsilons() {
		m[uniqueness.Key(eps)] = float64(len(covers[i].Representatives))
		m[uniqueness.CentredKey(eps)] = min(sampleK, float64(len(centred[i].Representatives)+4*i))
		m[uniqueness.LiveKey(eps)] = float64(len(live[i].Representatives))
	}
	m[unique().Key+".student"] = min(sampleK, m[unique().Key]+3)
	share := 0.62 + 0.15*m[liveUnique().Key]/sampleK + 0.02*noise(c, "linear", seed)
	m[accuracy().Key], m[probe.LinearKey(metric.Student)] = share, share-0.02
	m[probe.KNNKey(metric.Teacher)], m[probe.KNNKey(metric.Student)] = share-0.06, share-0.07
	r := Run{Result: store.Result{Cell: c, Outcome: store.Outcome{Status: store.OK}, Metrics: m}, K: sampleK, read: trackOf(k, seed, m)}
	if len(k.observers) > 0 {
		r.Result.Observers = map[string]store.Metrics{"joint": m}
	}
	return r
}

// trackOf lets counts fall from K to the end's values, and the probes follow.
func trackOf(k kind, seed int, end store.Metrics) *track {
	t := newTrack()
	steps := []int{0, 5, 20, 60, 120, 250, 500, 1000, 1500, 2000}
	for i, step := range steps {
		t.steps = append(t.steps, float64(step))
		done := float64(step) / 2000
		falling := func(to float64) float64 { return sampleK - (sampleK-to)*math.Pow(done, 0.7) }
		own := store.Metrics{
			unique().Key: falling(end[unique().Key]), liveUnique().Key: falling(end[liveUnique().Key]), pathKey: 4 * done * (0.3 + k.merged),
			"nearest_cosine.p05": 0.2 + 0.5*done*k.merged, "nearest_cosine.median": 0.4 + 0.58*done*k.merged, "nearest_cosine.p95": 0.6 + 0.4*done*k.merged,
		}
		if step > 0 {
			own["code_entropy"], own["divergence"] = 3.2-1.5*done, 0.9-0.5*done
			if k.learner == "joint" {
				own["gradient.radial"], own["gradient.common"] = 0.4*done, 0.1*done
				own["gradient.rest"] = 1 - 0.5*done
			}
		}
		t.take("", own, i, len(steps))
		if len(k.observers) > 0 {
			t.take("joint", store.Metrics{unique().Key: falling(10), liveUnique().Key: falling(8 + float64(seed))}, i, len(steps))
		}
	}
	for i := range int(k.merged * sampleK) {
		t.merged = append(t.merged, meeting{steps2(i), i, sampleK - 1 - i%5})
	}
	slices.SortStableFunc(t.merged, func(a, b meeting) int { return int(a.step - b.step) })
	return t
}

func steps2(i int) float64 { return []float64{500, 1000, 1500, 2000}[i%4] }

// allOf makes all figures of a sweep, by name.
func allOf(t *testing.T, s *Sweep) map[string]Figure {
	t.Helper()
	all, err := All(s)
	must(t, err)
	out := map[string]Figure{}
	for _, f := range all {
		if _, twice := out[f.Name]; twice {
			t.Errorf("two figures are named %s", f.Name)
		}
		out[f.Name] = f
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func svgOf(t *testing.T, f Figure) string {
	t.Helper()
	if f.Draw == nil {
		return ""
	}
	b, err := f.SVG()
	must(t, err)
	return string(b)
}
