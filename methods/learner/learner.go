package learner

import (
	"slices"

	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"
)

// Settings holds the keys of the [prototypes] table, which learners share.
type Settings struct {
	Count           int     `key:"count" also:"k,prototypes,num_prototypes,n_prototypes,nmb_prototypes,out_dim" default:"256" range:"[2,)" doc:"number of prototypes K"`
	LRMult          float64 `key:"lr_mult" default:"1" range:"[0,)" doc:"prototypes' learning rate as a multiple of train.lr"`
	Decay           float64 `key:"weight_decay" default:"0" range:"[0,)" doc:"weight decay of the prototypes"`
	Norm            float64 `key:"norm" default:"1" range:"(0,)" hash:"set" doc:"length of joint prototypes at the start, where the objective is weight-normalised or uses it (DINO: 0.58; shorter ones turn faster)"`
	Freeze          float64 `key:"freeze_epochs" default:"0" range:"[0,)" doc:"epochs at the start in which joint prototypes get no update"`
	Init            string  `key:"init" default:"random" in:"random|data|kmeans++" doc:"start: random unit vectors, teacher embeddings of training images, or such embeddings spread by k-means++ (observers: always random)"`
	ReseedBelow     float64 `key:"reseed_below" default:"0.02" range:"[0,1]" needs:"own learner,prototypes.reseed=true" doc:"a prototype is re-seeded when its running share of the assignments falls below this part of 1/K"`
	Reseed          bool    `key:"reseed" default:"false" needs:"own learner" doc:"move prototypes that nothing is assigned to"`
	ReseedBy        string  `key:"reseed_by" default:"distance" in:"distance|split" hash:"set" needs:"own learner,prototypes.reseed=true" doc:"where to: onto embeddings that are badly covered, or beside the prototype with the largest share (gmm, kmeans: with half of its statistics)"`
	Intervene       string  `key:"intervene" default:"none" in:"none|merge|split|randomise" hash:"set" config:"set" needs:"own learner" doc:"what happens once to near-duplicates: put onto the prototype that they are near to, moved to four times the distance, or onto random directions"`
	InterveneEpoch  float64 `key:"intervene_epoch" default:"0" range:"[0,)" hash:"set" config:"set" needs:"own learner,prototypes.intervene!=none" doc:"epochs before it happens"`
	InterveneWithin float64 `key:"intervene_within" default:"0.025" range:"(0,0.25]" hash:"set" config:"set" needs:"own learner,prototypes.intervene!=none" doc:"cosine distance within which a prototype is a duplicate of one before it"`
}

// moving are the keys that learners read whose prototypes can be moved from outside.
func moving() []string {
	return []string{
		"prototypes.reseed_below", "prototypes.reseed", "prototypes.reseed_by",
		"prototypes.intervene", "prototypes.intervene_epoch", "prototypes.intervene_within",
	}
}

// Host is what a learner has to know of the objective that its prototypes serve.
type Host struct {
	Lengths bool // the objective uses the prototypes' lengths, or puts them on the sphere itself; else rows go back to length 1 after every step
}

// Declaration is a learner as the registry has it.
type Declaration struct {
	part.Declaration
	Gradient bool   // the prototypes are parameters of the student's loss, with a second copy for the teacher
	Banks    bool   // it clusters embeddings of before the first step
	First    string // where it can only be the first phase of a schedule: what it does before training
	New      func(c part.Config, h Host, p *Prototypes) Learner
}

// Learner decides how one set of prototypes changes.
type Learner interface {
	// Vectors are the prototypes.
	Vectors() *Prototypes
	// Params are the prototypes as parameters of the student's loss; nil where no gradient may
	// reach them.
	Params() []*encoders.Param
	// Adopt takes the prototypes as they are, on the unit sphere: before the first step, and where
	// a schedule hands them over.
	Adopt()
	// Moves reports whether the learner can move prototypes at this time: where it does not,
	// re-seeding waits.
	Moves(epoch float64) bool
	// Move puts prototype k on a unit vector, as re-seeding does.
	Move(k int, z []float32)
	// Before runs between the teacher's forward pass and the student's; After runs once the student
	// has stepped.
	Before(s *Step)
	After(s *Step)
	// State is what the learner keeps besides the prototypes themselves.
	part.Stateful
}

// New makes the learner of a name, or the schedule that a list of them stands for.
func New(name string, c part.Config, h Host, p *Prototypes) Learner {
	phases, _ := part.Phases(name) // checked before
	if len(phases) > 1 {
		return newSchedule(phases, c, h, p)
	}
	return newSingle(name, c, h, p)
}

// newSingle makes the learner of a name, which is known.
func newSingle(name string, c part.Config, h Host, p *Prototypes) Learner {
	d, ok := Find(name)
	if !ok {
		panic("learner: no learner " + name)
	}
	return d.New(c, h, p)
}

// Gradient reports whether a learner, or one of a schedule, follows the gradient of the student's
// loss.
func Gradient(name string) bool {
	phases, _ := part.Phases(name)
	return slices.ContainsFunc(phases, func(p part.Phase) bool {
		d, _ := Find(p.Learner)
		return d.Gradient
	})
}

// Beginner is a learner that does something before the first step, with the teacher's embeddings of
// the batches that fill the statistics: pools [n,D] of first views, and of second ones where the
// objective has several heads. Empty where nothing asked for them.
type Beginner interface {
	Begin(team *team.Team, first, second []float32)
}

// ImageForEach refuses more clusters than there are images to cluster.
func ImageForEach(c part.Config, name string) []*setting.KeyError {
	k := c.Settings.Int("prototypes.count")
	if c.Images == 0 || k <= c.Images {
		return nil
	}
	return part.Refuse("prototypes.count", "", "%d clusters of %d training images; the k-means of %s needs an image for each", k, c.Images, name)
}

// Decoupled is what learners without a gradient have in common.
type Decoupled struct{ P *Prototypes }

// Vectors implements [Learner].
func (l Decoupled) Vectors() *Prototypes { return l.P }

// Params implements [Learner]: no gradient may reach the prototypes.
func (l Decoupled) Params() []*encoders.Param { return nil }

// Moves implements [Learner]: prototypes can move at any time.
func (l Decoupled) Moves(float64) bool { return true }

// After implements [Learner]: the update comes before the student's step.
func (l Decoupled) After(*Step) {}
