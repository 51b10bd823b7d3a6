package methods

import (
	"fmt"

	"protobench/encoders/graph"
	"protobench/methods/part"
)

// StudentAlone is an arm without its teacher: forward pass, loss, backward pass and update of
// encoder and prototypes, no moving average, no observers, no evaluation. It is what the usual SwAV
// step does, so that the two can be timed side by side; no table shows what it learns.
type StudentAlone struct {
	t      *Trainer
	values map[string]float64 // of the step, which no one reads
}

// NewStudentAlone builds an arm's student. An arm whose targets or prototypes come from the teacher
// is refused.
func NewStudentAlone(cfg part.Config) (*StudentAlone, error) {
	t, err := newTrainer(cfg)
	if err != nil {
		return nil, err
	}
	scheduled := len(cfg.Composition.Learners()) > 1
	apart := t.host.head.Scored() && !t.host.head.Gradient
	if t.host.traits.Targets != part.Student || apart || scheduled {
		return nil, fmt.Errorf("%s: targets or prototypes come from the teacher, so there is no step without it; time the whole step", cfg.Composition.Name)
	}
	t.observers = nil
	return &StudentAlone{t, map[string]float64{}}, graph.Build(t.buildStudent)
}

// Step runs one step on views [2·B,H,W,C], and local crops behind them where there are some, and
// returns the loss, in nats.
func (s *StudentAlone) Step(views []float32) (float64, error) {
	if err := s.t.stepStudent(s.t.begin(views, s.values)); err != nil {
		return 0, err
	}
	s.t.done[0]++
	return float64(s.t.loss[0]), nil
}
