package metric

import (
	"protobench/internal/team"
	"protobench/metrics/matrix"
)

// Input is what metrics are measured on: one learner's prototypes, one branch's features, or a
// training so far. It is measured by one goroutine at a time.
type Input struct {
	Prototypes
	FrozenFeatures
	Training

	Seed uint64      // of random choices
	Team *team.Team  // shares the work and changes no bit; nil for one thread
	Stop func() bool // once it returns true, what takes long ends as undefined; nil for never

	memo map[string]any
}

// Prototypes are one learner's prototypes and how they take images.
type Prototypes struct {
	Raw         matrix.Matrix // [K,D] as they enter the student's graph; no rows where that is not known
	Effective   matrix.Matrix // [K,D] the teacher's, as the scores use them; no rows where an arm has none
	Student     matrix.Matrix // [K,D] the student's, as the scores use them
	Initial     matrix.Matrix // [K,D] the effective ones before the first step
	Path        float64
	Drift       float64
	Reseeds     int
	Scores      matrix.Matrix // [N,K] of training images, as the loss uses them
	Predictions matrix.Matrix // [N,K] the student's softmax over them; no rows where there is none
	Targets     matrix.Matrix // [N,K] of the same images; no rows where they do not follow from scores
	Classes     []int         // [N] of the same images; nil while training
}

// FrozenFeatures are one branch's backbone features and embeddings, of unaugmented images.
type FrozenFeatures struct {
	Train      matrix.Matrix // [N,F] of the images that arms are trained on
	TrainY     []int         // [N]
	Embeddings matrix.Matrix // [N,D] of the same images; no rows where there are none
	Probe      Split         // that probes learn from; differs from Train where that has a long tail
	Test       Split

	Coarse, Fine int   // numbers of classes; Fine is 0 where the images have no fine labels
	TailCounts   []int // [Coarse] training images of a long-tailed set; nil for a balanced one
	TailBy       TailBy

	Views Views // augmented; without images unless extra metrics are asked for
}

// Split is a set of images with their labels.
type Split struct {
	Features matrix.Matrix // [N,F]
	Y        []int         // [N], 0..Coarse-1
	FineY    []int         // [N], 0..Fine-1; nil where Fine is 0
}

// Views are several augmentations of each image, in runs of PerImage rows.
type Views struct {
	PerImage             int
	Features, Embeddings matrix.Matrix // [images·PerImage, F or D]
}

// PairRows is the number of images that metrics over all pairs of images are measured on.
const PairRows = 4096

// Training is what was signalled since the last measurement.
type Training struct {
	Loss  float64 // mean over the steps
	Steps int
}

// Shared computes once per input what several metrics need. Each what belongs to one metric's file.
func Shared[T any](in *Input, what string, compute func() T) T {
	if v, ok := in.memo[what]; ok {
		return v.(T)
	}
	if in.memo == nil {
		in.memo = map[string]any{}
	}
	v := compute()
	in.memo[what] = v
	return v
}

// SharedIf is [Shared] of what may be undefined.
func SharedIf[T any](in *Input, what string, compute func() (T, bool)) (T, bool) {
	v := Shared(in, what, func() *T {
		if v, ok := compute(); ok {
			return &v
		}
		return nil
	})
	if v == nil {
		var none T
		return none, false
	}
	return *v, true
}

// Assigned is each image's prototype, [N].
func (in *Input) Assigned() []int {
	return Shared(in, "assigned", func() []int { return Assign(in.Scores) })
}

// Counts is the number of images of each prototype, [K].
func (in *Input) Counts() []int {
	return Shared(in, "counts", func() []int { return Counts(in.Assigned(), in.Effective.Rows) })
}
