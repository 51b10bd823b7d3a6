package metric

import (
	"slices"
	"strings"

	"protobench/metrics/matrix"
)

// Spec declares a metric: all that lists, tables and captions say of it, and how it is
// measured. What is said once here is said nowhere else.
type Spec struct {
	Key       string    `json:"key"` // names its protocol
	Doc       string    `json:"doc"`
	Formula   string    `json:"formula"` // in plain text
	Source    string    `json:"source"`
	Unit      Unit      `json:"unit"`
	Better    Direction `json:"better"`
	Collapse  string    `json:"collapse"`            // what collapse looks like in it
	Undefined string    `json:"undefined,omitempty"` // why there may be no value
	Of        Subject   `json:"of"`
	Branch    Branch    `json:"branch,omitempty"` // of metrics of features
	When      When      `json:"when"`             // AtEnd where nothing else is said
	Tables    []Table   `json:"tables,omitempty"` // of the report

	Telling   bool `json:"-"`                  // means what it says in a totally collapsed run too, where other metrics of prototypes mislead
	Headline  bool `json:"headline,omitempty"` // stands first in every table
	Geometric bool `json:"-"`                  // random unit vectors have it too and stand beside it
	Reference bool `json:"-"`                  // the rows pixels, untrained and supervised have it too

	Heading string `json:"-"` // of its column, without the unit; "" for one made from the key
	Column  string `json:"-"` // what the report's page says of the column, as Markdown; "" for nothing

	Applies func(*Input) bool   `json:"-"` // whether such an input has it at all; nil for always
	Value   func(*Input) Result `json:"-"` // panics on an input of another subject; see [Spec.Measure]
}

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

// Defined is the result of a function that says by ok whether there is a value, and why not.
func Defined(value float64, ok bool, why string) Result {
	if !ok {
		return Result{Undefined: why}
	}
	return Result{Value: value}
}

// DefinedBy is a [Spec.Value] that a function computes, which says by ok whether there is one; why
// is why not.
func DefinedBy(f func(*Input) (value float64, ok bool), why string) func(*Input) Result {
	return func(in *Input) Result {
		value, ok := f(in)
		return Defined(value, ok, why)
	}
}

// Why metrics of prototypes may have no value.
const (
	NoPrototypes    = "the objective has no prototypes"
	NoDirection     = "no prototype has a direction"
	NothingAssigned = "no image is assigned"
)

// Measure returns the metric's value on an input of its subject; false when inputs like this one
// do not have the metric at all. A value that is not finite is undefined.
func (s Spec) Measure(in *Input) (Result, bool) {
	if s.Applies != nil && !s.Applies(in) {
		return Result{}, false
	}
	if s.Of == OfPrototypes && in.Effective.Rows == 0 {
		return Result{Undefined: NoPrototypes}, true
	}
	r := s.Value(in)
	if r.Undefined == "" && !matrix.Finite(r.Value) {
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

// ForBranches declares a metric of features for both branches, of which each has its own key. The
// column is explained at the teacher's, once.
func ForBranches(declare func(Branch) Spec) []Spec {
	pair := []Spec{declare(Teacher), declare(Student)}
	for i, b := range []Branch{Teacher, Student} {
		pair[i].Of, pair[i].Branch = OfFeatures, b
	}
	pair[1].Column = ""
	return pair
}
