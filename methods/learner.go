package methods

import (
	"protobench/encoders"
	"protobench/internal/team"
)

// learner decides how one set of prototypes changes.
type learner interface {
	vectors() *prototypes
	// params are the prototypes as parameters of the student's loss; nil where no gradient may reach them.
	params() []*encoders.Param
	// adopt takes the prototypes as they are, on the unit sphere: before the first step, and where a schedule hands them over.
	adopt()
	// moves reports whether the learner can move prototypes at this time: where it does not, re-seeding waits.
	moves(epoch float64) bool
	// move puts prototype k on a unit vector, as re-seeding does.
	move(k int, z []float32)
	// before runs between the teacher's forward pass and the student's; after runs once the student has stepped.
	before(s *stepInput)
	after(s *stepInput)
	// state is what the learner keeps besides the prototypes themselves.
	stateful
}

// stepInput is what a learner sees of a step.
type stepInput struct {
	team     *team.Team   // shares kernels' work
	z        [2][]float32 // embeddings of the global crops on the unit sphere [2·B,D] by Branch; the student's only in after
	scored   [2][]float32 // the same as scores use them, not normalised where the objective takes them so; the student's of all crops
	patches  [2][]float32 // the same of every patch of the global crops [2·B·P,D], where the objective predicts them
	masks    []float32    // [2·B,P], 1 where the student does not see the patch
	step     int
	perEpoch int // steps per epoch
	epoch    float64
	lr       float64
	momentum float64 // of the teacher
	decay    float64 // weight decay as a multiple of that at the start
	values   map[string]float64
	event    func(kind string, prototype int)
}

// newLearners makes the learner of a name, or the schedule that a list of them stands for, once for each head of the
// objective.
func newLearners(name string, cfg Config, o objective, d int) []learner {
	heads, k := cfg.Heads(), cfg.Settings.Prototypes.Count
	start := randomHeads(cfg.Seed, heads, k, d)
	if b, ok := o.(bound); ok {
		return b.own(cfg, start, d)
	}
	phases, _ := Phases(name) // validated before
	var out []learner
	for _, p := range newHeads(start, heads, k, d, needsTeacher(phases)) {
		if len(phases) > 1 {
			out = append(out, newSchedule(phases, cfg, o, p))
		} else {
			out = append(out, newSingle(name, cfg, o, p))
		}
	}
	return out
}

// needsTeacher reports whether a learner keeps a second copy of the prototypes.
func needsTeacher(phases []Phase) bool {
	for _, p := range phases {
		if p.Learner == "joint" {
			return true
		}
	}
	return false
}

func newSingle(name string, cfg Config, o objective, p *prototypes) learner {
	switch name {
	case "joint":
		return newJoint(cfg, o, p)
	case "gmm":
		return newGMM(cfg, p)
	case "kmeans":
		return newKMeans(cfg, p)
	case "epoch-kmeans":
		return newEpochKMeans(cfg, p)
	case "self-cluster":
		return newSelfCluster(cfg, p)
	case "ema":
		return newEMA(cfg, p)
	case "hyperspherical":
		return newHyperspherical(cfg, p)
	}
	return &frozen{p}
}

// decoupled is what learners without a gradient have in common.
type decoupled struct{ p *prototypes }

func (l decoupled) vectors() *prototypes      { return l.p }
func (l decoupled) params() []*encoders.Param { return nil }
func (l decoupled) moves(float64) bool        { return true }
func (l decoupled) after(*stepInput)          {}

// frozen prototypes stay where they start: the control that is unique by construction.
type frozen struct{ p *prototypes }

func (f *frozen) vectors() *prototypes      { return f.p }
func (f *frozen) params() []*encoders.Param { return nil }
func (f *frozen) adopt()                    { f.p.publish(nil) }
func (f *frozen) moves(float64) bool        { return false }
func (f *frozen) move(int, []float32)       {}
func (f *frozen) before(*stepInput)         {}
func (f *frozen) after(*stepInput)          {}
func (f *frozen) state(string) []Named      { return nil }
