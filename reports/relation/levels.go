package relation

import (
	"protobench/stats"
)

// Level is the correlation of two metrics at one level.
type Level struct {
	Name   string
	Groups int // that deviations are taken within; 0 for values as they are
	stats.Correlation
}

// Levels correlates at each level, from all cells down to the seeds of one arm.
func Levels(points []Point) []Level {
	means := armMeans(points)
	return []Level{
		level("all cells", points, nil),
		level("between arms", means, nil),
		level("arms of one objective and sweep", means, groups(means, Point.family)),
		level("within arms, seed to seed", points, groups(points, Point.arm)),
	}
}

// armMeans has a point for each arm, the mean over its seeds.
func armMeans(points []Point) []Point {
	var out []Point
	for _, group := range groups(points, Point.arm) {
		m := points[group[0]]
		m.X, m.Y = meanOf(points, group)
		out = append(out, m)
	}
	return out
}

func meanOf(points []Point, group []int) (x, y float64) {
	xs, ys := make([]float64, len(group)), make([]float64, len(group))
	for i, at := range group {
		xs[i], ys[i] = points[at].X, points[at].Y
	}
	return stats.Mean(xs), stats.Mean(ys)
}

// level correlates values, or their deviations from the means of groups. Groups of one say nothing
// and are left out.
func level(name string, points []Point, within [][]int) Level {
	var x, y []float64
	if within == nil {
		for _, p := range points {
			x, y = append(x, p.X), append(y, p.Y)
		}
		return Level{Name: name, Correlation: stats.Spearman(x, y, 0)}
	}
	l := Level{Name: name}
	for _, group := range within {
		if len(group) < 2 {
			continue
		}
		l.Groups++
		mx, my := meanOf(points, group)
		for _, at := range group {
			x, y = append(x, points[at].X-mx), append(y, points[at].Y-my)
		}
	}
	l.Correlation = stats.Spearman(x, y, max(0, l.Groups-1))
	return l
}

// Says is the level's verdict by one rule: the side on which its whole interval lies.
func (l Level) Says() string {
	switch {
	case l.Low > 0:
		return "rise together"
	case l.High < 0:
		return "one rises, one falls"
	case l.Low <= 0 && l.High >= 0:
		return "undecided"
	}
	return "too few"
}

// Reversed reports whether two levels contradict each other, each with its whole interval: Simpson's
// paradox.
func Reversed(levels []Level) bool {
	up, down := false, false
	for _, l := range levels {
		up, down = up || l.Low > 0, down || l.High < 0
	}
	return up && down
}
