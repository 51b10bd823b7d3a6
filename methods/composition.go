package methods

import (
	"fmt"
	"slices"
	"strings"
)

// Component is one value of an axis, for listings and for validation.
type Component struct {
	Axis   string // objective, learner, regularizer, embedding, preset
	Name   string
	Doc    string
	Source string
}

// Components returns everything that a composition may name.
func Components() []Component {
	return append([]Component{
		{"objective", "swav", "swapped prediction of balanced codes (Sinkhorn-Knopp), with an optional queue", "Caron et al. 2020"},
		{"objective", "dino", "cross-entropy to centred and sharpened (or Sinkhorn) teacher targets, weight-normalised prototypes", "Caron et al. 2021"},
		{"objective", "carp", "consistency and entropy inside random blocks of prototypes; embeddings not normalised, no temperature, weight-normalised prototypes (learners see normalised embeddings)", "Silva and Ramírez Rivera 2023"},
		{"objective", "msn", "cross-entropy to sharpened (by default Sinkhorn-balanced) teacher targets, with me-max", "Assran et al. 2022"},
		{"objective", "ibot", "dino, and the same loss on patches that the student does not see, with one projector and one set of prototypes for both (vit)", "Zhou et al. 2022"},
		{"objective", "deepcluster", "cross-entropy to hard labels: the nearest prototypes of the target branch's embeddings, a mean over one or more heads (sets of prototypes with learners of their own); metrics see the first", "Caron et al. 2018, 2020 (DeepCluster-v2)"},
		{"objective", "smog", "a predictor finds the teacher's group of another view; groups move with the student's projections, and the gradient flows through the move", "Pang et al. 2022"},
		{"objective", "pcl", "InfoNCE with a queue, and the same over centroids of k-means on all images' embeddings, with a temperature per cluster", "Li et al. 2021"},
		{"objective", "sela", "linear classifiers (one or more heads) of labels that are found for all images at once, as many for each prototype; metrics see the first", "Asano et al. 2020"},
		{"objective", "massl", "no prototypes: the student sees an image among past embeddings as the teacher does, inside random blocks of them", "Silva et al. 2024"},
		{"learner", "joint", "prototypes follow the gradient of the objective, together with the encoder", "Caron et al. 2020, 2021"},
		{"learner", "frozen", "random unit vectors that never move: the control", "Caron et al. 2020, ablation"},
		{"learner", "gmm", "decoupled: means of a Gaussian mixture, online EM on teacher embeddings, no gradient", "Arteaga et al. 2025; Celaya and Agostini 2015"},
		{"learner", "kmeans", "decoupled: spherical k-means on teacher embeddings by mini-batches, no gradient", "Sculley 2010; Dhillon and Modha 2001"},
		{"learner", "epoch-kmeans", "decoupled: spherical k-means over the last epoch's teacher embeddings at each epoch's start, no gradient", "Caron et al. 2020 (DeepCluster-v2)"},
		{"learner", "self-cluster", "decoupled by a gradient: a Sinkhorn clustering loss and optimizer of the prototypes' own, on teacher embeddings", "Darcet et al. 2025 (CAPI)"},
		{"learner", "ema", "decoupled: prototypes move towards the mean of the teacher embeddings nearest to them, no gradient", "Pang et al. 2022, its group update"},
		{"learner", "hyperspherical", "spread over the sphere before training, then frozen", "Mettes et al. 2019"},
		{"learner", "smog", "of objective smog alone: groups that move towards the projections given to them, clustered anew now and then", "Pang et al. 2022"},
		{"learner", "pcl", "of objective pcl alone: k-means on all images' embeddings at the start of each epoch, several sets", "Li et al. 2021"},
		{"learner", "sela", "of objective sela alone: rows of the linear classifiers, by the gradient of the loss, not normalised", "Asano et al. 2020"},
		{"learner", "massl", "of objective massl alone: a queue of past teacher embeddings, no prototypes", "Silva et al. 2024"},
		{"regularizer", "koleo-prototypes", "spreads the prototypes: differential entropy by nearest neighbours (KP)", "Govindarajan et al. 2024; Sablayrolles et al. 2019"},
		{"regularizer", "koleo-features", "spreads the images of each view: differential entropy of the student's backbone features by nearest neighbours", "Oquab et al. 2024 (DINOv2); Sablayrolles et al. 2019"},
		{"regularizer", "me-max", "keeps the mean prediction over all prototypes uniform (msn and carp have terms of their own)", "Assran et al. 2022"},
		{"regularizer", "orthogonality", "mean squared cosine of two prototypes", "Brock et al. 2017"},
		{"regularizer", "repulsion", "pushes prototypes apart that are nearer than a margin", "squared hinge on the cosine"},
		{"embedding", "plain", "projector output on the unit sphere (carp: as it is)", ""},
		{"embedding", "centred", "the teacher's running mean is taken off both branches' embeddings, then L2 again (carp: not normalised)", ""},
	}, presetComponents()...)
}

