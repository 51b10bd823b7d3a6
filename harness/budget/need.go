package budget

import (
	"protobench/datasets"
	"protobench/harness/cell"
)

// largestBuilt is the number of prototypes up to which a trainer is built to see what it holds. That
// of more is found along a parabola through three smaller ones, as some terms have a row and a
// column for each.
const largestBuilt = 4096

// needer finds what cells need, once for those of one shape.
type needer struct {
	engine cell.Engine
	data   *datasets.Library
	known  map[string]cell.Need
}

func newNeeder(e cell.Engine, data *datasets.Library) *needer {
	return &needer{engine: e, data: data, known: map[string]cell.Need{}}
}

// of is the need of a job's cell.
func (x *needer) of(j *cell.Job) (cell.Need, error) {
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

func (x *needer) find(j *cell.Job) (n cell.Need, err error) {
	n = cell.Measuring(j)
	if j.Cell.Reference == "pixels" {
		return n, nil
	}
	k := j.Cell.Prototypes()
	if k <= largestBuilt {
		n.Training, n.State, err = cell.Weigh(j, x.engine, x.data)
		return n, err
	}
	var at, states [3]int64
	for i := range at {
		if at[i], states[i], err = cell.Weigh(reduced(j, i), x.engine, x.data); err != nil {
			return n, err
		}
	}
	const pairs = largestBuilt * largestBuilt
	n.Training, n.State = parabola(at, k, pairs), parabola(states, k, pairs)
	return n, nil
}

// fewer are the three numbers of prototypes that many are judged by, each double the one before.
func fewer(i int) int { return largestBuilt >> (2 - i) }

// reduced is the job with one of these numbers.
func reduced(j *cell.Job, i int) *cell.Job {
	out := *j
	out.Cell.Settings.MustSet("prototypes.count", fewer(i))
	return &out
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

// Needs finds what the cells of the jobs need, each shape once. It builds their trainers one after
// the other, so it is for when nothing else runs.
func Needs(jobs []cell.Job, e cell.Engine, data *datasets.Library) []cell.Need {
	x, out := newNeeder(e, data), make([]cell.Need, len(jobs))
	for i := range jobs {
		var err error
		if out[i], err = x.of(&jobs[i]); err != nil {
			out[i] = cell.Measuring(&jobs[i]) // it cannot be built, which its run will say
		}
	}
	return out
}
