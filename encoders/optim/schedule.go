package optim

import "math"

// Schedule is a value over the steps of a run.
type Schedule interface{ At(step int) float64 }

// Cosine is a value over the steps of a run: a linear warm-up from Start whose last point already
// is Base, then half a cosine towards Final that the last step does not quite reach (as in DINO and
// SwAV).
type Cosine struct {
	Base, Final, Start float64
	Warmup, Total      int // steps
}

// At returns the value at a step.
func (c Cosine) At(step int) float64 {
	if step < c.Warmup {
		return linspace(c.Start, c.Base, c.Warmup, step)
	}
	t := float64(step-c.Warmup) / float64(max(1, c.Total-c.Warmup))
	return c.Final + float64(0.5*(c.Base-c.Final)*(1+math.Cos(math.Pi*min(1, t))))
}

// Line is a value that goes from Start to End over the steps of a run, in a straight line that the
// last step does not quite end.
type Line struct {
	Start, End float64
	Total      int // steps
}

// At returns the value at a step.
func (l Line) At(step int) float64 {
	return l.Start + float64((l.End-l.Start)*min(1, float64(step)/float64(max(1, l.Total))))
}

// Ramp is a value that rises from Start to End over Warmup points and stays there (the teacher
// temperature, per epoch).
type Ramp struct {
	Start, End float64
	Warmup     int
}

// At returns the value at a point.
func (l Ramp) At(i int) float64 {
	if i < l.Warmup {
		return linspace(l.Start, l.End, l.Warmup, i)
	}
	return l.End
}

func linspace(a, b float64, n, i int) float64 {
	if n <= 1 {
		return a
	}
	return a + (b-a)*float64(i)/float64(n-1)
}
