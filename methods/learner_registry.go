package methods

// Declarations are the learners that work with any objective, in the order of tables.
func learnerDeclarations() []learnerDeclaration {
	return []learnerDeclaration{
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
func learnerFind(name string) (learnerDeclaration, bool) {
	for _, d := range learnerDeclarations() {
		if d.Name == name {
			return d, true
		}
	}
	return learnerDeclaration{}, false
}
