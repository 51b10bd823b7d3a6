package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"

	"protobench/internal/tensorfile"
)

// Checkpoint is a cell's resumable state and the place in its logs where it was taken.
type Checkpoint struct {
	Step          int     // steps done
	Epoch         float64 // passes done, for people
	Steps, Epochs Mark    // of the logs then
	ResumedAt     []int   // steps at which the cell was resumed before
	State         []tensorfile.Tensor
	Extra         map[string]string // the caller's own, by key

	// PreviousStep and PreviousSum are the step and the checksum of the checkpoint before, which is
	// kept beside this one; 0 and "" for the first. WriteCheckpoint fills them in.
	PreviousStep int
	PreviousSum  string

	path string // where it was read from
}

const extraPrefix = "extra."

// WriteCheckpoint writes checkpoint.safetensors with a checksum; the one before is kept as
// checkpoint.previous.safetensors. At any moment one of the two stands whole. The marks have to
// come from the logs' Mark, which makes the lines before them durable first.
func (c *CellDir) WriteCheckpoint(cp Checkpoint) error {
	meta := map[string]string{
		"cell":          c.plan.Cell.Hash,
		"step":          strconv.Itoa(cp.Step),
		"epoch":         strconv.FormatFloat(cp.Epoch, 'g', -1, 64),
		"steps_offset":  strconv.FormatInt(cp.Steps.Bytes, 10),
		"steps_sha256":  cp.Steps.SHA256,
		"epochs_offset": strconv.FormatInt(cp.Epochs.Bytes, 10),
		"epochs_sha256": cp.Epochs.SHA256,
		"resumed":       strconv.Itoa(len(cp.ResumedAt)),
	}
	for i, s := range cp.ResumedAt {
		meta["resumed."+strconv.Itoa(i)] = strconv.Itoa(s)
	}
	for k, v := range cp.Extra {
		meta[extraPrefix+k] = v
	}
	if last := c.last; last.sum != "" {
		meta["previous_step"], meta["previous_sha256"] = strconv.Itoa(last.step), last.sum
	}
	sum, err := writeSealedTensors(c.CheckpointPath(), c.previousCheckpointPath(), &tensorfile.File{Metadata: meta, Tensors: cp.State})
	if err == nil {
		c.last = lineage{cp.Step, sum}
	}
	return err
}

// lineage names a checkpoint.
type lineage struct {
	step int
	sum  string
}

// Checkpoint reads the newest checkpoint; nil when there is none. What is no checkpoint of this
// cell, or has another checksum than when it was written, is *Damaged: set it aside and ask again,
// for the one before.
func (c *CellDir) Checkpoint() (*Checkpoint, error) {
	for _, path := range c.checkpoints() {
		cp, err := c.readCheckpoint(path)
		if err != nil || cp != nil {
			return cp, err
		}
	}
	return nil, nil
}

// checkpoints are the paths of both, the one with more steps first. One whose step cannot be read
// comes before others, to be found damaged.
func (c *CellDir) checkpoints() []string {
	newest, previous := c.CheckpointPath(), c.previousCheckpointPath()
	if stepOf(previous) > stepOf(newest) {
		return []string{previous, newest}
	}
	return []string{newest, previous}
}

// stepOf reads a checkpoint's step out of its header; 0 where there is no such file.
func stepOf(path string) int {
	facts, err := factsOf(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	step, bad := strconv.Atoi(fmt.Sprint(facts["step"]))
	if err != nil || bad != nil {
		return math.MaxInt
	}
	return step
}

// savedEpoch is the epoch of the newest checkpoint as its header has it; 0 where there is none.
func (c *CellDir) savedEpoch() float64 {
	facts, err := factsOf(c.CheckpointPath())
	if err != nil {
		return 0
	}
	epoch, err := strconv.ParseFloat(fmt.Sprint(facts["epoch"]), 64)
	if err != nil || !(epoch >= 0) || math.IsInf(epoch, 0) {
		return 0
	}
	return epoch
}

// factsOf are a checkpoint's metadata, unchecked.
func factsOf(path string) (map[string]any, error) {
	f, s, err := tensorfile.OpenStore(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := tensorfile.ScanSafetensors(path, s)
	if err != nil {
		return nil, err
	}
	return a.Facts, nil
}

func (c *CellDir) readCheckpoint(path string) (*Checkpoint, error) {
	f, err := tensorfile.ReadSafetensors(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, damage(path, err)
	}
	if err := checkTensorSeal(f); err != nil {
		return nil, damaged(path, "%w", err)
	}
	if got := f.Metadata["cell"]; got != c.plan.Cell.Hash {
		return nil, damaged(path, "belongs to cell %.8s, expected %.8s", got, c.plan.Cell.Hash)
	}
	cp, err := fromMetadata(f.Metadata)
	if err != nil {
		return nil, damaged(path, "metadata %w", err)
	}
	cp.State, cp.path = f.Tensors, path
	c.last = lineage{cp.Step, f.Metadata[tensorSum]}
	return cp, nil
}

// Damaged is the error of a checkpoint that was read, but that cannot be gone on from.
func (cp *Checkpoint) Damaged(why error) error { return damaged(cp.path, "%w", why) }

// RemoveCheckpoint deletes both checkpoints, which an ended cell no longer needs.
func (c *CellDir) RemoveCheckpoint() error {
	return errors.Join(remove(c.CheckpointPath()), remove(c.previousCheckpointPath()))
}

// HasCheckpoint reports whether there is a checkpoint to go on from.
func (c *CellDir) HasCheckpoint() bool {
	return exists(c.CheckpointPath()) || exists(c.previousCheckpointPath())
}

// CheckpointPath is where the newest checkpoint stands, for messages.
func (c *CellDir) CheckpointPath() string { return c.file("checkpoint.safetensors") }

func (c *CellDir) previousCheckpointPath() string { return c.file("checkpoint.previous.safetensors") }

func fromMetadata(meta map[string]string) (*Checkpoint, error) {
	var bad error
	read := func(key string) int64 {
		v, err := strconv.ParseInt(meta[key], 10, 64)
		if err != nil || v < 0 {
			bad = errors.Join(bad, fmt.Errorf("%s: %q is not a count", key, meta[key]))
		}
		return v
	}
	cp := &Checkpoint{
		Step:  int(read("step")),
		Steps: Mark{read("steps_offset"), meta["steps_sha256"]}, Epochs: Mark{read("epochs_offset"), meta["epochs_sha256"]},
		PreviousSum: meta["previous_sha256"],
	}
	if e, err := strconv.ParseFloat(meta["epoch"], 64); err == nil { // which older ones lack
		cp.Epoch = e
	}
	if cp.PreviousSum != "" {
		cp.PreviousStep = int(read("previous_step"))
	}
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
