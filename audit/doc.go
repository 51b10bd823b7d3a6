// Package audit judges prototypes that were trained anywhere: it opens what PyTorch, NumPy and
// safetensors write, finds the prototypes in it, measures them with package metrics, and says in
// words what is wrong with them, by rules whose thresholds are stated.
//
// Where a project keeps its prototypes is one line of the table in layouts.go; a rule of the
// verdict stands in rules.go with what it rests on. Nothing is trained or fetched here, nothing
// that a file asks for is run, and of a file no more is read than its table of contents and the
// tensors that are judged. Pages and figures are package reports/verdicts'.
package audit
