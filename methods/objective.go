package methods

import (
	G "gorgonia.org/gorgonia"

	"protobench/internal/team"
)

// views says how the rows of a batch are laid out: crops · images rows, crop by crop, the global crops first.
type views struct {
	images int // B
	global int // crops that give codes
	crops  int // all crops, each predicts the codes of the other global ones
}

// pairs is the number of (code, prediction) pairs of different crops.
func (v views) pairs() int { return v.global * (v.crops - 1) }

// weight makes a sum over rows of all pairs the mean over pairs and images.
func (v views) weight() float32 { return 1 / float32(v.pairs()*v.images) }

// globals cuts the rows of the global crops out of those of all crops.
func (v views) globals(x []float32) []float32 { return x[:len(x)/v.crops*v.global] }

// last cuts the rows of the last global crop out of those of the global crops.
func (v views) last(x []float32) []float32 { return x[len(x)/v.global*(v.global-1):] }

// predicting are the crops that predict another, global one: all, unless there is but one global crop.
func (v views) predicting() []int {
	var out []int
	for c := range v.crops {
		if v.global > 1 || c >= v.global {
			out = append(out, c)
		}
	}
	return out
}

// swap sets targets [crops·B,K] from codes [global·B,K]: each crop predicts the sum of the other global crops' codes.
func (v views) swap(targets, codes []float32, k int) {
	clear(targets)
	n := v.images * k
	for c := range v.crops {
		for g := range v.global {
			if g == c {
				continue
			}
			for i, q := range codes[g*n:][:n] {
				targets[c*n+i] += q
			}
		}
	}
}

// objective turns the scores of the target branch into codes and adds the loss of the student's scores. It has state of its own (queue,
// center) and, unless it owns them, does not know how the prototypes are learned. Each learner, observers included, has an
// objective of its own. H is the number of sets of K prototypes that it has side by side, see [Config.Heads].
type objective interface {
	// branch is the branch whose embeddings and prototypes give the codes.
	branch() Branch
	// weightNorm says that prototypes are used as v/|v| with a gradient through the norm; else their rows are
	// put back on the sphere after every step.
	weightNorm() bool
	// unnormalised says that scores take the projector's output as it is; else embeddings are on the unit sphere.
	unnormalised() bool
	// codes sets q [global·B,H·K].
	codes(q []float32, in codeInput)
	// loss adds the loss of the student's scores s [crops·B,H·K]. Each row of targets [crops·B,H·K] has the sum of the codes that
	// its crop predicts; h.q has the codes one by one as soon as targets' node has run. Both are constants of the loss.
	loss(h *head, s, targets *G.Node) (*G.Node, error)
	// after updates the state once the loss is known.
	after(in codeInput)
	// center is what scores lose before they are compared, [H·K], or nil.
	center() []float32
	stateful
}

// codeInput is what codes are made of, from the objective's branch.
type codeInput struct {
	scores     []float32 // [global·B,H·K]; nil where nothing reads the teacher's, see readsScores
	z          []float32 // [global·B,D]
	prototypes []float32 // [H·K,D]
	epoch      float64
	team       *team.Team
	step       int
}

// readsScores reports whether an objective makes codes of the target branch's scores, and not of labels that it has from elsewhere.
func readsScores(o objective) bool {
	switch o.(type) {
	case *pcl, *sela:
		return false
	}
	return true
}

func newObjective(cfg Config, v views, d int) objective {
	k := cfg.Settings.Prototypes.Count
	switch cfg.Composition.Objective {
	case "dino":
		return newDINO(cfg.Settings.DINO, v, k)
	case "ibot":
		return newIBOT(cfg, v, d)
	case "carp":
		return newCARP(cfg, v)
	case "deepcluster":
		return newDeepCluster(cfg.Settings.DeepCluster, v, k, cfg.Heads())
	case "sela":
		return newSeLa(cfg, v, d)
	case "smog":
		return newSMoG(cfg, v, d)
	case "pcl":
		return newPCL(cfg, v, d)
	case "massl":
		return newMaSSL(cfg, v)
	case "msn":
		return newMSN(cfg.Settings.MSN, k, cfg.Settings.Loss.Temperature)
	}
	return newSwAV(cfg.Settings.SwAV, v, k, d)
}
