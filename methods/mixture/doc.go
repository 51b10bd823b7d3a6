// Package mixture is the Gaussian mixture of Arteaga et al. 2025 as numerics alone: the E-step
// (estep.go), the M-step (mstep.go), their recursion over batches (mixture.go) and what re-seeding
// needs (components.go), to be read beside the paper.
//
// It knows matrices of embeddings and nothing of encoders, learners or settings: those stand in
// methods/learner/gmm.go.
package mixture
