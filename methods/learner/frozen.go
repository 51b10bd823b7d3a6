package learner

import (
	"protobench/encoders"
	"protobench/methods/part"
)

// frozenPart declares [frozen].
func frozenPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{Name: "frozen", Doc: "random unit vectors that never move: the control", Source: "Caron et al. 2020, ablation"},
		New:         func(_ part.Config, _ Host, p *Prototypes) Learner { return &frozen{p} },
	}
}

// frozen prototypes stay where they start: the control that is unique by construction.
type frozen struct{ p *Prototypes }

func (f *frozen) Vectors() *Prototypes { return f.p }

func (f *frozen) Params() []*encoders.Param { return nil }

func (f *frozen) Adopt() { f.p.Publish(nil) }

func (f *frozen) Moves(float64) bool { return false }

func (f *frozen) Move(int, []float32) {}

func (f *frozen) Before(*Step) {}

func (f *frozen) After(*Step) {}

func (f *frozen) State(string) []part.Named { return nil }
