// Package features says what features that anyone exported are worth: k-NN and linear probes of
// them with intervals over test images, and what they are like without labels. Begin with Probe;
// Read finds features and labels in a file by what arrays are called, Labelled.Split holds a part of
// one set out.
//
// The probes themselves are package metrics/probe's, the same that a run is measured by.
package features
