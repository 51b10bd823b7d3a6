// Package sinkhorn balances assignments: Sinkhorn-Knopp on probabilities, as SwAV and DINOv2 have
// it, and on logarithms, which loses no component to underflow.
package sinkhorn
