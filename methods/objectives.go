package methods

import (
	"sync"

	"protobench/methods/objective"
	"protobench/methods/objective/clustering"
	"protobench/methods/objective/distillation"
	"protobench/methods/objective/prototypefree"
)

// objectives are all there are, a line each, in the order of tables. They are made once, as a sweep
// looks thousands of times; the slice is shared and must not be changed.
var objectives = sync.OnceValue(func() []objective.Declaration {
	return []objective.Declaration{
		clustering.DeclareSwAV(),
		distillation.DeclareDINO(),
		clustering.DeclareCARP(),
		distillation.DeclareMSN(),
		distillation.DeclareIBOT(),
		clustering.DeclareDeepCluster(),
		clustering.DeclareSMoG(),
		clustering.DeclarePCL(),
		clustering.DeclareSeLa(),
		prototypefree.DeclareMaSSL(),
		distillation.DeclarePMSN(),
		prototypefree.DeclareLeJEPA(),
		prototypefree.DeclareSOP(),
	}
})

// findObjective returns the objective of a name.
func findObjective(name string) (objective.Declaration, bool) {
	for _, d := range objectives() {
		if d.Name == name {
			return d, true
		}
	}
	return objective.Declaration{}, false
}
