// Package methods composes training methods and owns one training step.
//
// A method is an objective (package objective: targets and loss; objectives.go lists them), a
// learner (package learner: how the prototypes are learned), regularizers (package term), an
// embedding and observers. The objective consumes prototypes as a parameter or as a constant and
// does not know which learner feeds it: that is the point of the comparison. Here stand the
// embedding, the arm (a learner with its objective), the trainer with its step, presets and forms,
// and the checks of what makes no sense together. No part is known here by name but in presets and
// forms. Everything that takes longer than a step (epochs, evaluation, files) belongs to package
// harness.
package methods
