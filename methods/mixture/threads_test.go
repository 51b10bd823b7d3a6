package mixture

import (
	"testing"

	"protobench/internal/team"
	"protobench/methods/internal/fixture"
)

func TestMixtureOnTeams(t *testing.T) {
	const n, k, d = 210, 301, 40
	z := fixture.Uniform(n*d, "z")
	fixture.OnTeams(t, func(team *team.Team) []float32 {
		m := New(fixture.Uniform(k*d, "mu"), k, d, "diagonal", 0.1, 1)
		m.Team = team
		m.Update(z, 1)
		m.Update(z, 0.5)
		return append([]float32{float32(m.LogLikelihood())}, m.work.r...)
	})
}
