package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/metrics/matrix"
	"protobench/metrics/metric"
)

// SGDOptions are the field's protocol of a linear probe; zero values mean the defaults.
type SGDOptions struct {
	Classes int       // number of classes; labels are in 0..Classes-1
	Rates   []float64 // learning rates to choose from, for 256 rows a step; default SGDRates()
	Epochs  int       // passes over the training rows, default 100
	Batch   int       // rows a step, default 256
	Seed    uint64    // of the hold-out split, the start and the order (stream "probe" and its like)
	// Stop, if not nil, is asked between epochs; once it returns true the probe ends as Undefined.
	Stop func() bool
}

// SGDRates is the default grid, smallest first: DINOv2's thirteen from 1e-5 to 0.1.
func SGDRates() []float64 {
	return []float64{1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1}
}

const (
	sgdEpochs   = 100
	sgdBatch    = 256
	sgdMomentum = 0.9
	sgdStart    = 0.01 // standard deviation of the first weights
	sgdBlock    = 512  // rows that are predicted at once
	sgdRows     = 32   // rows that one thread turns from logits into residuals at a time
)

// SGDResult is the outcome of the probe.
type SGDResult struct {
	Accuracy    float64   // share of test rows predicted right, 0..1
	PerClass    Tally     // by class
	Predictions []int     // [test rows]
	Rate        float64   // the chosen learning rate, for 256 rows a step
	Grid        []float64 // the rates tried, smallest first
	HeldOut     []float64 // accuracy of each on the hold-out, 0..1; nil without a choice to make
	Warnings    []string  // what was adapted
	Undefined   string    // why there is no result; "" when there is one
}

// LinearSGD is the linear probe as papers run it (Caron et al. 2021; Oquab et al. 2023): a linear
// layer on the features as they are, trained by SGD with momentum 0.9 and no weight decay on
// batches of 256 for 100 epochs, the learning rate (times rows a step / 256) falling to 0 along half
// a cosine. All rates are trained at once. Papers report the best of them on the test images; here
// the one with the highest accuracy on a stratified 20 % hold-out of train (the smaller of equals)
// is trained again on all of train. Augmentation is left out, as features are frozen.
//
// It stands for comparison with published numbers; [Linear] finds the optimum that it looks for.
// Totally collapsed features leave the accuracy of the majority class. Rows that do not match in
// width, labels outside the classes, and NaN or Inf make it Undefined. The team shares the work and
// changes no bit.
func LinearSGD(team *team.Team, train matrix.Matrix, trainY []int, test matrix.Matrix, testY []int, o SGDOptions) SGDResult {
	o = o.withDefaults()
	r := SGDResult{Undefined: labelled(train, trainY, test, testY, o.Classes), Grid: o.Rates}
	if r.Undefined != "" {
		return r
	}
	fit, held := holdOut(trainY, o.Classes, o.Seed)
	switch {
	case len(o.Rates) == 1 || len(held) == 0:
		r.Rate = o.Rates[len(o.Rates)/2]
		if len(o.Rates) > 1 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("SGD probe: no class has two training rows to hold one out, rate %g is taken without a choice", r.Rate))
		}
	default:
		heads := newHeads(team, train.Cols, o, o.Rates)
		if !heads.train(train.Pick(fit), pickInts(trainY, fit)) {
			r.Undefined = stoppedEarly
			return r
		}
		r.HeldOut = heads.accuracies(train.Pick(held), pickInts(trainY, held))
		r.Rate = o.Rates[firstLargest(r.HeldOut)]
	}
	one := newHeads(team, train.Cols, o, []float64{r.Rate})
	if !one.train(train, trainY) {
		r.Undefined = stoppedEarly
		return r
	}
	r.Predictions = one.predict(test)[0]
	r.PerClass = tallyOf(r.Predictions, testY, o.Classes)
	r.Accuracy = r.PerClass.overall()
	return r
}

func (o SGDOptions) withDefaults() SGDOptions {
	if o.Rates = slices.Sorted(slices.Values(o.Rates)); len(o.Rates) == 0 {
		o.Rates = SGDRates()
	}
	if o.Epochs <= 0 {
		o.Epochs = sgdEpochs
	}
	if o.Batch <= 0 {
		o.Batch = sgdBatch
	}
	return o
}

// heads are linear layers that are trained side by side, one a learning rate, from the same start
// on the same batches.
type heads struct {
	team     *team.Team
	o        SGDOptions
	rates    []float64
	d        int
	weights  []float32 // [heads·C,D]
	bias     []float32 // [heads·C]
	gradient []float32 // [heads·C,D], of the weights, then [heads·C] of the biases
	velocity []float32 // like gradient
	x        []float32 // [Batch,D]
	y        []int     // [Batch]
	logits   []float32 // [Batch,heads·C]
}

func newHeads(team *team.Team, d int, o SGDOptions, rates []float64) *heads {
	one, all := o.Classes*d, len(rates)*o.Classes
	h := &heads{team: team, o: o, rates: rates, d: d, weights: make([]float32, all*d), bias: make([]float32, all),
		gradient: make([]float32, all*d+all), velocity: make([]float32, all*d+all)}
	rng := stream.New(o.Seed, "probe-start")
	for i := range one {
		h.weights[i] = float32(sgdStart * rng.NormFloat64())
	}
	for i := range rates {
		copy(h.weights[i*one:], h.weights[:one])
	}
	return h
}

