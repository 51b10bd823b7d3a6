package film

import (
	"fmt"
	"math"

	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// Shot is where prototypes were after a number of steps.
type Shot struct {
	Step       int
	Prototypes matrix.Matrix // [K,D], K and D the same in all shots
}

// Film is a cell's prototypes over training, projected onto one plane.
type Film struct {
	Title string
	// Plane says what the plane is, as a sentence.
	Plane string

	frames []frame
	alone  []bool  // [K] whether no other prototype is near at the end
	reach  float64 // from the origin to what lies farthest out
	last   int     // step
}

// frame is a shot in the plane.
type frame struct {
	step   int
	points [][2]float64 // [K]
	unique int
}

// New projects shots, which ascend by step. It fails without any, and where prototypes have no two
// directions at either end of training.
func New(title string, shots []Shot) (*Film, error) {
	if len(shots) == 0 {
		return nil, fmt.Errorf("%s: no prototypes were measured; an arm without prototypes has no film", title)
	}
	first, last := shots[0].Prototypes, shots[len(shots)-1].Prototypes
	f := &Film{Title: title, Plane: "the plane of the first two principal components of the last prototypes", last: shots[len(shots)-1].Step}
	plane, ok := geometry.PlaneOf(last)
	if !ok {
		f.Plane = "the plane of the first two principal components of the first prototypes, as the last ones are all one"
		if plane, ok = geometry.PlaneOf(first); !ok {
			return nil, fmt.Errorf("%s: prototypes with fewer than two directions lie on no plane", title)
		}
	}
	f.Plane += fmt.Sprintf(" (%.0f %% of their variance)", 100*(plane.Explained[0]+plane.Explained[1]))
	for _, s := range shots {
		cover := uniqueness.Of(s.Prototypes, smallest())
		fr := frame{step: s.Step, points: plane.Of(s.Prototypes), unique: cover.Count()}
		for _, p := range fr.points {
			f.reach = max(f.reach, math.Abs(p[0]), math.Abs(p[1]))
		}
		f.frames, f.alone = append(f.frames, fr), aloneIn(cover.Owner)
	}
	return f, nil
}

// smallest is the cosine distance within which prototypes count as one.
func smallest() float64 { return uniqueness.Epsilons()[0] }

// aloneIn reports for each prototype of a cover whether no other one is in its group.
func aloneIn(owner []int) []bool {
	size := map[int]int{}
	for _, o := range owner {
		size[o]++
	}
	out := make([]bool, len(owner))
	for i, o := range owner {
		out[i] = o >= 0 && size[o] == 1
	}
	return out
}

// Caption says how to read the strip and the moving picture.
func (f *Film) Caption() string {
	return fmt.Sprintf("Prototypes of %s over training in one fixed plane: %s. Blue: apart from all others at the end. Orange: within cosine distance ε = %s of another one at the end. Lines lead from where they were in the panel before. "+
		"Panels stand at equal shares of the way that prototypes went in the plane; the number of unique prototypes is written in. Collapse is orange points that run together onto few places. Points that lie near each other in a plane need not in all dimensions.",
		f.Title, f.Plane, uniqueness.EpsilonText(smallest()))
}

// mostPanels is the number of panels of a strip.
const mostPanels = 6

// chosen are the frames of the strip: the first, the last, and those between at equal shares of the
// way that prototypes went in the plane.
func (f *Film) chosen() []int {
	way := make([]float64, len(f.frames))
	for i := 1; i < len(way); i++ {
		way[i] = way[i-1] + moved(f.frames[i-1], f.frames[i])
	}
	n := min(mostPanels, len(way))
	var out []int
	for k, i := 0, 0; k < n; k++ {
		share := 0.0
		if n > 1 {
			share = float64(k) / float64(n-1)
		}
		for i < len(way)-(n-k) && way[i] < share*way[len(way)-1] {
			i++
		}
		out = append(out, i)
		i++
	}
	if n > 1 {
		out[n-1] = len(way) - 1
	}
	return out
}

// moved is the mean distance in the plane between two frames.
func moved(a, b frame) float64 {
	var sum float64
	for i := range a.points {
		sum += math.Hypot(b.points[i][0]-a.points[i][0], b.points[i][1]-a.points[i][1])
	}
	return sum / float64(max(1, len(a.points)))
}

// stepText writes a step shortly.
func stepText(step int) string { return "step " + drawing.CountText(step) }
