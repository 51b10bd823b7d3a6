package methods

import (
	"fmt"
	"slices"

	"protobench/encoders"

	G "gorgonia.org/gorgonia"
)

// bound is an objective that owns its prototypes: it brings the one learner that it works with, which has its name.
type bound interface {
	objective
	// own makes that learner, once for each head, from unit vectors [H·prototypes.count,D] that are the same for all arms
	// of a seed.
	own(cfg Config, start []float32, d int) []learner
}

// scorer is an objective whose student scores are more than the inner products of embeddings and prototypes.
type scorer interface {
	// params are the parameters that take part in the scores besides encoder and prototypes.
	params() []*encoders.Param
	// scores adds the student's scores [crops·B,H·K] of embeddings z [crops·B,D] and prototypes c [H·K,D], and returns the nodes
	// of the parameters in their order. Without learn the prototypes are constants.
	scores(z, c *G.Node, learn bool) (s *G.Node, params G.Nodes, err error)
}

// bounds are the objectives that own their prototypes.
func bounds() []string { return []string{"smog", "pcl", "sela", "massl"} }

// isBound reports whether an objective (or a learner) is one that comes with its own counterpart alone.
func isBound(name string) bool { return slices.Contains(bounds(), name) }

// Complete fills in the learner where the objective implies it.
func (c Composition) Complete() Composition {
	if c.Learner == "" && isBound(c.Objective) {
		c.Learner = c.Objective
	}
	return c
}

// together refuses what cannot stand beside an objective that owns its prototypes, and learners that belong to another one.
func together(c Composition) error {
	if isBound(c.Objective) {
		return alone(c)
	}
	for _, l := range c.Learners() {
		if isBound(l) {
			return fmt.Errorf("learner: %q is a part of objective %q and works with no other; take one of the other learners, or that objective", l, l)
		}
	}
	for _, o := range c.Observers {
		if isBound(o) {
			return fmt.Errorf("observers: %q is a part of objective %q and cannot watch another one; drop it", o, o)
		}
	}
	return nil
}

func alone(c Composition) error {
	if c.Learner != c.Objective {
		return fmt.Errorf("learner: objective %q learns its prototypes itself, and %q cannot; leave the learner out or write %q", c.Objective, c.Learner, c.Objective)
	}
	if len(c.Observers) > 0 {
		return fmt.Errorf("observers: an observer learns by the objective of its host, and %q has no place for other prototypes than its own; drop observers", c.Objective)
	}
	for _, r := range c.Regularizers {
		if r != "koleo-features" {
			return fmt.Errorf("regularizers: %s acts on prototypes or on predictions over them, which objective %q keeps to itself; drop it (koleo-features can stay)", r, c.Objective)
		}
	}
	return nil
}

// owned is what learners of bound objectives have in common where no gradient reaches their prototypes: nothing but the
// objective moves them.
type owned struct{ decoupled }

func (owned) moves(float64) bool  { return false }
func (owned) move(int, []float32) {}
func (owned) before(*stepInput)   {}
func (owned) adopt()              {}
