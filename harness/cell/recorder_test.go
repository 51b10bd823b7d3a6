package cell

import (
	"testing"

	"protobench/methods"
	"protobench/methods/part"
)

// moving is a trainer whose prototypes are the steps done.
type moving struct {
	Trainer
	done float32
}

func (m *moving) Step([]float32) (methods.StepResult, error) {
	m.done++
	return methods.StepResult{}, nil
}

func (m *moving) Learned() []methods.Learned {
	at := func(v float32) [2][]float32 { return [2][]float32{part.Teacher: {v, v, v, v}} }
	return []methods.Learned{{K: 2, D: 2, Current: at(m.done)}, {Name: "joint", K: 2, D: 2, Current: at(-1)}}
}

// A recorder keeps the arm's own prototypes of each step that is measured, once, and hands on what
// the trainer says.
func TestRecorder(t *testing.T) {
	var r Recorder
	e := r.Engine(Engine{Trainer: func(part.Config) (Trainer, error) { return &moving{}, nil }})
	trainer, err := e.Trainer(part.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if i%2 == 0 {
			for range 2 {
				if got := trainer.Learned(); len(got) != 2 || got[0].Current[part.Teacher][0] != float32(i) {
					t.Fatalf("step %d: %+v", i, got)
				}
			}
		}
		if _, err := trainer.Step(nil); err != nil {
			t.Fatal(err)
		}
	}
	shots := r.Shots()
	if len(shots) != 3 {
		t.Fatalf("%d shots", len(shots))
	}
	for i, s := range shots {
		if s.Step != 2*i || s.Prototypes.Rows != 2 || s.Prototypes.Cols != 2 || s.Prototypes.Data[3] != float32(2*i) {
			t.Errorf("%+v", s)
		}
	}
}
