package logistic

import (
	"math"
	"slices"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestCrossEntropyGradient(t *testing.T) {
	x, y := fixture.Blobs(1, 600, 3, 4, 1)
	f := newCrossEntropy(fixture.Threads(t), x, y, 3, 0.3)
	p := make([]float64, 3*4+3)
	for i := range p {
		p[i] = 0.5 * math.Sin(float64(3*i))
	}
	g, scratch := make([]float64, len(p)), make([]float64, len(p))
	f.value(p, g)
	for i := range p {
		q := slices.Clone(p)
		q[i] += 1e-2
		up := f.value(q, scratch)
		q[i] -= 2e-2
		fixture.Near(t, "gradient", g[i], (up-f.value(q, scratch))/2e-2, 1e-4)
	}
}

func TestCrossEntropyValue(t *testing.T) {
	x, y := fixture.Blobs(1, 600, 3, 4, 1)
	slices.Reverse(y[500:])
	p := make([]float64, 3*4+3)
	for i := range p {
		p[i] = 0.5 * math.Sin(float64(3*i))
	}
	var loss, square float64
	for i := range x.Rows {
		z := [3]float64{}
		for c := range z {
			z[c] = p[12+c]
			for j, v := range x.Row(i) {
				z[c] += p[4*c+j] * float64(v)
			}
		}
		loss += math.Log(math.Exp(z[0])+math.Exp(z[1])+math.Exp(z[2])) - z[y[i]]
	}
	for _, w := range p[:12] {
		square += w * w
	}
	got := newCrossEntropy(fixture.Threads(t), x, y, 3, 0.3).value(p, make([]float64, 15))
	fixture.Near(t, "objective", got, loss/600+0.15*square, 1e-6)
}

// Padding classes to whole vectors, blocks of rows and threads leave the objective as it is.
func TestCrossEntropyOfManyClasses(t *testing.T) {
	x, y := fixture.Blobs(7, 1100, 37, 6, 1)
	p := make([]float64, 37*7)
	for i := range p {
		p[i] = float64(i%11)/7 - 0.5
	}
	g, again := make([]float64, len(p)), make([]float64, len(p))
	value := newCrossEntropy(nil, x, y, 37, 0.1).value(p, g)
	fixture.Equal(t, "value by a team", newCrossEntropy(fixture.Threads(t), x, y, 37, 0.1).value(p, again), value)
	fixture.Equal(t, "gradient by a team", again, g)
	want, wantG := plainCrossEntropy(x, y, 37, 0.1, p)
	fixture.Near(t, "value", value, want, 1e-5)
	for i := range g {
		fixture.Near(t, "gradient", g[i], wantG[i], 1e-5)
	}
}

// plainCrossEntropy is the probe's objective and gradient in float64, written out.
func plainCrossEntropy(x matrix.Matrix, y []int, k int, l2 float64, p []float64) (value float64, g []float64) {
	g = make([]float64, len(p))
	n, d := float64(x.Rows), x.Cols
	for i := range x.Rows {
		z, sum := make([]float64, k), 0.0
		for c := range z {
			z[c] = p[k*d+c]
			for j, v := range x.Row(i) {
				z[c] += p[c*d+j] * float64(v)
			}
			sum += math.Exp(z[c])
		}
		value += (math.Log(sum) - z[y[i]]) / n
		for c := range z {
			r := math.Exp(z[c]) / sum / n
			if c == y[i] {
				r -= 1 / n
			}
			g[k*d+c] += r
			for j, v := range x.Row(i) {
				g[c*d+j] += r * float64(v)
			}
		}
	}
	for i, w := range p[:k*d] {
		value += l2 / 2 * w * w
		g[i] += l2 * w
	}
	return value, g
}

// The curvature is the gradient's slope along each parameter, a mean over the classes.
func TestCurvatureIsTheGradientsSlope(t *testing.T) {
	const k, d = 3, 4
	x, y := fixture.Blobs(1, 600, k, d, 1)
	p := make([]float64, k*d+k)
	for i := range p {
		p[i] = 0.5 * math.Sin(float64(3*i))
	}
	f := newCrossEntropy(nil, x, y, k, 0)
	features, biases := f.curvature(p)
	slope := func(i int) float64 {
		up, down := slices.Clone(p), slices.Clone(p)
		up[i] += 1e-3
		down[i] -= 1e-3
		_, gu := plainCrossEntropy(x, y, k, 0, up)
		_, gd := plainCrossEntropy(x, y, k, 0, down)
		return (gu[i] - gd[i]) / 2e-3
	}
	for j, v := range features {
		fixture.Near(t, "feature", v, (slope(j)+slope(d+j)+slope(2*d+j))/k, 1e-6)
	}
	fixture.Near(t, "bias", biases, (slope(k*d)+slope(k*d+1)+slope(k*d+2))/k, 1e-6)
	inverse := newCrossEntropy(nil, x, y, k, 0.3).inverse(p)
	for i, v := range inverse {
		if want := 1 / (biases + leastCurvature); i >= k*d {
			fixture.Near(t, "inverse of a bias", v, want, 1e-9)
			continue
		}
		fixture.Near(t, "inverse of a weight", v, 1/(features[i%d]+0.3+leastCurvature), 1e-9)
	}
	fixture.Equal(t, "parameters", len(inverse), len(p))
}
