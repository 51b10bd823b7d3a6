// Command gen writes the kernels' Go assembly. It is a module of its own, so that
// the product's module graph stays lean: run it with `make generate`.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	for groups := 1; groups <= 3; groups++ {
		tileAVX512(groups)
	}
	tileAVX2(4)
	tileAVX2(6)
	transpose()
	packRows()
	colSums()
	for _, relu := range []bool{false, true} {
		affine(relu, false)
		normSums(relu)
		normApply(relu, false)
	}
	affine(true, true)
	normApply(true, true)
	Generate()
}
