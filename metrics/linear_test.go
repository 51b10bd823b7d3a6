package metrics

import (
	"math"
	"slices"
	"strings"
	"testing"

	"protobench/internal/team"
)

// blobs returns labelled rows around one centre per class, with correlated columns.
func blobs(seed uint64, n, classes, d int, spread float32) (Matrix, []int) {
	x, y := crowd(seed, n, classes, d, spread), make([]int, n)
	for i := range n {
		y[i] = i % classes
		for j := 1; j < d; j++ {
			x.Row(i)[j] += 0.8 * x.Row(i)[j-1]
		}
	}
	return x, y
}

// threads are two threads for the test's time.
func threads(t *testing.T) *team.Team {
	t.Helper()
	two := team.New(2)
	t.Cleanup(two.Close)
	return two
}

func TestCrossEntropyGradient(t *testing.T) {
	x, y := blobs(1, 600, 3, 4, 1)
	f := newCrossEntropy(threads(t), x, y, 3, 0.3)
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
		near(t, "gradient", g[i], (up-f.value(q, scratch))/2e-2, 1e-4)
	}
}

func TestCrossEntropyValue(t *testing.T) {
	x, y := blobs(1, 600, 3, 4, 1)
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
	got := newCrossEntropy(threads(t), x, y, 3, 0.3).value(p, make([]float64, 15))
	near(t, "objective", got, loss/600+0.15*square, 1e-6)
}

// BFGS maps the latest gradient change back onto the step that caused it.
func TestDirectionSatisfiesSecantEquation(t *testing.T) {
	o := newLBFGS(nil, make([]float64, 3), []float64{1, 2, 3})
	o.remember([]float64{1, 0, 1}, []float64{2, 1, 0})
	o.remember([]float64{0, 1, 2}, []float64{1, 1, 1})
	near(t, "scale", o.scale(), 3.0/6, 1e-12)
	o.g = []float64{1, 1, 1}
	o.direction()
	for i, want := range []float64{0, -1, -2} {
		near(t, "direction", o.d[i], want, 1e-12)
	}
	o.remember([]float64{1, 0, 0}, []float64{-1, 0, 0})
	equal(t, "pairs after negative curvature", len(o.s), 2)
}

func TestLineSearchMeetsWolfeConditions(t *testing.T) {
	for name, f := range map[string]func(x float64) (value, slope float64){
		"wave higher at 1": func(x float64) (float64, float64) {
			return -math.Sin(1.8 * math.Pi * x), -1.8 * math.Pi * math.Cos(1.8*math.Pi*x)
		},
		"wall before 1": func(x float64) (float64, float64) {
			over := math.Max(0, x-0.8)
			return -x + 20*over*over, -1 + 40*over
		},
		"far minimum":  func(x float64) (float64, float64) { return (x - 40) * (x - 40), 2 * (x - 40) },
		"near minimum": func(x float64) (float64, float64) { return (x - 0.001) * (x - 0.001), 2 * (x - 0.001) },
	} {
		v0, s0 := f(0)
		l := &line{x: make([]float64, 1), g: make([]float64, 1)}
		l.begin(func(x, g []float64) float64 {
			v, s := f(x[0])
			g[0] = s
			return v
		}, []float64{0}, []float64{1}, v0, s0)
		if !l.search() {
			t.Errorf("%s: nothing found", name)
			continue
		}
		if l.value > v0+wolfeDecrease*l.x[0]*s0 || l.value > v0 || math.Abs(l.slope) > wolfeCurvature*math.Abs(s0) {
			t.Errorf("%s: stopped at %g with value %g and slope %g", name, l.x[0], l.value, l.slope)
		}
	}
}

func TestMinimiseRosenbrock(t *testing.T) {
	f := func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	}
	x := []float64{-1.2, 1}
	end := minimise(f, x, []float64{1, 1}, limits{tolerance: 1e-9, iterations: 200})
	if !end.converged {
		t.Errorf("not converged: %+v", end)
	}
	near(t, "x", x[0], 1, 1e-6)
	near(t, "y", x[1], 1, 1e-6)
	capped := minimise(f, []float64{-1.2, 1}, []float64{1, 1}, limits{tolerance: 1e-9, iterations: 3})
	if capped.converged || capped.iterations != 3 {
		t.Errorf("the cap is not kept: %+v", capped)
	}
}

func TestRotationLeavesTheSolution(t *testing.T) {
	x, y := blobs(2, 400, 4, 9, 0.8)
	turned, plain := prepare(nil, x, y, 4), prepare(nil, x, y, 4)
	exact := limits{tolerance: fitTolerance, iterations: fitIterations}
	plain.turn = unrotated(9)
	plain.x = plain.scaler.apply(x)
	a, b := turned.start(), plain.start()
	ea := turned.fit(turned.x, turned.y, a, 1e-2, exact)
	eb := plain.fit(plain.x, plain.y, b, 1e-2, exact)
	ma, mb := turned.model(a, ea), plain.model(b, eb)
	near(t, "objective", ea.value, eb.value, 1e-6)
	for j, want := range turned.turn.meanSquare {
		var s float64
		for i := range turned.x.Rows {
			s += float64(turned.x.Row(i)[j]) * float64(turned.x.Row(i)[j]) / 400
		}
		near(t, "mean square", s, want, 1e-4)
	}
	for i := range ma.Coef {
		near(t, "coefficient", ma.Coef[i], mb.Coef[i], 2e-3)
	}
}

