package objective

import "sync"

// Declarations are the objectives, in the order of tables; the slice is shared and must
// not be changed.
func Declarations() []Declaration { return declarations() }

// declarations are made once: a sweep looks thousands of times.
var declarations = sync.OnceValue(func() []Declaration {
	return []Declaration{
		DeclareSwAV(),
		DeclareDINO(),
		DeclareCARP(),
		DeclareMSN(),
		DeclareIBOT(),
		DeclareDeepCluster(),
		DeclareSMoG(),
		DeclarePCL(),
		DeclareSeLa(),
		DeclareMaSSL(),
		DeclarePMSN(),
		DeclareLeJEPA(),
		DeclareSOP(),
	}
})

// Find returns the objective of a name.
func Find(name string) (Declaration, bool) {
	for _, d := range Declarations() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}
