package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"protobench/internal/tensorfile"
)

// Checkpoint is a cell's resumable state and the place in its logs where it was taken.
type Checkpoint struct {
	Step         int   // steps done
	StepsOffset  int64 // length of steps.jsonl then, bytes
	EpochsOffset int64 // length of epochs.jsonl then, bytes
	ResumedAt    []int // steps at which the cell was resumed before
	State        []tensorfile.Tensor
	Extra        map[string]string // the caller's own, by key
}

// Unusable is the error of a checkpoint that no run can go on from, for what is in it or in the
// logs it belongs to. Trying again gives the same. Errors of the disk, which may pass, are not of
// this type.
type Unusable struct{ Err error }

// Error names the file at fault.
func (u *Unusable) Error() string { return u.Err.Error() }

// Unwrap returns the cause.
func (u *Unusable) Unwrap() error { return u.Err }

func unusable(format string, a ...any) error { return &Unusable{fmt.Errorf(format, a...)} }

const extraPrefix = "extra."

// WriteCheckpoint replaces checkpoint.safetensors atomically. The offsets have to come
// from the logs' Offset, which makes the lines before them durable first.
func (c *CellDir) WriteCheckpoint(cp Checkpoint) error {
	meta := map[string]string{
		"cell":          c.plan.Cell.Hash,
		"step":          strconv.Itoa(cp.Step),
		"steps_offset":  strconv.FormatInt(cp.StepsOffset, 10),
		"epochs_offset": strconv.FormatInt(cp.EpochsOffset, 10),
		"resumed":       strconv.Itoa(len(cp.ResumedAt)),
	}
	for i, s := range cp.ResumedAt {
		meta["resumed."+strconv.Itoa(i)] = strconv.Itoa(s)
	}
	for k, v := range cp.Extra {
		meta[extraPrefix+k] = v
	}
	return tensorfile.WriteSafetensors(c.CheckpointPath(), &tensorfile.File{Metadata: meta, Tensors: cp.State})
}

// Checkpoint reads checkpoint.safetensors; nil when there is none. What is no checkpoint of this
// cell is *Unusable.
func (c *CellDir) Checkpoint() (*Checkpoint, error) {
	path := c.CheckpointPath()
	f, err := tensorfile.ReadSafetensors(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var disk *fs.PathError
	switch {
	case errors.As(err, &disk):
		return nil, err
	case err != nil:
		return nil, &Unusable{err}
	}
	if got := f.Metadata["cell"]; got != c.plan.Cell.Hash {
		return nil, unusable("%s: belongs to cell %.8s, expected %.8s", path, got, c.plan.Cell.Hash)
	}
	cp, err := fromMetadata(f.Metadata)
	if err != nil {
		return nil, unusable("%s: metadata %w", path, err)
	}
	cp.State = f.Tensors
	return cp, nil
}

// RemoveCheckpoint deletes checkpoint.safetensors, which an ended cell no longer needs.
func (c *CellDir) RemoveCheckpoint() error { return remove(c.CheckpointPath()) }

// CheckpointPath is where the checkpoint stands, for messages.
func (c *CellDir) CheckpointPath() string { return c.file("checkpoint.safetensors") }

// SetCheckpointAside renames an unusable checkpoint, so that the next run starts from step 0 and
// nothing is lost. It returns the new path.
func (c *CellDir) SetCheckpointAside() (string, error) {
	return c.setAside("checkpoint.safetensors", "checkpoint.unusable.safetensors")
}

func fromMetadata(meta map[string]string) (*Checkpoint, error) {
	var bad error
	read := func(key string) int64 {
		v, err := strconv.ParseInt(meta[key], 10, 64)
		if err != nil || v < 0 {
			bad = errors.Join(bad, fmt.Errorf("%s: %q is not a count", key, meta[key]))
		}
		return v
	}
	cp := &Checkpoint{Step: int(read("step")), StepsOffset: read("steps_offset"), EpochsOffset: read("epochs_offset")}
	// The length is bounded by the entries, so a wild count cannot ask for memory.
	for i := int64(0); i < read("resumed") && bad == nil; i++ {
		cp.ResumedAt = append(cp.ResumedAt, int(read("resumed."+strconv.FormatInt(i, 10))))
	}
	for k, v := range meta {
		if len(k) > len(extraPrefix) && k[:len(extraPrefix)] == extraPrefix {
			if cp.Extra == nil {
				cp.Extra = map[string]string{}
			}
			cp.Extra[k[len(extraPrefix):]] = v
		}
	}
	return cp, bad
}
