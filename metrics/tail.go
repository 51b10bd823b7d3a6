package metrics

import "slices"

// Tail groups classes by how often the training set has them.
type Tail struct {
	Head, Medium, Tail []int // classes, most frequent first
}

// TailOf splits the classes into thirds by training count (head first; a remainder
// goes to head, then medium; equal counts in class order). Undefined (false) with
// fewer than three classes or with equal counts: there is no tail then.
func TailOf(trainCounts []int) (Tail, bool) {
	k := len(trainCounts)
	if k < 3 || slices.Min(trainCounts) == slices.Max(trainCounts) {
		return Tail{}, false
	}
	order := make([]int, k)
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return trainCounts[b] - trainCounts[a] })
	a, b := (k+2)/3, (k+2)/3+(k+1)/3
	return Tail{Head: order[:a], Medium: order[a:b], Tail: order[b:]}, true
}

// tailSpecs are the probes' mean class accuracies over the thirds of the classes by their number
// of training images; long-tailed runs alone have them.
func tailSpecs() []Spec {
	var list []Spec
	for _, p := range probes() {
		for _, third := range thirds() {
			list = append(list, forBranches(func(b Branch) Spec { return p.over(third, b) })...)
		}
	}
	return list
}

// third is a part of the classes.
type third struct {
	name, amount string
	of           func(Tail) []int
}

func thirds() []third {
	return []third{
		{"head", "most", func(t Tail) []int { return t.Head }},
		{"medium", "middle", func(t Tail) []int { return t.Medium }},
		{"tail", "least", func(t Tail) []int { return t.Tail }},
	}
}

// over declares a probe's accuracy on a third of the classes.
func (p probe) over(t third, b Branch) Spec {
	s := p.named(p.tail, "_"+t.name, b)
	s.Doc = "long-tailed runs: mean class accuracy over the third of the classes with the " + t.amount + " training images"
	s.Collapse = "features that serve frequent classes alone are high on the head and low on the tail"
	s.Undefined = noTail
	s.applies = func(in *Input) bool { return in.TailCounts != nil }
	s.measure = func(in *Input) Result { return p.on(in, false).overClasses(in.TailCounts, t) }
	return s
}

const noTail = "needs three classes or more, with different numbers of training images"

func (p probed) overClasses(trained []int, t third) Result {
	parts, ok := TailOf(trained)
	switch {
	case p.undefined != "":
		return Result{Undefined: p.undefined}
	case !ok:
		return Result{Undefined: noTail}
	}
	v, tested := p.byClass.Mean(t.of(parts))
	return defined(v, tested, "none of these classes has test images")
}
