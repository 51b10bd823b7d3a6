package objective

import (
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// Views says how the rows of a batch are laid out: crops · images rows, crop by crop, the global
// crops first.
type Views struct {
	Images int // B
	Global int // crops that give codes
	Crops  int // all crops, each predicts the codes of the other global ones
}

// Pairs is the number of (code, prediction) pairs of different crops.
func (v Views) Pairs() int { return v.Global * (v.Crops - 1) }

// Weight makes a sum over rows of all pairs the mean over pairs and images.
func (v Views) Weight() float32 { return 1 / float32(v.Pairs()*v.Images) }

// Globals cuts the rows of the global crops out of those of all crops.
func (v Views) Globals(x []float32) []float32 { return x[:len(x)/v.Crops*v.Global] }

// Last cuts the rows of the last global crop out of those of the global crops.
func (v Views) Last(x []float32) []float32 { return x[len(x)/v.Global*(v.Global-1):] }

// Predicting are the crops that predict another, global one: all, unless there is but one global
// crop.
func (v Views) Predicting() []int {
	var out []int
	for c := range v.Crops {
		if v.Global > 1 || c >= v.Global {
			out = append(out, c)
		}
	}
	return out
}

// Swap sets targets [crops·B,K] from codes [global·B,K]: each crop predicts the sum of the other
// global crops' codes.
func (v Views) Swap(targets, codes []float32, k int) {
	clear(targets)
	n := v.Images * k
	for c := range v.Crops {
		for g := range v.Global {
			if g == c {
				continue
			}
			for i, q := range codes[g*n:][:n] {
				targets[c*n+i] += q
			}
		}
	}
}

// Loss holds what the losses of most objectives share.
type Loss struct {
	Temperature float64 `key:"temperature" also:"temperature,temp,tau,student_temp,student_temperature" default:"0.1" range:"(0,10]" least:"0.001" doc:"student temperature (msn: of both branches)"`
}

// Traits say how an objective uses embeddings and prototypes. They follow from the settings alone,
// so that a plan knows them too.
type Traits struct {
	Targets      part.Branch // whose embeddings and prototypes give the codes
	WeightNorm   bool        // prototypes are used as v/|v| with a gradient through the norm; else their rows are put back on the sphere after every step, unless Lengths
	Lengths      bool        // scores depend on the prototypes' lengths, which are the gradient's to find
	Unnormalised bool        // scores take the projector's output as it is; else embeddings are on the unit sphere
	Scores       bool        // codes are made of the target branch's scores, and not of labels from elsewhere
	Free         bool        // past embeddings stand in the prototypes' place: there are none to measure
	Crops        bool        // each local crop predicts the codes of every view, as the official code has it (Caron et al. 2020, sec. 3.2)
	Patches      bool        // hidden patches of the views are predicted too, which takes an encoder that has patches
	Temperature  float64     // of the softmax by which the student predicts prototypes; 0 where it predicts none
	Heads        int         // sets of prototypes on one projector, all of which train the encoder; 0 is one
	HeadsKey     string      // the setting that says so
}

// Declaration is an objective as the registry has it.
type Declaration struct {
	part.Declaration
	Traits func(setting.Values) Traits
	New    func(c part.Config, v Views, d int) Objective
	// Learner, where it is set, says that the objective owns its prototypes: it brings the one
	// learner that it works with, which has its name, and Learner is that one's doc. Such
	// objectives are owners.
	Learner string
	// Covers are regularizers for whose work the objective has a term of its own, with that term's
	// setting.
	Covers map[string]string
	// Faithful returns the settings outside of the three axes that the objective's own paper trains
	// with, see Faithful in package methods.
	Faithful func(part.Train) map[string]any
	// Preset is the doc of a preset of the objective's name, with joint prototypes unless it owns
	// them; empty where package methods has presets for it.
	Preset string
}

// Owns reports whether the objective owns its prototypes.
func (d Declaration) Owns() bool { return d.Learner != "" }

// Objective turns the scores of the target branch into codes and adds the loss of the student's
// scores. It has state of its own (queue, center) and, unless it owns them, does not know how the
// prototypes are learned. Each learner, observers included, has an objective of its own. H is the
// number of sets of K prototypes that it has side by side.
type Objective interface {
	// Codes sets q [global·B,H·K].
	Codes(q []float32, in CodeInput)
	// Loss adds the loss of the student's scores s [crops·B,H·K]. Each row of targets [crops·B,H·K]
	// has the sum of the codes that its crop predicts; h.Codes has the codes one by one as soon as
	// targets' node has run. Both are constants of the loss.
	Loss(h *Head, s, targets *G.Node) (*G.Node, error)
	// After updates the state once the loss is known.
	After(in CodeInput)
	// Offset is what scores with the teacher's prototypes c [H·K,D] lose at an epoch before they
	// are compared, [H·K], or nil.
	Offset(c []float32, epoch int) []float32
	// Bias is what scores with the prototypes c [H·K,D] gain before the student's softmax, [H·K],
	// or nil.
	Bias(c []float32) []float32
	// Assign sets q [n,K] to the targets that n images have by the target branch's scores alone,
	// balanced over these images where the objective balances; it reports false where they come
	// from elsewhere. It changes nothing that training sees.
	Assign(q []float32, in CodeInput) bool
	part.Stateful
}

// Unchanging is what objectives without state have in common.
type Unchanging struct{}

// After does nothing.
func (Unchanging) After(CodeInput) {}

// Offset is none.
func (Unchanging) Offset([]float32, int) []float32 { return nil }

// Bias is none.
func (Unchanging) Bias([]float32) []float32 { return nil }

// Assign says that targets come from elsewhere than scores.
func (Unchanging) Assign([]float32, CodeInput) bool { return false }

// State is none.
func (Unchanging) State(string) []part.Named { return nil }

// CodeInput is what codes are made of, from the objective's branch.
type CodeInput struct {
	Scores     []float32 // [global·B,H·K]; nil where nothing reads the teacher's, see [Traits]
	Z          []float32 // [global·B,D]
	Prototypes []float32 // [H·K,D]
	Epoch      float64
	Team       *team.Team
	Step       int
}

// RowTask is the number of a loss's rows that one thread does at a time.
const RowTask = 16
