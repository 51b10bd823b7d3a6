package clustering

import (
	"math"

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

// SeLa holds the keys of the [sela] table (Asano et al. 2020; defaults of the official code on
// CIFAR).
type SeLa struct {
	Lambda        float64 `key:"lambda" default:"10" range:"(0,100]" doc:"power λ of the predictions in the transport plan; the larger, the less smooth (ImageNet: 25)"`
	Threshold     float64 `key:"threshold" default:"0.01" range:"(0,)" doc:"error at which the plan's scaling stops, a sum over the images (ImageNet: 0.1)"`
	RelabelEpochs float64 `key:"relabel_epochs" default:"1" range:"(0,)" doc:"epochs between two labellings; the first one is before training, by the initial network"`
	Heads         int     `key:"heads" default:"1" range:"[1,64]" hash:"set" doc:"classifiers with prototypes.count labels each; all train the encoder, metrics see the first (the paper has 1 and 10)"`
}

// DeclareSeLa declares [sela].
func DeclareSeLa() objective.Declaration {
	return objective.Declaration{
		Declaration: part.Declaration{
			Name: "sela", Doc: "linear classifiers (one or more heads) of labels that are found for all images at once, as many for each prototype; metrics see the first", Source: "Asano et al. 2020",
			Table: setting.Of[SeLa]("sela").OwnedBy("sela"), Reads: []string{"prototypes.count", "prototypes.init", "prototypes.lr_mult", "prototypes.weight_decay"},
			Onsets: func(c part.Config) []part.Onset {
				steps := setting.Read[SeLa](c.Settings, "sela").relabelSteps(c.StepsPerEpoch)
				return []part.Onset{{Key: "sela.relabel_epochs", Epoch: c.EpochOf(steps), Missed: "the first labels, of the initial network, stay"}}
			},
		},
		Traits: func(v setting.Values) objective.Traits {
			return objective.Traits{Targets: part.Student, Lengths: true, Unnormalised: true, Temperature: 1, Heads: v.Int("sela.heads"), HeadsKey: "sela.heads"}
		},
		New:      func(c part.Config, v objective.Views, d int) objective.Objective { return newSeLa(c, v, d) },
		Learner:  "rows of the linear classifiers, by the gradient of the loss, not normalised",
		Faithful: faithfulSeLa,
	}
}

// sela is self-labelling (Asano et al. 2020): a linear classifier W·z + b over labels that are
// found for all training images at once, as the transport plan of the classifier's own predictions
// p under the constraint that every label gets as many images (eq. 3 to 8, see [selfLabels]);
// between two such solutions the network learns the labels by cross-entropy,
//
//	loss = -mean log softmax(W·z + b)_label
//
// for every crop of an image. Labels are found before the first step, from what the initial network
// predicts, and anew every relabel_epochs, for all heads. Images that no batch has shown by then
// have random, balanced ones. The predictions that labels are made of come from the last embedding
// of each image (its first view, in training mode) and the classifier at that time, where the
// original runs the network over the set once more. The classifier stands on the projector's
// output, which is not normalised. The rows of W are the prototypes; one Adam, SGD or LARS trains
// them with the encoder.
//
// With several heads H there are as many classifiers on one encoder, each with labels of its own;
// the loss is the mean of theirs. Metrics and signals are the first head's: the others train the
// encoder alone.
type sela struct {
	SeLa
	v       objective.Views
	k, d    int
	images  func(step int) []int
	label   []float64 // [H,Images]
	bank    *learner.Bank
	bias    *encoders.Param // [H·K]
	teacher []float32       // [H·K] the bias's moving average, negative: what the teacher's scores lose
}

func newSeLa(cfg part.Config, v objective.Views, d int) *sela {
	o := &sela{
		SeLa: setting.Read[SeLa](cfg.Settings, "sela"), v: v, k: cfg.Settings.Int("prototypes.count"), d: d, images: cfg.Indices, bank: learner.NewBank(cfg, d),
	}
	o.bias = &encoders.Param{Name: "bias", Shape: []int{o.Heads * o.k}, Value: make([]float32, o.Heads*o.k), LRMult: cfg.Settings.Float("prototypes.lr_mult")}
	o.teacher, o.label = make([]float32, o.Heads*o.k), make([]float64, o.Heads*cfg.Images)
	for h := range o.Heads {
		for at, i := range learner.HeadStream(cfg.Seed, "labels", h).Perm(cfg.Images) {
			o.labels(h)[i] = float64(at % o.k)
		}
	}
	return o
}

func (o *sela) Params() []*encoders.Param { return []*encoders.Param{o.bias} }

func (o *sela) Own(cfg part.Config, start []float32, d int) []learner.Learner {
	var out []learner.Learner
	for _, p := range learner.NewHeads(start, o.Heads, o.k, d, true) {
		out = append(out, newClassifier(cfg, o, p))
	}
	return out
}

// labels are those of one head, [Images].
func (o *sela) labels(head int) []float64 {
	n := len(o.label) / o.Heads
	return o.label[head*n:][:n]
}

// Codes are one-hot for each head: the images' labels.
func (o *sela) Codes(q []float32, in objective.CodeInput) {
	clear(q)
	for b, i := range o.images(in.Step) {
		for g := range o.v.Global {
			for h := range o.Heads {
				q[((g*o.v.Images+b)*o.Heads+h)*o.k+int(o.labels(h)[i])] = 1
			}
		}
	}
}

// Scores adds W·z + b, those of all heads side by side.
func (o *sela) Scores(z, c *G.Node, gradient bool) (s *G.Node, params G.Nodes, err error) {
	if s, err = term.ScoresNode(z, c, gradient); err != nil {
		return nil, nil, err
	}
	b := graph.Input(z.Graph(), "bias", o.bias.Value, o.Heads*o.k)
	s, err = addRowNode(s, b)
	return s, G.Nodes{b}, err
}

func (o *sela) Loss(h *objective.Head, s, targets *G.Node) (*G.Node, error) {
	return h.CrossEntropyOfHeads(s, targets, o.Heads, 1, o.v.Weight())
}

func (o *sela) After(in objective.CodeInput) { o.bank.Record(in.Step, in.Z) }

// relabel finds the labels that one head gives to all images that have been seen, with its
// classifier's weights [K,D]. It returns the share of labels that changed, and the error at which
// the solution stopped.
func (o *sela) relabel(team *team.Team, head int, weight []float32) (changed, err float64) {
	images, z := o.bank.Gather()
	label, bias := o.labels(head), o.bias.Value[head*o.k:][:o.k]
	logits := make([]float32, len(images)*o.k)
	kernel.InnerProducts(team, logits, z, weight, len(images), o.d, o.k)
	for i := range logits {
		logits[i] += bias[i%o.k]
	}
	l := newSelfLabels(team, logits, o.k, o.Lambda)
	l.solve(team, o.Threshold)
	for row, k := range l.labels(team) {
		if i := images[row]; label[i] != float64(k) {
			label[i] = float64(k)
			changed += 1 / float64(len(images))
		}
	}
	return changed, l.err
}

func (o *sela) State(prefix string) []part.Named {
	return append(o.bank.State(prefix), part.F64Of(prefix+"labels", o.label), part.F32Of(prefix+"teacher", o.teacher))
}

// addRowNode adds a row b [K] to every row of s [N,K].
func addRowNode(s, b *G.Node) (*G.Node, error) {
	k := s.Shape()[1]
	db, room := make([]float32, k), make([]float64, k)
	return graph.Apply(graph.Op{
		Kind: "add-row", Out: s.Shape().Clone(), Diff: []bool{true, true},
		Forward: func(_ *team.Team, in [][]float32, out []float32) {
			for lo := 0; lo < len(out); lo += k {
				kernel.Combine(out[lo:][:k], in[0][lo:][:k], in[1], 1, 1)
			}
		},
		Backward: func(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
			ds, err := graph.Apply(graph.Op{
				Kind: "add-row-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, ds []float32) {
					copy(ds, v[0])
					columnSums(db, v[0], room)
				},
			}, grad)
			if err != nil {
				return nil, err
			}
			gb, err := graph.Take(ds, db, k)
			return G.Nodes{ds, gb}, err
		},
	}, s, b)
}

