package methods

import (
	"protobench/encoders"
	"protobench/methods/part"
)

// frozenPart declares [frozen].
func frozenPart() learnerDeclaration {
	return learnerDeclaration{
		Declaration: part.Declaration{Name: "frozen", Doc: "random unit vectors that never move: the control", Source: "Caron et al. 2020, ablation"},
		New:         func(_ part.Config, _ Host, p *prototypes) learner { return &frozen{p} },
	}
}

// frozen prototypes stay where they start: the control that is unique by construction.
type frozen struct{ p *prototypes }

func (f *frozen) vectors() *prototypes      { return f.p }
func (f *frozen) params() []*encoders.Param { return nil }
func (f *frozen) adopt()                    { f.p.publish(nil) }
func (f *frozen) moves(float64) bool        { return false }
func (f *frozen) move(int, []float32)       {}
func (f *frozen) before(*stepInput)         {}
func (f *frozen) after(*stepInput)          {}
func (f *frozen) State(string) []part.Named { return nil }
