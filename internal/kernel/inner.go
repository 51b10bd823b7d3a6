package kernel

import "protobench/internal/team"

// InnerProducts sets out [n,k] to those of the rows of z [n,d] and c [k,d]: z·cᵀ.
func InnerProducts(team *team.Team, out, z, c []float32, n, d, k int) {
	Gemm(team, false, true, n, k, d, z, d, c, d, out, k, false)
}
