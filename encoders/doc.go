// Package encoders holds the networks: layers, backbones, projector, and the exponential moving
// average that makes a teacher. What changes their parameters is package encoders/optim's.
//
// A network ends in an embedding node; what is done with the embedding (prototypes, targets,
// losses) belongs to package methods. A layer is an operation of ours on gorgonia's graph whose
// work is done by internal/kernel; images are [N,H,W,C].
package encoders
