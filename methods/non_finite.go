package methods

import (
	"fmt"
	"math"
	"strings"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/methods/part"
)

// NonFinite is the error of a run whose numbers have stopped being finite, of which nothing more can
// be learned.
type NonFinite struct {
	Step      int    // the step that made the number, the first one is 1; 0 where it is not known
	Loss      string // what the loss was, where that told; else ""
	Tensor    string // where the first such number stands; "" where that is not known
	Operation string // what wrote it
}

// Error says step, tensor and operation.
func (e *NonFinite) Error() string {
	var b strings.Builder
	if e.Loss != "" {
		fmt.Fprintf(&b, "the loss is %s", e.Loss)
	} else {
		b.WriteString("a number is NaN or infinite")
	}
	if e.Step > 0 {
		fmt.Fprintf(&b, " at step %d", e.Step)
	}
	if e.Tensor != "" {
		fmt.Fprintf(&b, "; the first such number is in %s", e.Tensor)
	}
	if e.Operation != "" {
		fmt.Fprintf(&b, ", written by %s", e.Operation)
	}
	return b.String()
}

// nonFiniteLoss is the text of a loss that is NaN or infinite, "" for any other.
func nonFiniteLoss(loss float32) string {
	if v := float64(loss); math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(loss)
	}
	return ""
}

// Sound looks at everything that a resumed run needs (weights, statistics of batch norms, the
// optimizer's sums, prototypes, learners' statistics, queues) and returns a *[NonFinite] where a
// number of it is NaN or infinite.
func (t *Trainer) Sound() error {
	if name := badEntry(t.entries()); name != "" {
		return &NonFinite{Tensor: name, Operation: t.writerOf(name)}
	}
	return nil
}

// badEntry is the name of the first entry with a number that is not finite, "" where there is none.
func badEntry(entries []part.Named) string {
	for _, e := range entries {
		if !kernel.Finite(e.F32) {
			return e.Name
		}
		for _, v := range e.F64 {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return e.Name
			}
		}
	}
	return ""
}

// writerOf says what changes an entry of a state between the loss of one step and that of the next.
func (t *Trainer) writerOf(name string) string {
	owner, rest, _ := strings.Cut(name, ".")
	switch owner {
	case "student", "optimizer":
		return "the update by " + t.cfg.Train.Optimizer
	case "teacher":
		return "the teacher's moving average"
	case "embedding":
		return "the embeddings' running mean"
	case "observer":
		observer, _, _ := strings.Cut(rest, ".")
		return "the observer " + observer
	}
	return "the learner " + t.cfg.Composition.Learner + " or the objective " + t.cfg.Composition.Objective
}

// trusted looks at the loss and at all gradients of the step under way, before anything follows them.
func (t *Trainer) trusted() bool {
	if nonFiniteLoss(t.loss[0]) != "" {
		return false
	}
	if !finiteGradients(t.weights[part.Student].Params) || !finiteGradients(t.host.extra) {
		return false
	}
	for _, l := range t.host.learners {
		if !finiteGradients(l.Params()) {
			return false
		}
	}
	return true
}

func finiteGradients(params []*encoders.Param) bool {
	for _, p := range params {
		if !kernel.Finite(p.Grad) {
			return false
		}
	}
	return true
}

// origin goes through the step under way again, in its order, up to the first number that is not
// finite. Weights and optimizer are still as the step found them.
func (t *Trainer) origin(step int) *NonFinite {
	e := &NonFinite{Step: step + 1, Loss: nonFiniteLoss(t.loss[0])}
	f, ok := t.inherited(e)
	if !ok {
		f, ok = t.within()
	}
	if !ok {
		f = graph.Fault{Tensor: "a gradient, and in none when the step is taken again"}
	}
	e.Tensor, e.Operation = f.Tensor, f.Operation
	return e
}

// inherited looks at what the step found: weights that an earlier update left, then its views.
func (t *Trainer) inherited(e *NonFinite) (graph.Fault, bool) {
	for b, w := range t.weights {
		if w == nil { // a student alone
			continue
		}
		if name := badEntry(part.ParamState(part.Branch(b).String()+".", w.Params)); name != "" {
			e.Step--
			return graph.Fault{Tensor: name, Operation: t.writerOf(name)}, true
		}
	}
	if !kernel.Finite(t.x) || !kernel.Finite(t.local) {
		return graph.Fault{Tensor: "the views", Operation: "the augmentations, or the data"}, true
	}
	return graph.Fault{}, false
}

// within takes the step's graphs again, the teacher's, then the student's; what learners and
// objective have made in between is looked at between them.
func (t *Trainer) within() (graph.Fault, bool) {
	if t.teacher != nil {
		if f, ok := t.teacher.Fault(t.cfg.Team); ok {
			return inGraph(f, "teacher"), true
		}
	}
	made := append(t.embedding.State("embedding."), t.host.State("arm.")...)
	if name := badEntry(made); name != "" {
		return graph.Fault{Tensor: name, Operation: t.writerOf(name)}, true
	}
	f, ok := t.student.Fault(t.cfg.Team)
	return inGraph(f, "student"), ok
}

// inGraph says whose graph an operation is of.
func inGraph(f graph.Fault, branch string) graph.Fault {
	if f.Operation != "" {
		f.Operation += " in the " + branch + "'s graph"
	}
	return f
}

// Sound is that of [Trainer.Sound] for a row's encoder and classifier.
func (r *Reference) Sound() error {
	if name := badEntry(r.entries()); name != "" {
		return &NonFinite{Tensor: name, Operation: "the update by " + r.cfg.Train.Optimizer}
	}
	return nil
}

// origin is that of a row's step: the first number in its graph that is not finite.
func (r *Reference) origin() *NonFinite {
	e := &NonFinite{Step: int(r.done[0]) + 1, Loss: nonFiniteLoss(r.loss[0]), Tensor: "a gradient, and in none when the step is taken again"}
	if name := badEntry(part.ParamState("student.", r.params)); name != "" {
		e.Step, e.Tensor, e.Operation = e.Step-1, name, "the update by "+r.cfg.Train.Optimizer
	} else if f, ok := r.program.Fault(r.cfg.Team); ok {
		e.Tensor, e.Operation = f.Tensor, f.Operation
	}
	return e
}