func TestLinearSeparatesAndRepeats(t *testing.T) {
	x, y := blobs(3, 500, 5, 12, 0.9)
	tx, ty := x.Pick(slices.Repeat([]int{0, 3, 6, 9, 12, 101}, 3)), []int(nil)
	for _, i := range slices.Repeat([]int{0, 3, 6, 9, 12, 101}, 3) {
		ty = append(ty, y[i])
	}
	a := Linear(nil, x, y, tx, ty, LinearOptions{Classes: 5, Seed: 7})
	equal(t, "bits with a team", a, Linear(threads(t), x, y, tx, ty, LinearOptions{Classes: 5, Seed: 7}))
	if a.Undefined != "" || a.Accuracy < 0.9 || len(a.HeldOut) != 9 {
		t.Errorf("accuracy %g, hold-out %v, %q", a.Accuracy, a.HeldOut, a.Undefined)
	}
	easyX, easyY := blobs(5, 200, 3, 8, 0.1)
	easy := Linear(nil, easyX, easyY, easyX, easyY, LinearOptions{Classes: 3})
	equal(t, "the strongest of equals", []float64{easy.L2, easy.HeldOut[8]}, []float64{1e2, 1})
	at := slices.Index(a.Grid, a.L2)
	if at != slices.Index(a.HeldOut, slices.Max(a.HeldOut)) {
		t.Errorf("L2 %g is not the strongest of the best in %v", a.L2, a.HeldOut)
	}
}

func TestLinearGridOrderDoesNotMatter(t *testing.T) {
	x, y := blobs(3, 200, 4, 6, 1.5)
	a := Linear(nil, x, y, x, y, LinearOptions{Classes: 4, L2: []float64{1e-3, 1, 1e-1}})
	b := Linear(nil, x, y, x, y, LinearOptions{Classes: 4, L2: []float64{1, 1e-1, 1e-3}})
	equal(t, "result", a, b)
	equal(t, "grid", a.Grid, []float64{1, 1e-1, 1e-3})
}

func TestLinearWithAbsentClasses(t *testing.T) {
	x, y := blobs(4, 60, 2, 5, 0.5)
	for i := range y {
		y[i] = 1 + 2*y[i] // classes 1 and 3 of 0..4
	}
	r := Linear(nil, x, y, x, y, LinearOptions{Classes: 5})
	equal(t, "present", r.Model.Present, []int{1, 3})
	if r.Accuracy < 0.9 || slices.Contains(r.Predictions, 0) {
		t.Errorf("accuracy %g, predictions %v", r.Accuracy, r.Predictions)
	}
	p := r.Model.Probabilities(x)
	for i := range p.Rows {
		near(t, "sum", float64(p.Row(i)[1]+p.Row(i)[3]), 1, 1e-6)
		near(t, "absent", float64(p.Row(i)[0]+p.Row(i)[2]+p.Row(i)[4]), 0, 0)
	}
}

func TestLinearDegenerate(t *testing.T) {
	x := RandomUnit(1, 6, 3)
	one := Linear(nil, x, []int{2, 2, 2, 2, 2, 2}, x, []int{2, 2, 2, 0, 0, 0}, LinearOptions{Classes: 3})
	near(t, "one class", one.Accuracy, 0.5, 0)
	flat := Linear(nil, NewMatrix(6, 3), []int{0, 1, 1, 1, 1, 0}, NewMatrix(3, 3), []int{0, 1, 1}, LinearOptions{Classes: 2})
	equal(t, "collapsed features give the majority", flat.Predictions, []int{1, 1, 1})
	lone := Linear(nil, x.Pick([]int{0, 1}), []int{0, 1}, x, []int{0, 1, 0, 1, 0, 1}, LinearOptions{Classes: 2})
	if len(lone.Warnings) == 0 || !strings.Contains(lone.Warnings[0], "no class has two training rows") {
		t.Errorf("warnings %q", lone.Warnings)
	}
}

func TestHoldOutIsStratified(t *testing.T) {
	y := append(append(slices.Repeat([]int{0}, 8), 1, 1, 2), slices.Repeat([]int{3}, 50)...)
	fit, held := holdOut(y, 4, 1)
	equal(t, "held per class", Counts(pickInts(y, held), 4), []int{2, 1, 0, 10})
	all := slices.Sorted(slices.Values(append(slices.Clone(fit), held...)))
	for i, v := range all {
		if v != i {
			t.Fatalf("row %d is missing or double", i)
		}
	}
	_, again := holdOut(y, 4, 1)
	equal(t, "same seed", held, again)
	_, other := holdOut(y, 4, 2)
	if slices.Equal(held, other) {
		t.Error("two seeds hold the same rows out")
	}
}

func TestScalerOfConstantColumn(t *testing.T) {
	x := MatrixOf(4, 2, []float32{0.1, 1, 0.1, 3, 0.1, 1, 0.1, 3})
	s := scalerOf(x)
	equal(t, "scale", s.scale, []float64{1, 1})
	equal(t, "columns", s.apply(x).Row(0)[1], float32(-1))
}

// plainCrossEntropy is the probe's objective and gradient in float64, written out.
func plainCrossEntropy(x Matrix, y []int, k int, l2 float64, p []float64) (value float64, g []float64) {
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
