package harness

import (
	"fmt"
	"runtime"

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

// largestBuilt is the number of prototypes up to which a trainer is built to see what it holds. That
// of more is found along a parabola through three smaller ones, as some terms have a row and a
// column for each.
const largestBuilt = 4096

// needer finds what cells need, once for those of one shape.
type needer struct {
	engine Engine
	data   *Library
	known  map[string]Need
}

func newNeeder(e Engine, data *Library) *needer {
	return &needer{engine: e, data: data, known: map[string]Need{}}
}

// of is the need of a job's cell.
func (x *needer) of(j *Job) (Need, error) {
	at := shape(&j.Cell)
	if n, ok := x.known[at]; ok {
		return n, nil
	}
	n, err := x.find(j)
	if err == nil {
		x.known[at] = n
	}
	return n, err
}

func (x *needer) find(j *Job) (n Need, err error) {
	n = measuring(j)
	if j.Cell.Reference == "pixels" {
		return n, nil
	}
	k := j.Cell.Prototypes()
	if k <= largestBuilt {
		n.Training, n.State, err = x.built(*j)
		return n, err
	}
	var at, states [3]int64
	for i := range at {
		if at[i], states[i], err = x.built(*j.fewer(i)); err != nil {
			return n, err
		}
	}
	const pairs = largestBuilt * largestBuilt
	n.Training, n.State = parabola(at, k, pairs), parabola(states, k, pairs)
	return n, nil
}

// fewer are the three numbers of prototypes that many are judged by, each double the one before.
func fewer(i int) int { return largestBuilt >> (2 - i) }

// fewer is the job with one of these numbers.
func (j Job) fewer(i int) *Job {
	j.Cell.Settings.MustSet("prototypes.count", fewer(i))
	return &j
}

// line is the value at k of the line through those at the two larger numbers, as far as a busy
// machine leaves it between no growth at all and growth with k alone.
func line(at [2]int64, k int) int64 {
	from, to := float64(fewer(1)), float64(fewer(2))
	value := float64(at[1]) + float64(float64(at[1]-at[0])/(to-from)*(float64(k)-to))
	return int64(min(max(value, float64(at[1])), float64(at[1])*float64(k)/to))
}

// parabola is the value at k of the parabola through those at the three numbers. Where what is
// square in it comes to less than some amount at the largest of them, that is taken for noise, and
// the line through the last two for the whole.
func parabola(at [3]int64, k int, noise int64) int64 {
	s, x := float64(fewer(0)), float64(k)
	first, second := float64(float64(at[1]-at[0])/s), float64(float64(at[2]-at[1])/float64(2*s)) // slopes between two of them
	bend := (second - first) / float64(3*s)
	if largest := float64(fewer(2)); bend*largest*largest < float64(noise) {
		return line([2]int64{at[1], at[2]}, k)
	}
	most := float64(at[2]) * (x / float64(fewer(2))) * (x / float64(fewer(2)))
	return int64(min(float64(at[0])+float64(first*(x-s))+float64(bend*(x-s)*(x-float64(2*s))), most))
}

// built is what a trainer of a job holds, and its state, found by building one.
func (x *needer) built(j Job) (bytes, state int64, err error) {
	set, b, err := x.data.batches(&j, nil)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if p := recover(); p != nil { // settings that fit no fewer prototypes
			bytes, state, err = 0, 0, fmt.Errorf("cannot be built: %v", p)
		}
	}()
	cfg := configOf(&j, b, team.New(1))
	before := held()
	var made stateful
	switch j.Cell.Reference {
	case "untrained":
		made, err = x.engine.Untrained(cfg)
	case "supervised":
		made, err = x.engine.Supervised(cfg, set.Classes)
	default:
		made, err = x.engine.Trainer(cfg)
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

// measuring is what the last measurement holds besides the trainer.
func measuring(j *Job) (n Need) {
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

// Needs finds what the cells of the jobs need, each shape once. It builds their trainers one after
// the other, so it is for when nothing else runs.
func Needs(jobs []Job, e Engine, data *Library) []Need {
	x, out := newNeeder(e, data), make([]Need, len(jobs))
	for i := range jobs {
		var err error
		if out[i], err = x.of(&jobs[i]); err != nil {
			out[i] = measuring(&jobs[i]) // it cannot be built, which its run will say
		}
	}
	return out
}
