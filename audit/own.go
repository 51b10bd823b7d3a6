package audit

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

// ownUsage is the use of prototypes that this program's files hold; nil where it is not there.
func (f *File) ownUsage(p *Prototypes, m *Measures, o Options) (*Usage, error) {
	a, ok := f.Get(p.beside(ownUsage))
	if !ok || a.Len() != p.Found.Rows {
		return nil, nil // it is not known, which is no error
	}
	values, err := a.Float32s()
	if err != nil {
		return nil, err
	}
	counts, n := make([]int, len(values)), 0
	for i, v := range values {
		counts[i] = max(0, int(v))
		n += counts[i]
	}
	u, ok := usageOf(counts, n, p, m, o.Epsilons, o.Team)
	if !ok {
		return nil, nil // no image is assigned
	}
	u.Rule = "as the file says"
	return u, nil
}
