package objective

// Declarations are the objectives, in the order of tables.
func Declarations() []Declaration {
	return []Declaration{
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
		pmsnPart(),
		lejepaPart(),
		sopPart(),
	}
}

// Find returns the objective of a name.
func Find(name string) (Declaration, bool) {
	for _, d := range Declarations() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}
