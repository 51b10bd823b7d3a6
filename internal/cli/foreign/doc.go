// Package foreign has the verbs on what others trained: audit judges their prototypes and logs, probe
// measures their features. Begin with Audit and Probe.
//
// Verdicts and measurements are package audit's and package features'; this is what of them a
// terminal shows.
package foreign
