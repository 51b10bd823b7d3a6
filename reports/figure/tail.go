package figure

import (
	"protobench/metrics/metric"
	"protobench/metrics/probe"
)

// tailParts are the parts of the classes of a long-tailed set.
func tailParts() []string { return []string{"head", "medium", "tail"} }

// tailKey is the linear probe's accuracy over a part of the classes.
func tailKey(part string) metric.Spec { return specOf(probe.LinearPartKey(part, metric.Teacher)) }

// tailFigure tells whether features serve frequent classes alone.
func (s *Sweep) tailFigure() Figure {
	f := Figure{Name: "head_medium_tail", Optional: true, Missing: "no run was trained on a long tail"}
	f.Title = "Accuracy on head, medium and tail"
	b := bars{names: tailParts(), x: "classes by training images", y: "linear probe accuracy, %"}
	for _, part := range b.names {
		b.of = append(b.of, tailKey(part))
	}
	arms := s.withData(b.drawnFor)
	if len(arms) == 0 {
		return f
	}
	f.Caption = "Linear-probe accuracy of the teacher's features on the classes with the most, the middle and the fewest training images (probe trained on balanced images): bars are means over seeds, points are runs. " +
		"Features that serve frequent classes alone fall from head to tail; decoupling helps on the tail where its bar stands above the joint one there, and most of all there."
	l := s.layoutOver("").with(b.drawnFor)
	f.drawn(l.panels(b.panel), l.columns, 0.8, b.legend(arms))
	return f
}
