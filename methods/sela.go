package methods

import (
	"math"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
)

// sela is self-labelling (Asano et al. 2020): a linear classifier W·z + b over labels that are found for all training images at once, as
// the transport plan of the classifier's own predictions p under the constraint that every label gets as many images (eq. 3 to 8, see
// [selfLabels]); between two such solutions the network learns the labels by cross-entropy,
//
//	loss = -mean log softmax(W·z + b)_label
//
// for every crop of an image. Labels are found before the first step, from what the initial network predicts, and anew every
// relabel_epochs, for all heads. Images that no batch has shown by then have random, balanced ones. The predictions that
// labels are made of come from the last embedding of each image (its first view, in training mode) and the classifier at
// that time, where the original runs the network over the set once more. The classifier stands on the projector's output,
// which is not normalised. The rows of W are the prototypes; one Adam, SGD or LARS trains them with the encoder.
//
// With several heads H there are as many classifiers on one encoder, each with labels of its own; the loss is the mean of
// theirs. Metrics and signals are the first head's: the others train the encoder alone.
type sela struct {
	SeLa
	v       views
	k, d    int
	heads   int // H
	images  func(step int) []int
	label   []float64 // [H,Images]
	bank    *bank
	bias    *encoders.Param // [H·K]
	teacher []float32       // [H·K] the bias's moving average, negative: what the teacher's scores lose
}

func newSeLa(cfg Config, v views, d int) *sela {
	o := &sela{
		SeLa: cfg.Settings.SeLa, v: v, k: cfg.Settings.Prototypes.Count, d: d, heads: cfg.Heads(), images: cfg.order, bank: newBank(cfg, d),
	}
	o.bias = &encoders.Param{Name: "bias", Shape: []int{o.heads * o.k}, Value: make([]float32, o.heads*o.k), LRMult: cfg.Settings.Prototypes.LRMult}
	o.teacher, o.label = make([]float32, o.heads*o.k), make([]float64, o.heads*cfg.Images)
	for h := range o.heads {
		for at, i := range headStream(cfg.Seed, "labels", h).Perm(cfg.Images) {
			o.labels(h)[i] = float64(at % o.k)
		}
	}
	return o
}

func (o *sela) branch() Branch            { return Student }
func (o *sela) weightNorm() bool          { return false }
func (o *sela) unnormalised() bool        { return true }
func (o *sela) center() []float32         { return o.teacher }
func (o *sela) params() []*encoders.Param { return []*encoders.Param{o.bias} }

func (o *sela) own(cfg Config, start []float32, d int) []learner {
	var out []learner
	for _, p := range newHeads(start, o.heads, o.k, d, true) {
		out = append(out, newClassifier(cfg, o, p))
	}
	return out
}

// labels are those of one head, [Images].
func (o *sela) labels(head int) []float64 {
	n := len(o.label) / o.heads
	return o.label[head*n:][:n]
}

// codes are one-hot for each head: the images' labels.
func (o *sela) codes(q []float32, in codeInput) {
	clear(q)
	for b, i := range o.images(in.step) {
		for g := range o.v.global {
			for h := range o.heads {
				q[((g*o.v.images+b)*o.heads+h)*o.k+int(o.labels(h)[i])] = 1
			}
		}
	}
}

// scores adds W·z + b, those of all heads side by side.
func (o *sela) scores(z, c *G.Node, learn bool) (s *G.Node, params G.Nodes, err error) {
	if s, err = scoresNode(z, c, learn); err != nil {
		return nil, nil, err
	}
	b := graph.Input(z.Graph(), "bias", o.bias.Value, o.heads*o.k)
	s, err = addRowNode(s, b)
	return s, G.Nodes{b}, err
}

func (o *sela) loss(h *head, s, targets *G.Node) (*G.Node, error) {
	return crossEntropyOfHeads(s, targets, o.heads, 1, h.scaled(o.v.weight()))
}

func (o *sela) after(in codeInput) { o.bank.record(in.step, in.z) }

// relabel finds the labels that one head gives to all images that have been seen, with its classifier's weights [K,D]. It
// returns the share of labels that changed, and the error at which the solution stopped.
func (o *sela) relabel(team *team.Team, head int, weight []float32) (changed, err float64) {
	images, z := o.bank.gather()
	label, bias := o.labels(head), o.bias.Value[head*o.k:][:o.k]
	logits := make([]float32, len(images)*o.k)
	scores(team, logits, z, weight, len(images), o.d, o.k)
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

func (o *sela) state(prefix string) []Named {
	return append(o.bank.state(prefix), f64(prefix+"labels", o.label), f32(prefix+"teacher", o.teacher))
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
