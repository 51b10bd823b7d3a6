package methods

import (
	"slices"

	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
)

// Settings holds the keys of the [prototypes] table, which learners share.
type Settings struct {
	Count       int     `key:"count" default:"256" range:"[2,)" doc:"number of prototypes K"`
	LRMult      float64 `key:"lr_mult" default:"1" range:"[0,)" doc:"prototypes' learning rate as a multiple of train.lr"`
	Decay       float64 `key:"weight_decay" default:"0" range:"[0,)" doc:"weight decay of the prototypes"`
	Norm        float64 `key:"norm" default:"1" range:"(0,)" hash:"set" doc:"length of joint prototypes at the start, where the objective is weight-normalised or uses it (DINO: 0.58; shorter ones turn faster)"`
	Freeze      float64 `key:"freeze_epochs" default:"0" range:"[0,)" doc:"epochs at the start in which joint prototypes get no update"`
	Init        string  `key:"init" default:"random" in:"random|data|kmeans++" doc:"start: random unit vectors, teacher embeddings of training images, or such embeddings spread by k-means++ (observers: always random)"`
	ReseedBelow float64 `key:"reseed_below" default:"0.02" range:"[0,1]" needs:"own learner,prototypes.reseed=true" doc:"a prototype is re-seeded when its running share of the assignments falls below this part of 1/K"`
	Reseed      bool    `key:"reseed" default:"false" needs:"own learner" doc:"move prototypes that nothing is assigned to"`
	ReseedBy    string  `key:"reseed_by" default:"distance" in:"distance|split" hash:"set" needs:"own learner,prototypes.reseed=true" doc:"where to: onto embeddings that are badly covered, or beside the prototype with the largest share (gmm, kmeans: with half of its statistics)"`
}

// reseeding are the keys that learners read whose prototypes can be re-seeded.
func reseeding() []string {
	return []string{"prototypes.reseed_below", "prototypes.reseed", "prototypes.reseed_by"}
}

// Host is what a learner has to know of the objective that its prototypes serve.
type Host struct {
	Lengths bool // the objective uses the prototypes' lengths, or puts them on the sphere itself; else rows go back to length 1 after every step
}

// declaration is a learner as the registry has it.
type learnerDeclaration struct {
	part.Declaration
	Gradient bool   // the prototypes are parameters of the student's loss, with a second copy for the teacher
	Banks    bool   // it clusters embeddings of before the first step
	First    string // where it can only be the first phase of a schedule: what it does before training
	Of       string // the objective that it belongs to and works with alone; empty: any
	New      func(c part.Config, h Host, p *prototypes) learner
}

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
	part.Stateful
}

// newLearner makes the learner of a name, or the schedule that a list of them stands for.
func newLearner(name string, c part.Config, h Host, p *prototypes) learner {
	phases, _ := part.Phases(name) // checked before
	if len(phases) > 1 {
		return newSchedule(phases, c, h, p)
	}
	return newSingle(name, c, h, p)
}

// newSingle makes the learner of a name, which is known.
func newSingle(name string, c part.Config, h Host, p *prototypes) learner {
	d, ok := learnerFind(name)
	if !ok {
		panic("methods: no learner " + name)
	}
	return d.New(c, h, p)
}

// gradient reports whether a learner, or one of a schedule, follows the gradient of the student's loss.
func gradient(name string) bool {
	phases, _ := part.Phases(name)
	return slices.ContainsFunc(phases, func(p part.Phase) bool {
		d, _ := learnerFind(p.Learner)
		return d.Gradient
	})
}

// beginner is a learner that does something before the first step, with the teacher's embeddings of the batches that fill the
// statistics: pools [n,D] of first views, and of second ones where the objective has several heads. Empty where nothing asked for them.
type beginner interface {
	begin(team *team.Team, first, second []float32)
}

// imageForEach refuses more clusters than there are images to cluster.
func imageForEach(c part.Config, name string) []*setting.KeyError {
	k := c.Settings.Int("prototypes.count")
	if c.Images == 0 || k <= c.Images {
		return nil
	}
	return part.Refuse("prototypes.count", "", "%d clusters of %d training images; the k-means of %s needs an image for each", k, c.Images, name)
}

// decoupled is what learners without a gradient have in common.
type decoupled struct{ p *prototypes }

func (l decoupled) vectors() *prototypes      { return l.p }
func (l decoupled) params() []*encoders.Param { return nil }
func (l decoupled) moves(float64) bool        { return true }
func (l decoupled) after(*stepInput)          {}
