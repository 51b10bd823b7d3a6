// Package kernel is the floor of the house: matrix products, exponentials,
// softmax, reductions and fused updates on float32 slices.
//
// Every sum is taken in an order that depends on the shapes alone, never on
// the vector width or the number of threads. Nothing of ours may be imported
// here. Functions panic on wrong lengths: those are programmer errors.
package kernel
