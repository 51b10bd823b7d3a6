package learner

import "sync"

// Declarations are the learners that work with any objective, in the order of tables; the slice is
// shared and must not be changed.
func Declarations() []Declaration { return declarations() }

// declarations are made once: a sweep looks thousands of times.
var declarations = sync.OnceValue(func() []Declaration {
	return []Declaration{
		jointPart(),
		frozenPart(),
		gmmPart(),
		kmeansPart(),
		epochKMeansPart(),
		selfClusterPart(),
		emaPart(),
		hypersphericalPart(),
	}
})

// Find returns the learner of a name.
func Find(name string) (Declaration, bool) {
	for _, d := range Declarations() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}
