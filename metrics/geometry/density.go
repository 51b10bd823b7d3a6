package geometry

import (
	"math"
	"slices"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// AngularKappa is a concentration that suits a few hundred prototypes: a kernel about
// 0.2 radians wide. One value for all panels keeps them comparable.
const AngularKappa = 25

// AngularDensity estimates the density of angles (radians) at n evenly spaced points
// from -π (included) to π (excluded), with a von Mises kernel of concentration
// kappa > 0; it integrates to 1 over the circle. Evenly spread directions give
// 1/(2π) ≈ 0.159 everywhere, collapse gives peaks. Undefined (false) without
// angles or without grid points.
func AngularDensity(angles []float64, n int, kappa float64) ([]float64, bool) {
	if len(angles) == 0 || n < 1 || !(kappa > 0) {
		return nil, false
	}
	scale := 1 / (vonMisesNorm(kappa) * float64(len(angles)))
	out := make([]float64, n)
	for g := range out {
		at := -math.Pi + 2*math.Pi*float64(g)/float64(n)
		var sum float64
		for _, a := range angles {
			sum += math.Exp(kappa * (math.Cos(at-a) - 1))
		}
		out[g] = sum * scale
	}
	return out, true
}

// vonMisesNorm is the integral of exp(kappa·(cos x - 1)) over the circle, that is
// 2π·I0(kappa)·exp(-kappa). The trapezoid rule is exact to rounding for a smooth
// periodic function once its peak, about 1/√kappa wide, is resolved.
func vonMisesNorm(kappa float64) float64 {
	n := 64 + 16*int(math.Ceil(math.Sqrt(kappa)))
	var sum float64
	for i := range n {
		sum += math.Exp(kappa * (math.Cos(2*math.Pi*float64(i)/float64(n)) - 1))
	}
	return 2 * math.Pi * sum / float64(n)
}

// PlaneDensity estimates the density of points at the centres of n×n cells that tile
// [-extent,extent]², with a Gaussian kernel of standard deviation h > 0; row-major,
// first row at the lowest second coordinate. It is the heat map over Project2D's
// circle. Undefined (false) without points or cells.
func PlaneDensity(points [][2]float64, n int, extent, h float64) ([]float64, bool) {
	if len(points) == 0 || n < 1 || !(h > 0) || !(extent > 0) {
		return nil, false
	}
	out := make([]float64, n*n)
	kx, ky := make([]float64, n), make([]float64, n)
	for _, p := range points {
		gaussian(kx, p[0], extent, h)
		gaussian(ky, p[1], extent, h)
		for i, y := range ky {
			for j, x := range kx {
				out[i*n+j] += float64(x*y) / float64(len(points))
			}
		}
	}
	return out, true
}

// gaussian evaluates one dimension of the kernel around at on the cells' centres.
func gaussian(dst []float64, at, extent, h float64) {
	step := 2 * extent / float64(len(dst))
	for i := range dst {
		z := (-extent + float64((float64(i)+0.5)*step) - at) / h
		dst[i] = math.Exp(-0.5*z*z) / (h * math.Sqrt(2*math.Pi))
	}
}

// angularPoints is the number of angles at which the density's peak is looked for.
const angularPoints = 360

// AngularPeak is the largest value of the [AngularDensity] of the prototypes p [K,D] projected to
// the circle ([Project2D]), as a multiple of the even density 1/(2π): 1 for evenly spread angles,
// near 12.5 when all are one. Undefined (false) where the projection is.
func AngularPeak(p matrix.Matrix) (float64, bool) {
	projected, ok := Project2D(p)
	if !ok {
		return 0, false
	}
	density, ok := AngularDensity(projected.Angles, angularPoints, AngularKappa)
	if !ok {
		return 0, false
	}
	return 2 * math.Pi * slices.Max(density), true
}

// AngularSpecs declares the peak of the angular density.
func AngularSpecs() []metric.Spec {
	const undefined = "no prototype has a place on the circle of two principal components"
	return []metric.Spec{{
		Key: "angular_peak.prototypes", Of: metric.OfPrototypes, Unit: metric.Ratio, Better: metric.Lower, Geometric: true, Tables: []metric.Table{metric.GeometryTable}, Undefined: undefined,
		Doc:    "peak of the density of the prototypes' angles on the circle of their two principal components, as a multiple of the even density (4,096 prototypes at even distances where there are more)",
		Source: "Arteaga et al. 2025, figure 1", Formula: "2π max_φ mean_k exp(κ (cos(φ − φ_k) − 1)) / (2π I_0(κ) e^−κ), κ = 25",
		Collapse: "high where few directions have the mass, 12.5 when all have one; near 1 when they are spread evenly",
		Column:   "**angular_peak.prototypes**: peak of the density of the prototypes' angles in the circle figure, as a multiple of the even density.",
		Value:    metric.DefinedBy(func(in *metric.Input) (float64, bool) { return AngularPeak(in.Effective.Spread(metric.PairRows)) }, undefined),
	}}
}
