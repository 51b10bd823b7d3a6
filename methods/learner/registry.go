package learner

// Declarations are the learners that work with any objective, in the order of tables.
func Declarations() []Declaration {
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
}

// Find returns the learner of a name.
func Find(name string) (Declaration, bool) {
	for _, d := range Declarations() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}
