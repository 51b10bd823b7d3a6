package clustering

import (
	"fmt"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// SMoG holds the keys of the [smog] table (Pang et al. 2022; defaults of lightly's code).
type SMoG struct {
	Momentum   float64 `key:"momentum" default:"0.99" range:"[0,1)" doc:"share β of itself that a group keeps in a step in which projections are given to it"`
	ResetSteps int     `key:"reset_steps" default:"300" range:"[0,)" doc:"steps after which the groups are clustered anew and the teacher is set to the student (0: never)"`
}

// DeclareSMoG declares [smog].
func DeclareSMoG() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "smog", Doc: "a predictor finds the teacher's group of another view; groups move with the student's projections, and the gradient flows through the move", Source: "Pang et al. 2022",
			Table: setting.Of[SMoG]("smog").OwnedBy("smog"), Reads: []string{"loss.temperature", "prototypes.count", "prototypes.init"},
			Check: func(c part.Config) []*setting.KeyError { return learner.ImageForEach(c, "smog") },
			Onsets: func(c part.Config) []part.Onset {
				n := c.Settings.Int("smog.reset_steps")
				if n == 0 {
					return nil
				}
				missed := fmt.Sprintf("the groups are never clustered anew in %d steps", c.Steps())
				return []part.Onset{{Key: "smog.reset_steps", Epoch: c.EpochOf(n - 1), Missed: missed}} // after the n-th step
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Teacher, Unnormalised: true, Temperature: v.Float("loss.temperature"), Scores: true}
		},
		New:      func(c part.Config, v objective.Views, d int) objective.Objective { return newSMoG(c, v, d) },
		Learner:  "groups that move towards the projections given to them, clustered anew now and then",
		Faithful: faithfulSMoG,
	}
}

// smog is synchronous momentum grouping (Pang et al. 2022). Groups g [K,D] take the prototypes'
// place. In every step the student's projections z are given to their nearest groups by cosine, and
// each group that got some moves to (eq. 2 and 3)
//
//	g' = β·g + (1-β)·mean of its projections,
//
// in the graph: the gradient flows through the moved groups into the encoder, though never to the
// groups as they were. A predictor P then has to find the group that the teacher gives another
// view, with groups as they were,
//
//	loss = -mean log softmax(cos(P(z), g')/τ)_target,   τ 0.1, β 0.99
//
// Projections and groups are not normalised otherwise. Both views are predicted here, where the
// original alternates; the predictor is Linear–BN–ReLU–Linear and as wide as the projector, or as
// the features where there is none. The groups are reset by clustering every reset_steps steps, see
// [smogGroups].
type smog struct {
	objective.Unchanging
	SMoG
	v         objective.Views
	k, d      int
	predictor []*encoders.Param
	running   encoders.Running // never used: there is no evaluation of the predictor
	hits      *learner.Assignment
	unit      []float32 // [K,D] directions of the groups
	moved     []float32 // [K,D] the step's groups after the move
}

func newSMoG(cfg part.Config, v objective.Views, d int) *smog {
	o := &smog{SMoG: setting.Read[SMoG](cfg.Settings, "smog"), v: v, k: cfg.Settings.Int("prototypes.count"), d: d}
	hidden := cfg.Encoder.Hidden
	if hidden == 0 || !cfg.Encoder.HasProjector() {
		hidden = cfg.Encoder.Features()
	}
	o.predictor = newPredictor(cfg.Seed, d, hidden)
	o.running = encoders.Running{Mean: make([]float32, hidden), Var: make([]float32, hidden)}
	o.hits, o.moved = learner.NewAssignment(o.k, d), make([]float32, o.k*d)
	o.unit = make([]float32, o.k*d)
	return o
}

func (o *smog) Params() []*encoders.Param { return o.predictor }

func (o *smog) Own(cfg part.Config, start []float32, d int) []learner.Learner {
	return []learner.Learner{newSMoGGroups(cfg, start, o, d)}
}

// Codes are one-hot: the teacher's nearest group, as the groups were before the step. The length of
// a projection changes no order.
func (o *smog) Codes(q []float32, in objective.CodeInput) {
	nearest(q, in.Scores, o.k)
}

func (o *smog) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return h.CrossEntropy(s, targets)
}

// Scores adds the cosines of predictions and moved groups.
func (o *smog) Scores(z, c *G.Node, _ bool) (s *G.Node, params G.Nodes, err error) {
	groups, err := o.move(z, c)
	if err != nil {
		return nil, nil, err
	}
	prediction, params, err := o.predict(z)
	if err != nil {
		return nil, nil, err
	}
	s, err = o.cosines(prediction, groups)
	return s, params, err
}

func (o *smog) cosines(prediction, groups *G.Node) (*G.Node, error) {
	p, err := encoders.Normalize(prediction)
	if err != nil {
		return nil, err
	}
	c, err := encoders.Normalize(groups)
	if err != nil {
		return nil, err
	}
	return term.ScoresNode(p, c, true)
}

// move adds the groups [K,D] after they have moved by the projections z of the crops that predict
// another.
func (o *smog) move(z, groups *G.Node) (*G.Node, error) {
	crops, size := o.v.Predicting(), o.v.Images*o.d
	members := make([]float32, len(crops)*size)
	return graph.Apply(graph.Op{
		Kind: "move-groups", Out: groups.Shape().Clone(), Diff: []bool{true, false},
		Forward: func(team *team.Team, in [][]float32, out []float32) {
			for i, c := range crops {
				copy(members[i*size:][:size], in[0][c*size:])
			}
			o.regroup(team, out, members, in[1])
			copy(o.moved, out)
		},
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "move-groups-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dz []float32) {
					clear(dz)
					for i, c := range crops {
						o.scatter(dz[c*size:][:size], v[0], o.hits.Near[i*o.v.Images:])
					}
				},
			}, grad, out)
			return G.Nodes{dz, nil}, err
		},
	}, z, groups)
}

// regroup sets out to the groups moved by their members [n,D].
func (o *smog) regroup(team *team.Team, out, members, groups []float32) {
	kernel.NormalizeRows(o.unit, groups, o.k, o.d, nil)
	o.hits.Assign(team, members, o.unit)
	beta := o.Momentum
	copy(out, groups)
	for k, n := range o.hits.Count {
		if n == 0 {
			continue
		}
		for j, sum := range o.hits.Sum[k*o.d:][:o.d] {
			out[k*o.d+j] = float32(float64(beta*float64(groups[k*o.d+j])) + (1-beta)*sum/n)
		}
	}
}

// scatter gives each member of a group its share of the group's gradient.
func (o *smog) scatter(dz, grad []float32, near []int) {
	for i := range o.v.Images {
		k := near[i]
		f := float32((1 - o.Momentum) / o.hits.Count[k])
		for j, g := range grad[k*o.d:][:o.d] {
			dz[i*o.d+j] = f * g
		}
	}
}

// faithfulSMoG is that of lightly's benchmarks on small images (SGD at 0.01 for a batch of 128);
// Pang et al. 2022 published no code.
func faithfulSMoG(t part.Train) map[string]any {
	return map[string]any{
		"encoder.projector": "bn-relu", "encoder.hidden": 2048, "encoder.dim": 128,
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": t.ScaledLR(0.02), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 1e-6, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"train.teacher_momentum": 0.99, "train.teacher_momentum_end": 0.99,
		"loss.temperature": 0.1, "smog.momentum": 0.99, "smog.reset_steps": 300,
	}
}

func (o *smog) Assign(q []float32, in objective.CodeInput) bool {
	o.Codes(q, in)
	return true
}
