package store

import "protobench/internal/tensorfile"

func (c *CellDir) weightsPath() string { return c.file(weightsFile) }

// WriteWeights writes final.safetensors: the encoder of a finished cell, "student.…" and
// "teacher.…" with their batch-norm statistics, in PyTorch's layouts, and "embedding.…", the mean
// that centres embeddings. Rows of one network have a student alone.
func (c *CellDir) WriteWeights(tensors []tensorfile.Tensor) error {
	meta := map[string]string{"cell": c.plan.Cell.Hash, "method": c.plan.Cell.Method}
	return tensorfile.WriteSafetensors(c.weightsPath(), &tensorfile.File{Metadata: meta, Tensors: tensors})
}

// Weights reads final.safetensors; nil when there is none, as for the row of pixels, for cells that
// diverged and for sweeps with [store] weights = false.
func (c *CellDir) Weights() (*tensorfile.File, error) {
	f, err := c.readTensors(weightsFile)
	if f == nil || err != nil {
		return nil, err
	}
	if got := f.Metadata["cell"]; got != c.plan.Cell.Hash {
		return nil, damaged(c.weightsPath(), "belongs to cell %.8s, expected %.8s; remove it, or put the file of this cell there", got, c.plan.Cell.Hash)
	}
	return f, nil
}
