package cell

import (
	"maps"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/methods"
	"protobench/methods/part"
	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/training"
	"protobench/metrics/uniqueness"
)

// ProbeKey declares one value of a probe.
type ProbeKey struct {
	Key, Doc string
	of       func(probed) (float64, bool)
}

// probed is what the values of one learner's probe are taken of.
type probed struct {
	step   methods.Probe // of the step before; zero before the first one
	in     *metric.Input
	before *sight // nil at the first measurement
}

// ProbeKeys are the values of a line's probes, in the order of docs/probes.md. Those that a
// learner, or a loss, does not have are left out of its lines, and so are all of a step before the
// first one and all changes at the first measurement.
func ProbeKeys() []ProbeKey {
	gradient := func(of func(*methods.GradientSplit) float64) func(probed) (float64, bool) {
		return func(p probed) (float64, bool) {
			if p.step.Gradient == nil {
				return 0, false
			}
			return of(p.step.Gradient), true
		}
	}
	split := func(of func(codes, divergence float64) float64) func(probed) (float64, bool) {
		return func(p probed) (float64, bool) {
			if p.step.CrossEntropy == nil {
				return 0, false
			}
			return of(p.step.CrossEntropy.Codes, p.step.CrossEntropy.Divergence), true
		}
	}
	keys := []ProbeKey{
		{"gradient", "norm of the loss's gradient by the prototypes", gradient(func(g *methods.GradientSplit) float64 { return g.Norm })},
		{"gradient.radial", "share of its square along the prototypes themselves, which turns none", gradient(func(g *methods.GradientSplit) float64 { return g.Radial })},
		{"gradient.common", "share of its square that is the same for all prototypes", gradient(func(g *methods.GradientSplit) float64 { return g.Common })},
		{"gradient.rest", "the remaining share, which moves prototypes apart or together", gradient(func(g *methods.GradientSplit) float64 { return g.Rest })},
		{"code_entropy", "mean entropy of a code of the step, nats", split(func(codes, _ float64) float64 { return codes })},
		{"divergence", "mean KL of a code and its prediction, nats; with the codes' entropy it sums to the cross-entropy", split(func(_, divergence float64) float64 { return divergence })},
		{"moved_by", "effective number of the step's views that move a prototype, a mean over those that are moved", func(p probed) (float64, bool) {
			return p.step.MovedBy, finite(p.step.MovedBy) && p.step.MovedBy > 0
		}},
		{"changed", "share of the images whose prototype is another one than at the measurement before", func(p probed) (float64, bool) {
			if p.before == nil {
				return 0, false
			}
			return training.Changed(p.before.assigned, p.in.Assigned())
		}},
	}
	return append(keys, nearestKeys()...)
}

// nearestKeys are metrics that measurements of the curves have only in probes.
func nearestKeys() []ProbeKey {
	var keys []ProbeKey
	for _, s := range metrics.Select(func(s metric.Spec) bool { return strings.HasPrefix(s.Key, "nearest_cosine.") }) {
		keys = append(keys, ProbeKey{s.Key, s.Doc, func(p probed) (float64, bool) {
			r, has := s.Measure(p.in)
			return r.Value, has && r.Undefined == ""
		}})
	}
	return keys
}

// prober takes probes of an arm's learners, and remembers what they are compared with.
type prober struct {
	steps map[string]methods.Probe // of the step before the measurement
	seen  map[string]*sight        // at the measurement before, by learner
}

// sight is what a probe remembers of a measurement.
type sight struct {
	prototypes matrix.Matrix // [K,D]
	assigned   []int         // [N]
}

func newProber() *prober { return &prober{seen: map[string]*sight{}} }

// look takes a learner's probe at a measurement.
func (p *prober) look(learner string, in *metric.Input) (out store.Probe) {
	from := probed{p.steps[learner], in, p.seen[learner]}
	out.Values = store.Metrics{}
	for _, k := range ProbeKeys() {
		if v, ok := k.of(from); ok && finite(v) {
			out.Values[k.Key] = v
		}
	}
	if from.before != nil {
		for e, pairs := range uniqueness.Merges(in, from.before.prototypes) {
			if pairs == nil {
				continue
			}
			if out.Merged == nil {
				out.Merged = map[string][][2]int{}
			}
			out.Merged[uniqueness.EpsilonText(uniqueness.Epsilons()[e])] = pairs
		}
	}
	p.seen[learner] = &sight{in.Effective, in.Assigned()}
	return out
}

// probePrefix is that of the state's entries that probes are compared with; what follows is the
// entry's kind and the learner's name.
const probePrefix = "harness.probe."

// state is what a resumed run compares its next probe with.
func (p *prober) state() []part.Named {
	var out []part.Named
	for _, name := range slices.Sorted(maps.Keys(p.seen)) {
		s := p.seen[name]
		assigned := make([]float64, len(s.assigned))
		for i, k := range s.assigned {
			assigned[i] = float64(k)
		}
		out = append(out,
			part.F32Of(probePrefix+"prototypes."+name, s.prototypes.Data, s.prototypes.Rows, s.prototypes.Cols),
			part.F64Of(probePrefix+"assigned."+name, assigned))
	}
	return out
}

// load takes such entries back and returns the others. A checkpoint without them, as one of a run
// without probes is, leaves the next probe with nothing to compare with.
func (p *prober) load(state []part.Named) []part.Named {
	clear(p.seen)
	at := func(name string) *sight {
		if p.seen[name] == nil {
			p.seen[name] = &sight{}
		}
		return p.seen[name]
	}
	return slices.DeleteFunc(slices.Clone(state), func(n part.Named) bool {
		entry, ours := strings.CutPrefix(n.Name, probePrefix)
		kind, name, _ := strings.Cut(entry, ".")
		switch {
		case !ours:
			return false
		case kind == "prototypes" && len(n.Shape) == 2:
			at(name).prototypes = matrix.Of(n.Shape[0], n.Shape[1], n.F32)
		case kind == "assigned":
			for _, k := range n.F64 {
				at(name).assigned = append(at(name).assigned, int(k))
			}
		}
		return true
	})
}
