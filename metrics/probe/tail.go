package probe

import (
	"slices"

	"protobench/metrics/metric"
)

// Tail groups classes by how often the training set has them.
type Tail struct {
	Head, Medium, Tail []int // classes, most frequent first
}

// Training images of a class by which [metric.ByCounts] parts.
const (
	manyImages = 100 // the head has more
	fewImages  = 20  // the tail has fewer
)

// TailOf parts the classes that have training images by their number; classes without are in no
// part. Undefined (false) with fewer than two classes or with equal counts: there is no tail then.
func TailOf(trainCounts []int, by metric.TailBy) (Tail, bool) {
	var order []int
	for c, n := range trainCounts {
		if n > 0 {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return trainCounts[b] - trainCounts[a] })
	k := len(order)
	if k < 2 || trainCounts[order[0]] == trainCounts[order[k-1]] {
		return Tail{}, false
	}
	a, b := (k+2)/3, (k+2)/3+(k+1)/3
	switch {
	case by == metric.ByCounts:
		first := func(is func(n int) bool) int {
			at := slices.IndexFunc(order, func(c int) bool { return is(trainCounts[c]) })
			if at < 0 {
				return k
			}
			return at
		}
		a, b = first(func(n int) bool { return n <= manyImages }), first(func(n int) bool { return n < fewImages })
	case k == 2:
		b = a
	}
	return Tail{Head: order[:a], Medium: order[a:b], Tail: order[b:]}, true
}

// LinearPartKey is the key of the linear probe's accuracy on "head", "medium" or "tail" classes.
func LinearPartKey(part string, b metric.Branch) string { return linearProbe().key("_"+part, b) }

// TailSpecs are the probes' mean class accuracies over the thirds of the classes by their number
// of training images; long-tailed runs alone have them.
func TailSpecs() []metric.Spec {
	var list []metric.Spec
	for _, p := range probes() {
		for _, third := range thirds() {
			list = append(list, metric.ForBranches(func(b metric.Branch) metric.Spec { return p.over(third, b) })...)
		}
	}
	return list
}

// third is a part of the classes, a third of them or what counts say.
type third struct {
	name, amount, count string // count is what [metric.ByCounts] takes
	of                  func(Tail) []int
}

func thirds() []third {
	return []third{
		{"head", "most", "more than 100", func(t Tail) []int { return t.Head }},
		{"medium", "middle", "20 to 100", func(t Tail) []int { return t.Medium }},
		{"tail", "least", "fewer than 20", func(t Tail) []int { return t.Tail }},
	}
}

// over declares a probe's accuracy on a third of the classes.
func (p probe) over(t third, b metric.Branch) metric.Spec {
	s := p.named(p.tail, "_"+t.name, b)
	s.Doc = "long-tailed runs: mean class accuracy over the third of the classes with the " + t.amount + " training images (evaluate.tail_parts = \"counts\": with " + t.count + ")"
	s.Collapse = "features that serve frequent classes alone are high on the head and low on the tail"
	s.Undefined = noTail
	s.Applies = func(in *metric.Input) bool { return in.TailCounts != nil }
	s.Value = func(in *metric.Input) metric.Result { return p.on(in, false).overClasses(in.TailCounts, in.TailBy, t) }
	return s
}

const (
	noTail = "needs two classes or more, with different numbers of training images"
	noPart = "none of the classes with training images falls into this part"
)

func (p probed) overClasses(trained []int, by metric.TailBy, t third) metric.Result {
	parts, ok := TailOf(trained, by)
	switch {
	case p.undefined != "":
		return metric.Result{Undefined: p.undefined}
	case !ok:
		return metric.Result{Undefined: noTail}
	case len(t.of(parts)) == 0: // a mean over no list is one over all
		return metric.Result{Undefined: noPart}
	}
	v, tested := p.byClass.Mean(t.of(parts))
	return metric.Defined(v, tested, "none of these classes has test images")
}