// columnSums sets sum [K] to the sums of x's [N,K] columns, of which room [K] has the making.
func columnSums(sum, x []float32, room []float64) {
	clear(room)
	for lo := 0; lo < len(x); lo += len(sum) {
		kernel.AddWide(room, x[lo:][:len(sum)])
	}
	for j, s := range room {
		sum[j] = float32(s)
	}
}

// relabelSteps is the number of steps between two solutions.
func (s SeLa) relabelSteps(perEpoch int) int {
	return max(1, int(math.Round(s.RelabelEpochs*float64(perEpoch))))
}

// faithfulSeLa is Asano et al. 2020's on CIFAR (official code: SGD at 0.05 for a batch of 64, which
// falls in steps there and by a cosine here; classifiers on the features themselves, where here a
// projector stands between; ten heads).
func faithfulSeLa(t part.Train) map[string]any {
	return map[string]any{
		"train.optimizer": "sgd", "train.momentum": 0.9, "train.nesterov": false, "train.lr": t.ScaledLR(0.2), "train.final_lr": 0.0, "train.warmup": 0.0,
		"train.weight_decay": 5e-4, "train.weight_decay_rise": 1.0, "train.clip": 0.0,
		"prototypes.lr_mult": 1.0, "prototypes.weight_decay": 5e-4, "sela.lambda": 10.0, "sela.threshold": 0.01, "sela.heads": 10,
	}
}

func (o *sela) Offset([]float32, int) []float32 { return o.teacher }

func (o *sela) Survey(step int, z []float32) { o.bank.Record(step, z) }

func (o *sela) Bias([]float32) []float32 { return o.bias.Value }

// Assign gives the classifier's own choices: labels are found for all training images at once.
func (o *sela) Assign(q []float32, in objective.CodeInput) bool {
	nearest(q, in.Scores, o.k)
	return true
}
