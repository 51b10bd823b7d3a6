package harness

import (
	"context"
	"fmt"
	"math"

	"protobench/datasets"
	"protobench/harness/store"
	"protobench/internal/team"
	"protobench/internal/tensorfile"
	"protobench/methods"
	"protobench/metrics"
)

// rankMeRows is the number of images that RankMe's paper measures on.
const rankMeRows = 25_600

// outcome is what the last measurement of an arm gives.
type outcome struct {
	*gauge
	observers  map[string]store.Metrics
	prototypes *tensorfile.File
	collapsed  string // why the arm counts as totally collapsed; "" otherwise
}

// finish measures a trained arm on all images: prototypes and their use, then
// the frozen features of both branches. The team shares the work of the probes.
func finish(ctx context.Context, team *team.Team, t Trainer, b *batches, set *datasets.Set, seed uint64) (*outcome, error) {
	o := &outcome{gauge: newGauge(), observers: map[string]store.Metrics{}, prototypes: &tensorfile.File{}}
	o.team = team
	for _, br := range []methods.Branch{methods.Teacher, methods.Student} {
		x, z, err := b.freeze(ctx, set, branch(t, br))
		if err != nil {
			return nil, err
		}
		if br == methods.Teacher {
			o.usage(t.Learned(), set, z)
			o.spread(x.train)
		}
		o.rankMe(x.train, br)
		if err := o.accuracies(ctx, x, set, br.String(), seed); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// usage measures every learner on the teacher's embeddings z of all training images.
func (o *outcome) usage(learners []methods.Learned, set *datasets.Set, z metrics.Matrix) {
	for _, l := range learners {
		g, prefix := o.gauge, ""
		if l.Name != "" {
			g, prefix = newGauge(), "observer."+l.Name+"."
			o.observers[l.Name] = g.metrics
		}
		u := g.learner(l, z)
		g.student(l)
		g.agreement(l, set.Train.Labels, u)
		if l.Name != "" {
			o.adopt(prefix, g)
		}
		o.keep(prefix, l, u)
		if l.Name == "" && l.K > 0 && u.live <= 1 {
			o.collapsed = "one live prototype"
		}
	}
}

// agreement compares the images' prototypes with their classes.
func (g *gauge) agreement(l methods.Learned, labels []int, u usage) {
	if l.K == 0 {
		g.without([]string{"nmi"})
		return
	}
	classes, assigned := make([]int, 0, len(labels)), make([]int, 0, len(labels))
	for i, c := range labels {
		if c >= 0 { // what has no class agrees with none
			classes, assigned = append(classes, c), append(assigned, u.assigned[i])
		}
	}
	agreement, ok := metrics.Agree(classes, assigned)
	g.maybe("nmi", agreement.NMI, ok, "no image is assigned")
}

// adopt takes over what an observer's gauge has to say, under the observer's name.
func (o *outcome) adopt(prefix string, g *gauge) {
	for key, why := range g.undefined {
		o.undefined[prefix+key] = why
	}
	for _, w := range g.warnings {
		o.warnings = append(o.warnings, prefix+w)
	}
}

// keep stores a learner's prototypes and their use for reports and other tools.
func (o *outcome) keep(prefix string, l methods.Learned, u usage) {
	if l.K == 0 {
		return
	}
	add := func(name string, shape []int, f []float32, n []int64) {
		o.prototypes.Tensors = append(o.prototypes.Tensors, tensorfile.Tensor{Name: prefix + name, Shape: shape, F32: f, I64: n})
	}
	shape := []int{l.K, l.D}
	add("prototypes.student", shape, l.Current[methods.Student], nil)
	add("prototypes.teacher", shape, l.Current[methods.Teacher], nil)
	add("prototypes.initial", shape, l.Initial, nil)
	add("usage.counts", []int{l.K}, nil, integers(u.counts))
	add("usage.owner", []int{l.K}, nil, integers(u.owner))
}

func integers(values []int) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}

// spread notes the features' standard deviation and whether they have collapsed to a point (Chen and He 2021).
func (o *outcome) spread(x metrics.Matrix) {
	std, ok := metrics.FeatureStd(x)
	relative := std * math.Sqrt(float64(x.Cols))
	o.maybe("feature_std.teacher", relative, ok, "features are not finite or have no direction")
	if ok && relative < 0.1 {
		o.collapsed = fmt.Sprintf("teacher features' standard deviation is %.3g of 1/√d", relative)
	}
}

func (o *outcome) rankMe(x metrics.Matrix, b methods.Branch) {
	n := min(x.Rows, rankMeRows)
	singular, _ := metrics.SingularValues(metrics.MatrixOf(n, x.Cols, x.Data[:n*x.Cols]))
	rank, ok := metrics.RankMe(singular, metrics.RankMeEpsilon)
	o.maybe("rankme.features."+b.String(), rank, ok, "features have no spectrum")
}
