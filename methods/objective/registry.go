package objective

import "sync"

// Declarations are the objectives, in the order of tables; the slice is shared and must
// not be changed.
func Declarations() []Declaration { return declarations() }

// declarations are made once: a sweep looks thousands of times.
var declarations = sync.OnceValue(func() []Declaration {
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
