package methods

// Declarations are the objectives, in the order of tables.
func objectiveDeclarations() []objectiveDeclaration {
	return []objectiveDeclaration{
		swavPart(),
		dinoPart(),
		carpPart(),
		msnPart(),
		ibotPart(),
		deepclusterPart(),
		smogPart(),
		pclPart(),
		selaPart(),
		masslPart(),
	}
}

// Find returns the objective of a name.
func objectiveFind(name string) (objectiveDeclaration, bool) {
	for _, d := range objectiveDeclarations() {
		if d.Name == name {
			return d, true
		}
	}
	return objectiveDeclaration{}, false
}
