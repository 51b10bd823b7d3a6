package metrics

import (
	"fmt"

	"protobench/metrics/matrix"
)

// probe is a classifier on frozen features whose test accuracy is a metric.
type probe struct {
	name     string // with its protocol
	verbatim bool   // the key heads its column as it stands, not with dashes
	tail     Spec   // what is said of the accuracies on thirds of the classes: source and tables
	run      func(in *Input, fine bool) probed
}

// labelledRows are features with one kind of labels.
type labelledRows struct {
	x matrix.Matrix
	y []int
}

// probed is what a probe found.
type probed struct {
	accuracy  float64
	byClass   Tally
	undefined string
	warnings  []string
}

func probes() []probe { return []probe{linearProbe(), knnProbe()} }

// key names the probe's accuracy on a part of the labels ("", "_fine", "_head", …).
func (p probe) key(part string, b Branch) string {
	return p.name + part + "@backbone." + string(b)
}

// on runs the probe once per input and kind of labels.
func (p probe) on(in *Input, fine bool) probed {
	return shared(in, fmt.Sprintf("probe %s fine=%v", p.name, fine), func() probed { return p.run(in, fine) })
}

// labels are what probes learn from and what they are judged on, by one kind of labels.
func labels(in *Input, fine bool) (train, test labelledRows, classes int) {
	if fine {
		return labelledRows{in.Probe.Features, in.Probe.FineY}, labelledRows{in.Test.Features, in.Test.FineY}, in.Fine
	}
	return labelledRows{in.Probe.Features, in.Probe.Y}, labelledRows{in.Test.Features, in.Test.Y}, in.Coarse
}

// accuracies declares the probe's metrics on classes and on fine labels; teacher is what is said
// of the first of them.
func (p probe) accuracies(teacher Spec) []Spec {
	const noFine = "the data set has no fine labels"
	complete := func(s Spec, part string, b Branch) Spec {
		s = p.named(s, part, b)
		s.Formula, s.Source = teacher.Formula, teacher.Source
		s.Collapse = "chance, or the share of the largest class, when features collapse totally"
		s.Undefined = "features that are not finite"
		s.Value = func(in *Input) Result {
			if part != "" && in.Fine == 0 {
				return Result{Undefined: noFine}
			}
			return p.on(in, part != "").result()
		}
		return s
	}
	student := Spec{Doc: "the same for the student", Tables: []Table{FeaturesTable}}
	fine := Spec{Doc: "the same on fine labels", Tables: []Table{FeaturesTable}}
	fineStudent := Spec{Doc: "the same on fine labels for the student", Tables: []Table{FeaturesTable}}
	return []Spec{
		complete(teacher, "", Teacher), complete(student, "", Student),
		complete(fine, "_fine", Teacher), complete(fineStudent, "_fine", Student),
	}
}

// named gives a metric of the probe its key and what is true of all of them.
func (p probe) named(s Spec, part string, b Branch) Spec {
	s.Key, s.Of, s.Branch, s.Unit, s.Better, s.Reference = p.key(part, b), OfFeatures, b, Accuracy, Higher, true
	if p.verbatim {
		s.Heading = s.Key
	}
	return s
}

func (p probed) result() Result {
	r := Result{Value: p.accuracy, Undefined: p.undefined}
	for _, text := range p.warnings {
		r.Warnings = append(r.Warnings, Warning{Text: text})
	}
	return r
}
