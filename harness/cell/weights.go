package cell

import (
	"slices"
	"strings"

	"protobench/internal/tensorfile"
	"protobench/methods/part"
)

// ofEncoder tells the entries of a state that its features and embeddings come from: weights and
// batch-norm statistics of student and teacher, and what centres embeddings.
func ofEncoder(n part.Named) bool {
	return slices.ContainsFunc([]string{"student.", "teacher.", "embedding."}, func(p string) bool { return strings.HasPrefix(n.Name, p) })
}

// encoderOf is what a finished cell keeps of a state.
func encoderOf(state []part.Named) []tensorfile.Tensor {
	return exported(tensors(slices.DeleteFunc(state, func(n part.Named) bool { return !ofEncoder(n) })))
}

// loadEncoder gives a fresh trainer of a cell the encoder that the cell kept
// ([store.CellDir.Weights]): its features and embeddings are then those of the end. All else stays
// as it was. A missing, surplus or misshapen tensor is an error and changes nothing.
func loadEncoder(s stateful, f *tensorfile.File) error {
	return s.Load(append(slices.DeleteFunc(s.State(), ofEncoder), named(imported(f.Tensors))...))
}

// keep writes a trained encoder, where the sweep keeps them.
func (r *Run) keep(s stateful) error {
	if !r.with.KeepWeights {
		return nil
	}
	return r.dir.WriteWeights(encoderOf(s.State()))
}
