// Package optim holds what changes parameters: optimizers (SGD, Adam, LARS, clipping before any of
// them) and the schedules of a learning rate, a momentum or a temperature over a run. Begin with
// Optimizer and Cosine.
//
// It knows parameters and their gradients alone; which parameters of an arm learn at which rate is
// package methods/part's.
package optim
