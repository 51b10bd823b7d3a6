package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// Sweep is a run directory as figures see it.
type Sweep struct {
	Arms       []*Arm      // that are trained, in the plan's order
	References []Reference // rows that accuracies are read against
	Random     []Random    // what chance gives, by shape of the prototypes
	Axes       []string    // key paths with more than one value, sorted
	Unique     bool        // the sweep's claims are about unique prototypes, live or not
	UsageText  string      // a sentence on how many images curves count; may be empty
	// Place writes a cell's values on the given axes shortly: "T 0.2, K 512".
	Place func(c store.Cell, axes []string) string

	objectives []string
	layout     layout
	kindOf     map[string]int // by variant, of the palette
}

// Arm is a method at one point of the matrix, with a run per seed.
type Arm struct {
	Label      string
	Cell       store.Cell // the first run's
	Prototypes int        // planned, 0 for an arm without
	Runs       []Run      // that have final metrics, by seed
	First      *Stored    // of the first seed that has some; nil when none has
	Observers  []string
	Plain      map[string]*Arm // by observer: the arm that it is a shadow of; nil where there is none

	style drawing.Style
	name  string // in legends, beside the arms of its panels
}

// Run is one run that ended, collapsed or not.
type Run struct {
	Dir    *store.CellDir
	Result store.Result
	K      int // prototypes, 0 when unknown

	read *track // nil before it is read
}

// Stored is what one run's prototypes.safetensors holds.
type Stored struct {
	Seed    uint64
	Vectors matrix.Matrix // the effective prototypes [K,D]
	Counts  []int         // [K] training images per prototype; nil when not stored
}

// Reference is a row that accuracies are read against.
type Reference struct {
	Cell     store.Cell // the first run's
	Accuracy float64    // %, mean over seeds
}

// Random holds random unit vectors of the arms' shape.
type Random struct {
	K, D    int
	Vectors matrix.Matrix
	Unique  []float64 // % of K, by [uniqueness.Epsilons]
}

func (r Random) label() string {
	return fmt.Sprintf("random (K %s, D %s)", drawing.CountText(r.K), drawing.CountText(r.D))
}

// specOf is the metric of a key. A metric that this program does not know stands as it is.
func specOf(key string) metric.Spec {
	if s, known := metrics.Find(key); known {
		return s
	}
	return metric.Spec{Key: key}
}

// liveUnique, unique and accuracy are what most figures are drawn of.
func liveUnique() metric.Spec { return specOf(metrics.Headline()) }

func unique() metric.Spec { return specOf(uniqueness.Key(smallest())) }

func accuracy() metric.Spec { return specOf(probe.LinearKey(metric.Teacher)) }

// headline is the measure of collapse that the sweep is about.
func (s *Sweep) headline() metric.Spec {
	if s.Unique {
		return unique()
	}
	return liveUnique()
}

// smallest is the cosine distance of the tables' columns.
func smallest() float64 { return uniqueness.Epsilons()[0] }

// in is the shown value of a run, by its own learner or by an observer: NaN where there is none, or
// where the run collapsed and the metric would mislead.
func (r *Run) in(m metric.Spec, observer string) float64 {
	if m.Misleads(r.collapsed()) {
		return math.NaN()
	}
	return m.ShownOf(r.Result.Of(observer), r.K)
}

// over returns the shown values of an arm's runs.
func (a *Arm) over(m metric.Spec) []float64 {
	var out []float64
	for i := range a.Runs {
		out = append(out, a.Runs[i].in(m, ""))
	}
	return out
}

// at is the shown value of the arm's run at a seed, NaN where there is none.
func (a *Arm) at(m metric.Spec, seed uint64) float64 {
	for i := range a.Runs {
		if a.Runs[i].Result.Cell.Seed == seed {
			return a.Runs[i].in(m, "")
		}
	}
	return math.NaN()
}

// seeds are those of all runs, ascending.
func (s *Sweep) seeds() []uint64 {
	var out []uint64
	for _, a := range s.Arms {
		for _, r := range a.Runs {
			if !slices.Contains(out, r.Result.Cell.Seed) {
				out = append(out, r.Result.Cell.Seed)
			}
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

// withData returns the arms for which has holds.
func (s *Sweep) withData(has func(*Arm) bool) []*Arm {
	var out []*Arm
	for _, a := range s.Arms {
		if has(a) {
			out = append(out, a)
		}
	}
	return out
}

// settle finds out what all figures share: objectives, layout, styles.
func (s *Sweep) settle() {
	s.objectives = nil
	for _, a := range s.Arms {
		if !slices.Contains(s.objectives, a.Cell.Objective) {
			s.objectives = append(s.objectives, a.Cell.Objective)
		}
	}
	s.layout = s.layoutOver(s.colouredAxis())
	s.styleArms()
}

// without says which arms with final metrics lack a file.
func (s *Sweep) without(file string, lacks func(*Arm) bool) string {
	var labels []string
	ended := 0
	for _, a := range s.Arms {
		if len(a.Runs) == 0 {
			continue
		}
		ended++
		if lacks(a) {
			labels = append(labels, a.Label)
		}
	}
	if len(labels) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is missing among the ended runs of %s", file, armsText(labels, ended))
}

// armsText names a few of so many arms.
func armsText(labels []string, of int) string {
	const few = 4
	switch n := len(labels); {
	case n == of && n > 1:
		return fmt.Sprintf("all %d arms", n)
	case n > few:
		return fmt.Sprintf("%s and %d others", strings.Join(labels[:few-1], ", "), n-few+1)
	}
	return strings.Join(labels, ", ")
}

// unstored names the arms whose runs ended with prototypes and have none of what lacks looks for on
// disk; empty where there is no such arm.
func (s *Sweep) unstored(lacks func(*Arm) bool) string {
	return s.without("prototypes.safetensors", func(a *Arm) bool { return a.Prototypes > 0 && lacks(a) })
}

// unmeasured names the arms that ended and lack the epochs of some run on disk.
func (s *Sweep) unmeasured(all ...curves) string {
	return s.without("epochs.jsonl", func(a *Arm) bool {
		return slices.ContainsFunc(all, func(c curves) bool { return c.of(a, "").lacking })
	})
}

// Images is the number of training images that the prototypes share.
func (p *Stored) Images() int {
	n := 0
	for _, c := range p.Counts {
		n += c
	}
	return n
}
