package clustering

import (
	"math"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// Agreement compares a clustering with classes. NMI, homogeneity and purity rise
// with the number of clusters even for random ones, so AMI or ARI stand beside
// them. Total collapse (one cluster) gives NMI, AMI, ARI and Homogeneity of 0
// with Completeness 1; partial collapse lowers Homogeneity and Purity.
type Agreement struct {
	MutualInformation float64 // nats
	EntropyClasses    float64 // nats
	EntropyClusters   float64 // nats
	NMI               float64 // mutual information / arithmetic mean of the entropies, 0..1
	AMI               float64 // the same, adjusted for chance (Vinh, Epps and Bailey 2010), ≤ 1
	ARI               float64 // adjusted Rand index (Hubert and Arabie 1985), ≤ 1
	Homogeneity       float64 // 1 - H(class|cluster)/H(class) (Rosenberg and Hirschberg 2007), 0..1
	Completeness      float64 // 1 - H(cluster|class)/H(cluster), 0..1
	VMeasure          float64 // harmonic mean of the two, 0..1
	Purity            float64 // share of samples in the majority class of their cluster, 0..1
}

// Agree compares clusters with classes, two labels per sample. Degenerate cases
// follow scikit-learn: NMI, AMI and ARI of identical partitions are 1 even with
// one cluster, homogeneity is 1 with one class, completeness 1 with one cluster.
// Undefined (false) without samples.
func Agree(classes, clusters []int) (Agreement, bool) {
	t := tabulate(classes, clusters)
	if t.n == 0 {
		return Agreement{}, false
	}
	a := Agreement{MutualInformation: t.mutualInformation(), ARI: t.adjustedRand(), Purity: t.purity()}
	a.EntropyClasses, a.EntropyClusters = countEntropy(t.rows), countEntropy(t.cols)
	a.NMI, a.AMI = t.normalised(a)
	a.Homogeneity = ratioOrOne(a.MutualInformation, a.EntropyClasses)
	a.Completeness = ratioOrOne(a.MutualInformation, a.EntropyClusters)
	if s := a.Homogeneity + a.Completeness; s > 0 {
		a.VMeasure = 2 * a.Homogeneity * a.Completeness / s
	}
	return a, true
}

func (t contingency) normalised(a Agreement) (nmi, ami float64) {
	if t.identical() {
		return 1, 1
	}
	mean := float64((a.EntropyClasses + a.EntropyClusters) / 2)
	expected := t.expectedInformation()
	gap := mean - expected
	if math.Abs(gap) < 0x1p-52 {
		gap = math.Copysign(0x1p-52, gap)
	}
	return a.MutualInformation / mean, (a.MutualInformation - expected) / gap
}

// ratioOrOne is x/h, and 1 where there was no uncertainty h to begin with.
func ratioOrOne(x, h float64) float64 {
	if h == 0 {
		return 1
	}
	return x / h
}

func countEntropy(counts []int) float64 {
	p, _ := matrix.Shares(counts)
	return matrix.Entropy(p)
}

func (t contingency) mutualInformation() float64 {
	var mi float64
	n := float64(t.n)
	for _, c := range t.cells {
		x := float64(c.n)
		mi += float64(x / n * math.Log(n*x/(float64(t.rows[c.row])*float64(t.cols[c.col]))))
	}
	if mi < 0x1p-52 {
		return 0
	}
	return mi
}

func (t contingency) purity() float64 {
	top := make([]int, len(t.cols))
	for _, c := range t.cells {
		top[c.col] = max(top[c.col], c.n)
	}
	sum := 0
	for _, x := range top {
		sum += x
	}
	return float64(sum) / float64(t.n)
}

// adjustedRand counts pairs of samples: together in both partitions, in one, in none.
func (t contingency) adjustedRand() float64 {
	var both, rows, cols float64
	for _, c := range t.cells {
		both += pairs(c.n)
	}
	for _, r := range t.rows {
		rows += pairs(r)
	}
	for _, c := range t.cols {
		cols += pairs(c)
	}
	if rows == cols && both == rows {
		return 1
	}
	expected := float64(rows / pairs(t.n) * cols)
	return (both - expected) / (float64((rows+cols)/2) - expected)
}

func pairs(n int) float64 { return float64(float64(n) * float64(n-1) / 2) }

// withClass returns the classes and the prototypes of the images that have a class: what
// has none agrees with none.
func withClass(in *metric.Input) (classes, assigned []int) {
	all := in.Assigned()
	for i, c := range in.Classes {
		if c >= 0 {
			classes, assigned = append(classes, c), append(assigned, all[i])
		}
	}
	return classes, assigned
}

// AgreementSpecs declares nmi, ami, ari, purity and purity_adjusted.
func AgreementSpecs() []metric.Spec {
	of := func(value func(Agreement) float64) func(*metric.Input) metric.Result {
		return func(in *metric.Input) metric.Result {
			a, ok := agreement(in)
			return metric.Defined(value(a), ok, metric.NothingAssigned)
		}
	}
	list := []metric.Spec{
		{
			Key: "nmi", Tables: []metric.Table{metric.GeometryTable},
			Doc: "normalised mutual information of assignments and classes on training images", Formula: "2 I(Y; A) / (H(Y) + H(A))",
			Source: "arithmetic mean; grows with the number of used prototypes", Collapse: "0 when one prototype takes all images",
			Column: "**nmi**: mutual information of assignments and classes on training images, normalised by the mean of both entropies. " +
				"It grows with the number of prototypes in use by itself.",
			Value: of(func(a Agreement) float64 { return a.NMI }),
		},
		{
			Key: "ami", Tables: []metric.Table{metric.GeometryTable},
			Doc: "the same, adjusted for what chance gives with as many images of each prototype", Formula: "(I − E I) / ((H(Y) + H(A))/2 − E I)",
			Source: "Vinh, Epps and Bailey 2010", Collapse: "0 when one prototype takes all images, and when assignments are random",
			Column: "**ami**, **ari**: agreement of assignments and classes, adjusted for chance: 0 for random assignments however many prototypes are in use.",
			Value:  of(func(a Agreement) float64 { return a.AMI }),
		},
		{
			Key: "ari", Tables: []metric.Table{metric.GeometryTable},
			Doc: "adjusted Rand index of assignments and classes on training images", Formula: "(R − E R) / (max R − E R), R: pairs together in both",
			Source: "Hubert and Arabie 1985", Collapse: "0 when one prototype takes all images, and when assignments are random",
			Value: of(func(a Agreement) float64 { return a.ARI }),
		},
		{
			Key: "purity",
			Doc: "share of training images in the majority class of their prototype", Formula: "Σ_k max_c n_kc / n",
			Source: "grows with the number of used prototypes", Collapse: "the share of the largest class when one prototype takes all images",
			Value: of(func(a Agreement) float64 { return a.Purity }),
		},
	}
	list = append(list, adjustedPuritySpec())
	for i := range list {
		list[i].Of, list[i].Unit, list[i].Better, list[i].Undefined = metric.OfPrototypes, metric.Share, metric.Higher, metric.NothingAssigned
	}
	return list
}

// agreement is that of the images that have a class.
func agreement(in *metric.Input) (Agreement, bool) {
	return metric.SharedIf(in, "agreement", func() (Agreement, bool) { return Agree(withClass(in)) })
}