// train runs all epochs; false when it was stopped.
func (h *heads) train(x matrix.Matrix, y []int) bool {
	batch := min(h.o.Batch, x.Rows)
	h.x, h.y, h.logits = make([]float32, batch*h.d), make([]int, batch), make([]float32, batch*len(h.bias))
	steps := x.Rows / batch // what is left over is dropped, other rows in each epoch
	order := stream.New(h.o.Seed, "probe-order")
	for epoch := range h.o.Epochs {
		if h.o.Stop != nil && h.o.Stop() {
			return false
		}
		for step, rows := range batches(order, x.Rows, batch, steps) {
			for i, r := range rows {
				copy(h.x[i*h.d:], x.Row(r))
				h.y[i] = y[r]
			}
			along := float64(epoch*steps+step) / float64(h.o.Epochs*steps)
			h.step(float64(batch) / sgdBatch * (1 + math.Cos(math.Pi*along)) / 2)
		}
	}
	return true
}

// batches deals the rows 0 … n-1 out anew.
func batches(order *rand.Rand, n, batch, steps int) [][]int {
	rows, out := order.Perm(n), make([][]int, steps)
	for i := range out {
		out[i] = rows[i*batch : (i+1)*batch]
	}
	return out
}

// step does one step of all heads at their rates times a factor.
func (h *heads) step(factor float64) {
	n, all := len(h.y), len(h.bias)
	h.score(h.logits, h.x, n)
	h.team.Chunks(n, sgdRows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			h.residuals(h.logits[i*all:(i+1)*all], h.y[i])
		}
	})
	kernel.Gemm(h.team, true, false, all, h.d, n, h.logits, all, h.x, h.d, h.gradient, h.d, false)
	sums := h.gradient[all*h.d:]
	clear(sums)
	for i := range n {
		kernel.Axpy(1, h.logits[i*all:(i+1)*all], sums)
	}
	c := h.o.Classes
	h.team.Do(len(h.rates), func(r int) {
		rate := float32(h.rates[r] * factor)
		lo, hi := r*c*h.d, (r+1)*c*h.d
		kernel.Momentum(h.weights[lo:hi], h.gradient[lo:hi], h.velocity[lo:hi], sgdMomentum, 1, 0, rate, false)
		b, v := h.bias[r*c:(r+1)*c], h.velocity[all*h.d:]
		kernel.Momentum(b, sums[r*c:(r+1)*c], v[r*c:(r+1)*c], sgdMomentum, 1, 0, rate, false)
	})
}

// score writes the logits of n rows, [n,heads·C].
func (h *heads) score(logits, x []float32, n int) {
	all := len(h.bias)
	for i := range n {
		copy(logits[i*all:], h.bias)
	}
	kernel.Gemm(h.team, false, true, n, all, h.d, x, h.d, h.weights, h.d, logits, all, true)
}

// residuals turns a row's logits into the gradient of the mean cross-entropy of each head.
func (h *heads) residuals(logits []float32, y int) {
	c, share := h.o.Classes, 1/float32(len(h.y))
	for lo := 0; lo < len(logits); lo += c {
		p := logits[lo : lo+c]
		kernel.Softmax(p, p)
		p[y]--
		kernel.Scale(p, p, share)
	}
}

// predict returns each head's class of each row, the lower one of equals, [heads][rows].
func (h *heads) predict(x matrix.Matrix) [][]int {
	all, c := len(h.bias), h.o.Classes
	out := make([][]int, len(h.rates))
	for r := range out {
		out[r] = make([]int, x.Rows)
	}
	logits := make([]float32, min(sgdBlock, x.Rows)*all)
	for start := 0; start < x.Rows; start += sgdBlock {
		n := min(sgdBlock, x.Rows-start)
		h.score(logits, x.Data[start*h.d:], n)
		for i := range n {
			for r := range out {
				out[r][start+i] = matrix.Argmax(logits[i*all+r*c:][:c])
			}
		}
	}
	return out
}

// accuracies of the heads, 0..1. A head that has diverged predicts nothing.
func (h *heads) accuracies(x matrix.Matrix, y []int) []float64 {
	out := make([]float64, len(h.rates))
	for r, predicted := range h.predict(x) {
		right := 0
		for i, c := range predicted {
			if c == y[i] {
				right++
			}
		}
		out[r] = float64(right) / float64(len(y))
	}
	return out
}

// SGDSpecs declares the linear probe by SGD.
func SGDSpecs() []metric.Spec {
	return metric.ForBranches(func(b metric.Branch) metric.Spec {
		return metric.Spec{
			Key: probe{name: "linear_sgd"}.key("", b), When: metric.Extra, Unit: metric.Accuracy, Better: metric.Higher, Tables: []metric.Table{metric.FeaturesTable},
			Doc:     "test accuracy of the field's linear probe: SGD with momentum on features as they are, 100 epochs, the learning rate chosen on a hold-out",
			Formula: "v = 0.9 v + ∇ mean cross-entropy(W x + b), (W, b) −= η_t v, η_t = rate · (1 + cos πt/T)/2; share of argmax right",
			Source:  "Caron et al. 2021; Oquab et al. 2023", Collapse: "chance, or the share of the largest class, when features collapse totally",
			Undefined: "features that are not finite",
			Column:    "**linear-sgd@backbone**: a linear layer trained by SGD with momentum on the features as they are, 100 epochs, as papers do; the rate is chosen on the hold-out.",
			Value: func(in *metric.Input) metric.Result {
				train, test, classes := labels(in, false)
				r := metric.Shared(in, "SGD probe", func() SGDResult {
					return LinearSGD(in.Team, train.x, train.y, test.x, test.y, SGDOptions{Classes: classes, Seed: in.Seed, Stop: in.Stop})
				})
				return probed{accuracy: r.Accuracy, undefined: r.Undefined, warnings: r.Warnings}.result()
			},
		}
	})
}
