package methods

import (
	"protobench/encoders"
	"protobench/internal/kernel"
)

// learner decides how one set of prototypes changes.
type learner interface {
	vectors() *prototypes
	// params are the prototypes as parameters of the student's loss; nil where no gradient may reach them.
	params() []*encoders.Param
	// restart puts the prototypes at unit vectors, before the first step.
	restart(c []float32)
	// move puts prototype k on a unit vector, as re-seeding does.
	move(k int, z []float32)
	// before runs between the teacher's forward pass and the student's; after runs once the student has stepped.
	before(s *stepInput)
	after(s *stepInput)
	stateful
}

// stepInput is what a learner sees of a step.
type stepInput struct {
	team     *kernel.Team // shares kernels' work
	z        [2][]float32 // embeddings of the global crops on the unit sphere [2·B,D] by Branch; the student's only in after
	scored   [2][]float32 // the same as scores use them, not normalised where the objective takes them so; the student's of all crops
	patches  [2][]float32 // the same of every patch of the global crops [2·B·P,D], where the objective predicts them
	masks    []float32    // [2·B,P], 1 where the student does not see the patch
	step     int
	epoch    float64
	lr       float64
	momentum float64 // of the teacher
	decay    float64 // weight decay as a multiple of that at the start
	values   map[string]float64
	event    func(kind string, prototype int)
}

func newLearner(name string, cfg Config, o objective, d int) learner {
	start := randomPrototypes(cfg.Seed, cfg.Settings.Prototypes.Count, d)
	switch name {
	case "joint":
		return newJoint(cfg, o, start, d)
	case "gmm":
		return newGMM(cfg, start, d)
	case "kmeans":
		return newKMeans(cfg, start, d)
	case "ema":
		return newEMA(cfg, start, d)
	case "hyperspherical":
		return newHyperspherical(cfg, start, d)
	}
	return &frozen{newPrototypes(start, cfg.Settings.Prototypes.Count, d, false)}
}

// frozen prototypes stay where they start: the control that is unique by construction.
type frozen struct{ p *prototypes }

func (f *frozen) vectors() *prototypes        { return f.p }
func (f *frozen) params() []*encoders.Param   { return nil }
func (f *frozen) restart(c []float32)         { f.p.start(c) }
func (f *frozen) move(int, []float32)         {}
func (f *frozen) before(*stepInput)           {}
func (f *frozen) after(*stepInput)            {}
func (f *frozen) state(prefix string) []Named { return f.p.state(prefix) }
