// Package usage measures how images are shared out among prototypes: by the argmax of the scores
// (hard.go: used, dead, perplexity; live.go: which prototypes are in use), by a softmax of them
// (soft.go), and how sure the objective's own predictions and targets are (certainty.go), which
// tells a training with uniform predictions from a diverse one. Begin at hard.go.
//
// It does not compare prototypes with each other: duplicates that share images are seen by package
// uniqueness.
package usage
