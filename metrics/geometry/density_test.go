package geometry

import (
	"math"
	"testing"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestAngularPeak(t *testing.T) {
	value := fixture.MustOK[float64](t, "peak")
	ring := matrix.New(720, 2)
	for i := range ring.Rows {
		s, c := math.Sincos(2 * math.Pi * float64(i) / 720)
		ring.Row(i)[0], ring.Row(i)[1] = float32(c), float32(s)
	}
	fixture.Near(t, "even", value(AngularPeak(ring)), 1, 1e-6)
	two := matrix.Of(3, 2, []float32{1, 0, 1, 0, -1, 0}) // two thirds one way: 2/3 of the kernel's peak
	fixture.Near(t, "two ways", value(AngularPeak(two)), 2*12.4703/3, 1e-3)
	if _, ok := AngularPeak(matrix.RandomUnit(1, 1, 4)); ok {
		t.Error("one prototype has an angle")
	}
}

func TestAngularDensity(t *testing.T) {
	even := make([]float64, 360)
	for i := range even {
		even[i] = 2 * math.Pi * float64(i) / 360
	}
	for _, kappa := range []float64{1, AngularKappa, 400} {
		flat, _ := AngularDensity(even, 50, kappa)
		peak, _ := AngularDensity([]float64{math.Pi}, 2000, kappa)
		var sum float64
		for _, y := range peak {
			sum += y * 2 * math.Pi / 2000
		}
		fixture.Near(t, "integral", sum, 1, 1e-9)
		fixture.Near(t, "flat", flat[17], 1/(2*math.Pi), 1e-6)
		if !(peak[0] >= peak[1] && peak[0] >= peak[1000]) {
			t.Error("the peak is not at -π")
		}
	}
	skewed, _ := AngularDensity([]float64{1, 1, -2}, 8, 4) // at -π, -3π/4 … 3π/4
	for g, y := range skewed {
		at := float64(g-4) * math.Pi / 4
		want := 2*math.Exp(4*math.Cos(at-1)) + math.Exp(4*math.Cos(at+2))
		fixture.Near(t, "density", y, want/(3*2*math.Pi*11.30192195213633), 1e-9) // I0(4)
	}
	one, _ := AngularDensity(even, 1, 1)
	fixture.Near(t, "at one point", one[0], 1/(2*math.Pi), 1e-6)
	for _, bad := range []struct {
		angles []float64
		n      int
		kappa  float64
	}{{nil, 5, 1}, {even, 0, 1}, {even, 5, 0}, {even, 5, math.NaN()}} {
		if _, ok := AngularDensity(bad.angles, bad.n, bad.kappa); ok {
			t.Errorf("density is defined for n %d, kappa %g", bad.n, bad.kappa)
		}
	}
}

func TestPlaneDensity(t *testing.T) {
	const n, extent = 40, 2.0
	got, _ := PlaneDensity([][2]float64{{1, 0}, {0, -1}}, n, extent, 0.15)
	var sum float64
	top := 0
	for i, y := range got {
		sum += y * (2 * extent / n) * (2 * extent / n)
		if y > got[top] {
			top = i
		}
	}
	fixture.Near(t, "integral", sum, 1, 1e-6)
	fixture.Equal(t, "first peak", []int{top / n, top % n}, []int{9, 19})
	one, _ := PlaneDensity([][2]float64{{0.3, -0.4}, {0, 0.2}}, 1, 1, 0.5)
	want := (math.Exp(-0.5) + math.Exp(-0.08)) / 2 / (2 * math.Pi * 0.25)
	fixture.Near(t, "one cell", one[0], want, 1e-12)
	for name, b := range map[string]struct {
		n         int
		extent, h float64
	}{"no cells": {0, 1, 1}, "no extent": {3, 0, 1}, "no width": {3, 1, 0}} {
		if _, ok := PlaneDensity([][2]float64{{0, 0}}, b.n, b.extent, b.h); ok {
			t.Errorf("%s: density is defined", name)
		}
	}
	if _, ok := PlaneDensity(nil, n, extent, 0.1); ok {
		t.Error("density without points is defined")
	}
}
