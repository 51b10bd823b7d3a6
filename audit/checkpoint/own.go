package checkpoint

import "strings"

// own is this program among the projects: how its files lie is certain, also with few prototypes.
const own = "protobench"

// What this program's prototypes.safetensors has beside each learner's prototypes, under the same
// prefix.
const (
	ownStart = "prototypes.initial" // before the first step
	ownUsage = "usage.counts"       // training images of each prototype, [K]
)

// beside is the name of what this program keeps beside prototypes.
func (x Found) beside(what string) string {
	prefix := strings.TrimSuffix(x.Key, "prototypes."+x.Branch)
	return prefix + what
}

// HoldsStart reports whether the file holds the prototypes' start beside them, as this program's do.
func (f *File) HoldsStart() bool {
	_, ok := f.Get(ownStart)
	return ok
}

// UsageCounts are the training images [K] of prototypes that this program's files hold beside them;
// nil where they are not there.
func (f *File) UsageCounts(of Found) ([]int, error) {
	a, ok := f.Get(of.beside(ownUsage))
	if !ok || a.Len() != of.Rows {
		return nil, nil // it is not known, which is no error
	}
	values, err := a.Float32s()
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(values))
	for i, v := range values {
		counts[i] = max(0, int(v))
	}
	return counts, nil
}
