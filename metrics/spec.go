package metrics

import (
	"slices"
	"strings"
	"sync"
)

// Spec declares a metric: all that lists, tables and captions say of it, and how it is
// measured. What is said once here is said nowhere else.
type Spec struct {
	Key       string    `json:"key"` // names its protocol
	Doc       string    `json:"doc"`
	Source    string    `json:"source"`
	Unit      Unit      `json:"unit"`
	Better    Direction `json:"better"`
	Collapse  string    `json:"collapse"`            // what collapse looks like in it
	Undefined string    `json:"undefined,omitempty"` // why there may be no value
	Of        Subject   `json:"of"`
	Branch    Branch    `json:"branch,omitempty"` // of metrics of features
	When      When      `json:"when"`             // AtEnd where nothing else is said
	Tables    []Table   `json:"tables,omitempty"` // of the report

	Headline  bool `json:"headline,omitempty"` // stands first in every table
	Geometric bool `json:"-"`                  // random unit vectors have it too and stand beside it
	Reference bool `json:"-"`                  // the rows pixels, untrained and supervised have it too

	Heading string `json:"-"` // of its column, without the unit; "" for one made from the key
	Column  string `json:"-"` // what the report's page says of the column, as Markdown; "" for nothing

	applies func(*Input) bool   // whether such an input has it at all; nil for always
	measure func(*Input) Result // panics on an input of another subject
}

// Unit is what a metric's values are in.
type Unit string

// The units.
const (
	CountOfK       Unit = "count of K"         // prototypes, shown as a share of all K
	Count          Unit = "count"              // of events
	Share          Unit = "share"              // 0..1
	Accuracy       Unit = "accuracy"           // share of right predictions, 0..1
	Effective      Unit = "effective number"   // of prototypes or dimensions, as the exp of an entropy
	Nats           Unit = "nats"               // entropies and losses
	Radians        Unit = "radians"            // angles
	Cosine         Unit = "cosine"             // −1..1
	CosineDistance Unit = "cosine distance"    // 1 − cosine, 0..2
	Length         Unit = "length"             // of vectors
	SquaredLength  Unit = "squared length"     // of differences of unit vectors, 0..4
	LogPotential   Unit = "log mean potential" // nats, ≤ 0
)

// Percent reports whether values are shown in percent: of K, or of 1.
func (u Unit) Percent() bool { return u == CountOfK || u == Share || u == Accuracy }

// Direction tells which values are the better ones.
type Direction string

// The directions.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neither Direction = "neither" // describes
)

// Subject is what a metric is a property of.
type Subject string

// The subjects.
const (
	OfPrototypes Subject = "prototypes" // one learner's, with the images' scores
	OfFeatures   Subject = "features"   // one branch's
	OfTraining   Subject = "training"
)

// Branch names the set of weights that features are of.
type Branch string

// The branches.
const (
	Teacher Branch = "teacher"
	Student Branch = "student"
)

// When is the occasion at which a metric is measured.
type When string

// The occasions.
const (
	AtEnd   When = "end"            // of every cell, on all images
	OnCurve When = "curve"          // over training, and at the end of every cell
	Extra   When = "evaluate.extra" // at the end of cells that ask for more with this key
)

// Table is one of the report's tables.
type Table string

// The tables in which a metric can have a column.
const (
	MainTable     Table = "main"      // metrics of prototypes stand in the observers' table as well
	BriefTable    Table = "brief"     // the main table's short form for a terminal
	SameHelpTable Table = "same help" // differences to the joint arm with the same help
	FeaturesTable Table = "features"
	GeometryTable Table = "geometry"
)

// Result is a metric's value on one input.
type Result struct {
	Value     float64
	Undefined string    // why there is none; "" where there is
	Warnings  []Warning // what a reader of the value should know
}

// Warning is what a reader of a metric's value should know.
type Warning struct {
	Metric string // key
	Text   string
}

// defined is the result of a function that says by ok whether there is a value, and why not.
func defined(value float64, ok bool, why string) Result {
	if !ok {
		return Result{Undefined: why}
	}
	return Result{Value: value}
}

// NoPrototypes is why an arm without prototypes has no metric of them.
const NoPrototypes = "the objective has no prototypes"

// Measure returns the metric's value on an input of its subject; false when inputs like this one
// do not have the metric at all. A value that is not finite is undefined.
func (s Spec) Measure(in *Input) (Result, bool) {
	if s.applies != nil && !s.applies(in) {
		return Result{}, false
	}
	if s.Of == OfPrototypes && in.Effective.Rows == 0 {
		return Result{Undefined: NoPrototypes}, true
	}
	r := s.measure(in)
	if r.Undefined == "" && !finite(r.Value) {
		r.Undefined = "not a finite number"
	}
	for i := range r.Warnings {
		r.Warnings[i].Metric = s.Key
	}
	return r, true
}

// In reports whether the metric has a column in a table.
func (s Spec) In(t Table) bool { return slices.Contains(s.Tables, t) }

// Title heads the metric's column: its key with dashes for the name's underscores, unless the
// name is dotted.
func (s Spec) Title() string {
	if s.Heading != "" {
		return s.Heading
	}
	name, protocol, found := strings.Cut(s.Key, "@")
	if !found && strings.Contains(name, ".") {
		return s.Key
	}
	if name = strings.ReplaceAll(name, "_", "-"); !found {
		return name
	}
	return name + "@" + protocol
}

// specs are all metrics, put together once: tables ask for them by key again and again.
var specs = sync.OnceValue(func() []Spec {
	all := slices.Concat(declarations()...)
	for i := range all {
		if all[i].When == "" {
			all[i].When = AtEnd
		}
	}
	return all
})

// Specs returns every metric that results may hold, in the order of lists and tables; the slice
// is the caller's.
func Specs() []Spec { return slices.Clone(specs()) }

// Select returns the metrics that fit, in the order of [Specs].
func Select(fits func(Spec) bool) []Spec {
	return slices.DeleteFunc(Specs(), func(s Spec) bool { return !fits(s) })
}

// Find returns the metric of a key.
func Find(key string) (Spec, bool) {
	i := slices.IndexFunc(specs(), func(s Spec) bool { return s.Key == key })
	if i < 0 {
		return Spec{}, false
	}
	return specs()[i], true
}

// Keys returns the keys of [Specs].
func Keys() []string {
	keys := make([]string, len(specs()))
	for i, s := range specs() {
		keys[i] = s.Key
	}
	return keys
}

// Columns returns the metrics of a table, the headline first.
func Columns(t Table) []Spec {
	columns := Select(func(s Spec) bool { return s.In(t) })
	slices.SortStableFunc(columns, func(a, b Spec) int {
		switch {
		case a.Headline == b.Headline:
			return 0
		case a.Headline:
			return -1
		}
		return 1
	})
	return columns
}

// Headline is the key of the metric that stands first.
func Headline() string {
	return Select(func(s Spec) bool { return s.Headline })[0].Key
}
