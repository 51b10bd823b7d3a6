package cell

import (
	"fmt"
	"runtime"

	"protobench/datasets"
	"protobench/internal/team"
)

// Need is what a cell holds at its peak, in bytes, before it is trained. Images come on top, which
// cells share.
type Need struct {
	Training int64 // weights, learners and the graphs with their buffers
	State    int64 // the copy of what training carries on, of which a checkpoint is made
	Scores   int64 // of the last measurement: scores, predictions and targets of all images with all prototypes
	Features int64 // of the last measurement: features, embeddings, and copies of the prototypes
}

// overhead is what a cell's arrays become in the process: the collector lets garbage grow to a tenth of
// what is in use, and metrics have room of their own. Measured: docs/limits.md.
const overhead = 1.15

// Total is the peak of a cell: while it is trained, and on top of that the larger of a checkpoint and
// the last measurement.
func (n Need) Total() int64 {
	return int64(overhead * float64(n.Training+max(n.State, n.Scores+n.Features)))
}

// Weigh is what a trainer of a job holds, and its state, in bytes, found by building one. It is for
// when nothing else runs.
func Weigh(j *Job, e Engine, data *datasets.Library) (bytes, state int64, err error) {
	set, b, err := batchesOf(data, j, nil)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if p := recover(); p != nil { // settings that fit no fewer prototypes
			bytes, state, err = 0, 0, fmt.Errorf("cannot be built: %v", p)
		}
	}()
	cfg := configOf(j, b, team.New(1))
	before := held()
	var made stateful
	switch j.Cell.Reference {
	case "untrained":
		made, err = e.Untrained(cfg)
	case "supervised":
		made, err = e.Supervised(cfg, set.Classes)
	default:
		made, err = e.Trainer(cfg)
	}
	if err != nil {
		return 0, 0, err
	}
	bytes = held() - before
	return max(0, bytes) + 4*int64(len(b.views)), sizeOf(tensors(made.State())), nil
}

// held is what the heap holds that is in use.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Measuring is what the last measurement holds besides the trainer.
func Measuring(j *Job) (n Need) {
	c := &j.Cell
	const bytes = 4 // of a float32
	train, dim := int64(c.Images.Train), int64(c.Encoder().Dim)
	features := int64(c.Encoder().Features())
	if c.Reference == "pixels" {
		in := c.Images.Shape
		features, dim = int64(in.Height*in.Width*in.Channels), 0
	}
	n.Features = bytes * train * (featureCopies*features + 2*dim)
	k := int64(c.Prototypes())
	if c.Reference != "" || k == 0 {
		return n
	}
	learners := int64(1 + len(c.Composition.Observers))
	n.Features += bytes * k * dim * (4*learners + 3)
	n.Scores = bytes * k * (scoreCopies*train + 2*min(train, certaintyImages))
	return n
}

// featureCopies is how many times features are held while probes are fitted: as they are and
// standardised, of both branches' splits, and what collecting them leaves behind.
const featureCopies = 6

// scoreCopies is how many times the scores of all images are held: as they are, and as metrics that
// rank or soften them have them.
const scoreCopies = 2