// Parts returns the names of all components of a composition, observers included: what decides which settings it reads.
func (c Composition) Parts() []string {
	return append(append(append(c.Learners(), c.Objective, c.Embedding), c.Regularizers...), c.Observers...)
}

// Learners returns the arm's own learner, or all those of its schedule.
func (c Composition) Learners() []string {
	phases, err := Phases(c.Learner)
	if err != nil {
		return []string{c.Learner}
	}
	names := make([]string, len(phases))
	for i, p := range phases {
		names[i] = p.Learner
	}
	return names
}

// Validate refuses a composition that names something unknown or makes no sense, with the reason.
func Validate(c Composition) error {
	if err := known("objective", c.Objective); err != nil {
		return err
	}
	if _, err := Phases(c.Learner); err != nil {
		return err
	}
	if err := known("learner", append(c.Learners(), c.Observers...)...); err != nil {
		return err
	}
	if err := orderly(c.Learners()); err != nil {
		return err
	}
	if err := known("regularizer", c.Regularizers...); err != nil {
		return err
	}
	if err := known("embedding", c.Embedding); err != nil {
		return err
	}
	if err := together(c); err != nil {
		return err
	}
	if err := sensible(c); err != nil {
		return err
	}
	if err := once("regularizers", c.Regularizers); err != nil {
		return err
	}
	return once("observers", c.Observers)
}

// orderly refuses schedules whose phases cannot follow each other.
func orderly(learners []string) error {
	for i, l := range learners {
		switch {
		case i > 0 && l == learners[i-1]:
			return fmt.Errorf("learner: %q follows itself; make one phase of the two", l)
		case l == "joint" && slices.Contains(learners[:i], l):
			return fmt.Errorf("learner: %q stands twice in the schedule; its gradient belongs to one phase", l)
		case l == "hyperspherical" && i > 0:
			return fmt.Errorf("learner: %q spreads the prototypes before training and can only be the first phase; take \"frozen\" later on", l)
		}
	}
	return nil
}

// sensible refuses regularizers that could not act, or that an objective has already.
func sensible(c Composition) error {
	for _, r := range []string{"koleo-prototypes", "orthogonality", "repulsion"} {
		if slices.Contains(c.Regularizers, r) && !slices.Contains(c.Learners(), "joint") {
			return fmt.Errorf("regularizers: %s acts through the gradient of the prototypes, which learner %q does not use; take learner \"joint\" or drop it", r, c.Learner)
		}
	}
	for objective, own := range map[string]string{"msn": "msn.me_max_weight", "carp": "carp.entropy_weight"} {
		if c.Objective == objective && slices.Contains(c.Regularizers, "me-max") {
			return fmt.Errorf("regularizers: objective %q has a term of its own for what me-max does; set %s and drop me-max", objective, own)
		}
	}
	return nil
}

// once refuses a name that stands twice in a list.
func once(axis string, names []string) error {
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("%s: %q is named twice", axis, n)
		}
	}
	return nil
}

func known(axis string, names ...string) error {
	var all []string
	for _, c := range Components() {
		if c.Axis == axis {
			all = append(all, c.Name)
		}
	}
	for _, n := range names {
		if !slices.Contains(all, n) {
			return fmt.Errorf("%s: %q is unknown; expected one of %s", axis, n, strings.Join(all, ", "))
		}
	}
	return nil
}
