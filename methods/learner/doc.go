// Package learner has the ways in which prototypes are learned, one file each, and what they share:
// the prototypes and the record of how they moved, the step as a learner sees it, assignments,
// k-means, memories of past embeddings, re-seeding and schedules.
//
// A learner is declared in its own file (name, doc, source, settings, what it reads and refuses,
// constructor) and listed in [Declarations]. It gets embeddings and prototypes and does not know
// the objective that the prototypes serve, but for [Host]. Learners that belong to one objective
// stand beside that, in a folder of objective. Losses of the encoder and graphs may not enter.
package learner
