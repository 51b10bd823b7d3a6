// Command gen writes the kernels' Go assembly. It is a module of its own, so that
// the product's module graph stays lean: run it with `make generate`.
package main

import (
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	for groups := 1; groups <= 3; groups++ {
		for halves := 1; halves <= 2; halves++ {
			tileAVX512(groups, halves)
		}
	}
	stripAVX512(1)
	stripAVX512(2)
	tileAVX2(4)
	tileAVX2(6)
	transpose()
	packRows()
	packTiles()
	colTotals()
	for _, images := range []bool{false, true} {
		colSums(images)
	}
	for _, relu := range []bool{false, true} {
		affine(relu, false)
	}
	affine(true, true)
	for _, by := range []masking{unmasked, byOutput, byInput} {
		normSums(by, false)
		normSums(by, true)
		normApply(by)
	}
	winogradInput()
	winogradOutput()
	winogradSpread()
	winogradWeights()
	winogradGradient()
	winogradLarge()
	peakAVX512()
	peakAVX2()
	bf16()
	lanes()
	colours()
	views()
	Generate()
	if err := encode(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// lanes emits the kernels over flat arrays and rows.
func lanes() {
	combine()
	scale()
	relu()
	maskReLU()
	softmaxGrad()
	for _, u := range []unit{avx2, avx512} {
		expSum(u, false)
		expSum(u, true)
		residuals(u)
		gelu(u)
		geluGrad(u)
		geluBoth(u)
	}
	largest()
	sum()
	squares()
	dot()
	decayed()
	weighted()
	rescale()
	addWide()
	timesLog()
	axpyWide()
	dotWide()
	momentum(false)
	momentum(true)
	adam()
	layerNorm()
	layerNormSums()
	layerNormGrad()
}
