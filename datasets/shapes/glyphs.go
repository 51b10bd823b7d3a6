package shapes

import (
	"math"
)

// glyph is the silhouette of one class: its signed distance (negative inside, at most the true
// distance near an edge) on coordinates where the glyph fills the disc of radius 1. Up is negative
// y.
type glyph struct {
	name     string
	distance func(x, y float64) float64
}

// Silhouette is what a class's copies show: one glyph, or two in turn.
type Silhouette [2]glyph

// Pair reports whether its copies differ.
func (s Silhouette) Pair() bool { return s[0].name != s[1].name }

// layout is the arrangement of a class's mode: a pair has none of a single copy.
func (s Silhouette) layout(mode int) int {
	if s.Pair() {
		return mode + 1
	}
	return mode
}

// Silhouettes returns the first n classes of the set "shapes" in label order: the glyphs, then pairs
// of glyphs ever further apart in their list, so that no glyph is in many more of them than others.
func Silhouettes(n int) []Silhouette {
	all := glyphs()
	var out []Silhouette
	for distance := 0; len(out) < n; distance++ {
		for i := 0; i < len(all) && len(out) < n; i++ {
			out = append(out, Silhouette{all[i], all[(i+distance)%len(all)]})
		}
	}
	return out
}

// glyphs returns the silhouettes of the set "shapes" in label order. Every glyph is its own mirror
// image about some axis or is drawn in both hands, so that a horizontal flip keeps the class. No
// trigonometry and no fused products: the pixels are the same on every processor.
func glyphs() []glyph {
	return []glyph{
		{"disc", func(x, y float64) float64 { return circle(x, y, 0.86) }},
		{"ring", ring},
		{"square", func(x, y float64) float64 { return box(x, y, 0.76, 0.76) }},
		{"frame", frame},
		{"triangle", triangle},
		{"star", star},
		{"cross", cross},
		{"crescent", crescent},
		{"arrow", arrow},
		{"tee", tee},
		{"aitch", aitch},
		{"comb", comb},
		{"lozenge", lozenge},
		{"hourglass", hourglass},
		{"bars", bars},
		{"dumbbell", dumbbell},
		{"chevron", chevron},
		{"target", target},
		{"asterisk", asterisk},
		{"grid", grid},
	}
}

func ring(x, y float64) float64 { return math.Abs(circle(x, y, 0.7)) - 0.19 }

func frame(x, y float64) float64 { return math.Abs(box(x, y, 0.62, 0.62)) - 0.17 }

func triangle(x, y float64) float64 {
	side := float64(0.8944*math.Abs(x)) - float64(0.4472*(y+0.95))
	return max(y-0.75, side)
}

// star is the pentagram: the points outside at most one of five half-planes.
func star(x, y float64) float64 {
	first, second := math.Inf(-1), math.Inf(-1)
	for _, n := range [5][2]float64{
		{0, 1}, {0.951057, 0.309017}, {0.587785, -0.809017}, {-0.587785, -0.809017}, {-0.951057, 0.309017},
	} {
		d := float64(n[0]*x) + float64(n[1]*y) - 0.36
		if d > first {
			first, second = d, first
		} else if d > second {
			second = d
		}
	}
	return second
}

func cross(x, y float64) float64 { return min(box(x, y, 0.92, 0.27), box(x, y, 0.27, 0.92)) }

func crescent(x, y float64) float64 {
	return max(circle(x, y, 0.9), -circle(x, y+0.5, 0.72))
}

func arrow(x, y float64) float64 {
	head := max(y+0.05, float64(0.7071*math.Abs(x))-float64(0.7071*(y+0.98)))
	return min(head, box(x, y-0.4, 0.22, 0.55))
}

func tee(x, y float64) float64 {
	return min(box(x, y+0.66, 0.8, 0.22), box(x, y-0.15, 0.22, 0.75))
}

func aitch(x, y float64) float64 {
	return min(box(math.Abs(x)-0.58, y, 0.2, 0.85), box(x, y, 0.6, 0.2))
}

// comb is a spine with three teeth.
func comb(x, y float64) float64 {
	teeth := min(box(x-0.1, math.Abs(y)-0.66, 0.66, 0.17), box(x-0.1, y, 0.66, 0.17))
	return min(teeth, box(x+0.58, y, 0.2, 0.83))
}

func lozenge(x, y float64) float64 {
	return float64(0.8944*math.Abs(x)) + float64(0.4472*math.Abs(y)) - 0.43
}

func hourglass(x, y float64) float64 {
	return max(math.Abs(y)-0.82, float64(0.7071*math.Abs(x))-float64(0.7071*math.Abs(y))-0.08)
}

func bars(x, y float64) float64 {
	return min(box(x, y, 0.82, 0.17), box(x, math.Abs(y)-0.66, 0.82, 0.17))
}

func dumbbell(x, y float64) float64 {
	return min(circle(math.Abs(x)-0.6, y, 0.39), box(x, y, 0.6, 0.13))
}

func chevron(x, y float64) float64 { return segment(math.Abs(x), y, 0, -0.55, 0.7, 0.5) - 0.21 }

func target(x, y float64) float64 {
	return min(math.Abs(circle(x, y, 0.78))-0.14, circle(x, y, 0.3))
}

// asterisk is three crossing strokes.
func asterisk(x, y float64) float64 {
	side := segment(math.Abs(x), math.Abs(y), 0, 0, 0.78, 0.45)
	return min(side, segment(x, math.Abs(y), 0, 0, 0, 0.9)) - 0.13
}

func grid(x, y float64) float64 {
	return min(box(math.Abs(x)-0.36, y, 0.14, 0.88), box(x, math.Abs(y)-0.36, 0.88, 0.14))
}

func circle(x, y, r float64) float64 { return math.Sqrt(float64(x*x)+float64(y*y)) - r }

// box is the largest of the distances to four edges: exact but for the rounding outside the
// corners.
func box(x, y, w, h float64) float64 { return max(math.Abs(x)-w, math.Abs(y)-h) }

// segment is the distance to the segment from (ax,ay) to (bx,by).
func segment(x, y, ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := (float64((x-ax)*dx) + float64((y-ay)*dy)) / (float64(dx*dx) + float64(dy*dy))
	t = min(1, max(0, t))
	return circle(x-ax-float64(t*dx), y-ay-float64(t*dy), 0)
}
