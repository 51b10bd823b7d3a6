package mixture

import (
	"fmt"
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

// BenchmarkMixtureUpdate times one online EM update of the size: 512 components, 128
// dimensions, both views of 128 images.
func BenchmarkMixtureUpdate(b *testing.B) {
	for _, cov := range []string{"shared", "spherical", "diagonal"} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", cov, threads), func(b *testing.B) {
				const k, d, n = 512, 128, 256
				team := team.New(threads)
				defer team.Close()
				m := New(fixture.RandomUnit(1, k, d), k, d, cov, 1/float64(d), 1)
				m.Team, m.VarMin = team, 1/float64(4*d)
				h := fixture.Clusters(n, 100, d, 0.05)
				for b.Loop() {
					m.Update(h, 1)
				}
			})
		}
	}
}
