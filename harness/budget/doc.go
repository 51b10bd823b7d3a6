// Package budget says what cells take before they are run, by building them and timing a few steps
// and a sample of their measurements, and keeps running cells within the memory and the time that
// there is. Begin with Estimate and Limits.
//
// How a cell is trained and measured is package cell's.
package budget
