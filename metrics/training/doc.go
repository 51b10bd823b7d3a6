// Package training measures what only a training as a whole has: its loss (loss.go), how far the
// prototypes are from their start (displacement.go), the way that they took (motion.go), and how many
// images changed their prototype (changed.go).
package training
