package methods

import (
	"fmt"

	"protobench/encoders"
	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// regularizer adds one term to the student's graph and returns it with its weight.
func (t *Trainer) regularizer(name string, f *forward) (term *G.Node, weight float64, err error) {
	s := t.cfg.Settings
	switch name {
	case "koleo-prototypes":
		term, err = koleoNode(f.prototypes)
		return term, s.KoLeo.Weight, err
	case "koleo-features":
		term, err = koleoViewsNode(f.features, t.host.head.views.global)
		return term, s.KoLeoFeatures.Weight, err
	case "me-max":
		term, err = meMaxNode(t.host.head.s, float32(s.Loss.Temperature))
		return term, s.MeMax.Weight, err
	case "orthogonality":
		term, err = f.onPrototypes(orthogonalityNode)
		return term, s.Orthogonality.Weight, err
	case "repulsion":
		term, err = f.onPrototypes(func(c *G.Node) (*G.Node, error) { return repulsionNode(c, s.Repulsion.Margin) })
		return term, s.Repulsion.Weight, err
	}
	return nil, 0, fmt.Errorf("regularizers: %q is unknown", name)
}

// onPrototypes adds a term of the prototypes on the unit sphere, with a gradient through the norm whatever the objective does.
func (f *forward) onPrototypes(term func(*G.Node) (*G.Node, error)) (*G.Node, error) {
	c, err := encoders.Normalize(f.prototypes)
	if err != nil {
		return nil, err
	}
	return term(c)
}

// koleoViewsNode adds the mean over the views of the KoLeo term of each view's features x [views·B,F] (DINOv2: Oquab et al. 2024, sec.
// 4, on the backbone's output): two views of one image are never neighbours. It spreads images, not prototypes.
func koleoViewsNode(x *G.Node, views int) (*G.Node, error) {
	n := x.Shape()[0] / views
	terms, weights := make([]*G.Node, views), make([]float32, views)
	for v := range terms {
		rows, err := rowsNode(x, v*n, n)
		if err != nil {
			return nil, err
		}
		if terms[v], err = koleoNode(rows); err != nil {
			return nil, err
		}
		weights[v] = 1 / float32(views)
	}
	return graph.Sum(weights, terms...)
}
