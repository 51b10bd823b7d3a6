package checkpoint

import (
	"fmt"
	"slices"
)

// Start reads the prototypes of the same name and shape from a file of the start; key as in Find.
func (f *File) Start(of Found, key string) (Prototypes, error) {
	if a, ok := f.Get(of.beside(ownStart)); ok && slices.Equal(a.Shape, []int{of.Rows, of.Cols}) {
		found, err := f.Find(a.Name)
		if err != nil {
			return Prototypes{}, err
		}
		return f.Read(found[0])
	}
	found, err := f.Find(key)
	if err != nil {
		return Prototypes{}, err
	}
	fits := func(x Found) bool { return x.Rows == of.Rows && x.Cols == of.Cols }
	at := slices.IndexFunc(found, func(x Found) bool { return x.Key == of.Key && fits(x) })
	if at < 0 {
		at = slices.IndexFunc(found, fits)
	}
	if at < 0 {
		return Prototypes{}, fmt.Errorf("%s: no prototypes [%d, %d] as %s has under %s, so that nothing says how far those moved", f.Path, of.Rows, of.Cols, of.File, of.Key)
	}
	return f.Read(found[at])
}
