package probe

import (
	"fmt"

	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// probe is a classifier on frozen features whose test accuracy is a metric.
type probe struct {
	name     string      // with its protocol
	verbatim bool        // the key heads its column as it stands, not with dashes
	tail     metric.Spec // what is said of the accuracies on thirds of the classes: source and tables
	run      func(in *metric.Input, fine bool) probed
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
func (p probe) key(part string, b metric.Branch) string {
	return p.name + part + "@backbone." + string(b)
}

// on runs the probe once per input and kind of labels.
func (p probe) on(in *metric.Input, fine bool) probed {
	return metric.Shared(in, fmt.Sprintf("probe %s fine=%v", p.name, fine), func() probed { return p.run(in, fine) })
}

// labels are what probes learn from and what they are judged on, by one kind of labels.
func labels(in *metric.Input, fine bool) (train, test labelledRows, classes int) {
	if fine {
		return labelledRows{in.Probe.Features, in.Probe.FineY}, labelledRows{in.Test.Features, in.Test.FineY}, in.Fine
	}
	return labelledRows{in.Probe.Features, in.Probe.Y}, labelledRows{in.Test.Features, in.Test.Y}, in.Coarse
}

// accuracies declares the probe's metrics on classes and on fine labels; teacher is what is said
// of the first of them.
func (p probe) accuracies(teacher metric.Spec) []metric.Spec {
	const noFine = "the data set has no fine labels"
	complete := func(s metric.Spec, part string, b metric.Branch) metric.Spec {
		s = p.named(s, part, b)
		s.Formula, s.Source = teacher.Formula, teacher.Source
		s.Collapse = "chance, or the share of the largest class, when features collapse totally"
		s.Undefined = "features that are not finite"
		s.Value = func(in *metric.Input) metric.Result {
			if part != "" && in.Fine == 0 {
				return metric.Result{Undefined: noFine}
			}
			return p.on(in, part != "").result()
		}
		return s
	}
	student := metric.Spec{Doc: "the same for the student", Tables: []metric.Table{metric.FeaturesTable}}
	fine := metric.Spec{Doc: "the same on fine labels", Tables: []metric.Table{metric.FeaturesTable}}
	fineStudent := metric.Spec{Doc: "the same on fine labels for the student", Tables: []metric.Table{metric.FeaturesTable}}
	return []metric.Spec{
		complete(teacher, "", metric.Teacher), complete(student, "", metric.Student),
		complete(fine, "_fine", metric.Teacher), complete(fineStudent, "_fine", metric.Student),
	}
}

// named gives a metric of the probe its key and what is true of all of them.
func (p probe) named(s metric.Spec, part string, b metric.Branch) metric.Spec {
	s.Key, s.Of, s.Branch, s.Unit, s.Better, s.Reference = p.key(part, b), metric.OfFeatures, b, metric.Accuracy, metric.Higher, true
	if p.verbatim {
		s.Heading = s.Key
	}
	return s
}

func (p probed) result() metric.Result {
	r := metric.Result{Value: p.accuracy, Undefined: p.undefined}
	for _, text := range p.warnings {
		r.Warnings = append(r.Warnings, metric.Warning{Text: text})
	}
	return r
}
