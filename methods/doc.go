// Package methods composes training methods and owns one training step.
//
// A method is an objective (targets and loss), a learner (how the prototypes are learned), regularizers, an
// embedding and observers. The objective consumes prototypes as a parameter or as a constant and does not
// know which learner feeds it: that is the point of the comparison. Everything that takes longer than a step
// (epochs, evaluation, files) belongs to package harness.
package methods
