package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"protobench/encoders"
	"protobench/internal/kernel"
	"protobench/internal/stream"
	"protobench/internal/team"
	"protobench/methods"
	"protobench/methods/mixture"
	"protobench/metrics/logistic"
	"protobench/metrics/matrix"
	"protobench/metrics/probe"
	"protobench/metrics/uniqueness"
)

// evalCommand times what evaluations consist of, on made-up features.
type evalCommand struct {
	machine
	Encoder string   `enum:"convnet,mlp,resnet18,vit" default:"convnet" help:"Encoder of the feature extraction: ${enum}."`
	Scale   float64  `placeholder:"X" default:"1" help:"Shrink every number of rows by this factor, 0 to 1."`
	Repeats int      `placeholder:"N" default:"3" help:"Runs of each part; the median counts."`
	Only    []string `placeholder:"PART" enum:"features,knn,logistic,probe,em,unique" default:"features,knn,logistic,probe,em,unique" help:"Parts, a comma between them: ${enum}."`
}

// Validate refuses sizes that make no sense.
func (b evalCommand) Validate() error {
	if err := b.machine.Validate(); err != nil {
		return err
	}
	if !(b.Scale > 0 && b.Scale <= 1) || b.Repeats < 1 {
		return fmt.Errorf("--scale %g --repeats %d: expected a scale above 0 and at most 1, and at least one run", b.Scale, b.Repeats)
	}
	return nil
}

// evalReport is the outcome of one part.
type evalReport struct {
	Bench   string     `json:"bench"`
	Task    string     `json:"task"`
	Rows    int        `json:"rows"` // images, queries, training rows or prototypes
	S       float64    `json:"s"`    // median
	RowsPer float64    `json:"rows_per_s"`
	Value   float64    `json:"value"` // what the part computes, to be compared with other programs'
	What    string     `json:"value_is"`
	Threads int        `json:"threads"`
	ISA     kernel.ISA `json:"isa"`
}

// evalTask is one part: run does its work and returns a number to compare.
type evalTask struct {
	name, what string
	rows       int
	run        func() (float64, error)
}

const (
	evalFeatures = 512   // width of features
	evalClasses  = 10    // of features
	evalTrain    = 10000 // training rows
	evalTest     = 2000  // rows to predict
	evalImages   = 2560  // images whose features are extracted
	evalPool     = 4096  // prototypes to tell apart
	evalDim      = 128   // width of prototypes, and of embeddings that a mixture is fitted to

	evalEmbeddings = 20000 // that a mixture is fitted to
	evalComponents = 512   // of the mixture
	evalIterations = 10    // of EM
	evalFloor      = 1e-2  // of variances; far below that, squared norms over variances need float64
)

// Run measures the parts one after the other.
func (b evalCommand) Run(ctx context.Context, w *Host) error {
	w.Warn(kernel.Warning())
	team := b.team()
	defer team.Close()
	for _, part := range b.parts() {
		if !slices.Contains(b.Only, part.name) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t, err := part.build(team)
		if err == nil {
			err = b.time(w, t)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// evalPart makes the data of a part when its turn comes.
type evalPart struct {
	name  string
	build func(team *team.Team) (evalTask, error)
}

func (b evalCommand) parts() []evalPart {
	return []evalPart{{"features", b.extraction}, {"knn", b.neighbours}, {"logistic", b.logistic}, {"probe", b.probe}, {"em", b.em}, {"unique", b.unique}}
}

func (b evalCommand) time(w *Host, t evalTask) error {
	r := evalReport{Bench: "eval", Task: t.name, Rows: t.rows, What: t.what, Threads: b.threads(), ISA: kernel.InUse()}
	var samples []float64
	for range b.Repeats {
		began := time.Now()
		v, err := t.run()
		if err != nil {
			return err
		}
		samples, r.Value = append(samples, time.Since(began).Seconds()), v
	}
	r.S = median(samples)
	r.RowsPer = float64(r.Rows) / r.S
	return b.show(w.Out, r, fmt.Sprintf("%-12s %8.3f s  %9.0f rows/s  (%d rows, %s %.4g)\n", r.Task, r.S, r.RowsPer, r.Rows, r.What, r.Value))
}

func (b evalCommand) scaled(n int) int { return max(evalClasses, int(float64(n)*b.Scale)) }

// extraction is the encoder in evaluation mode.
func (b evalCommand) extraction(team *team.Team) (evalTask, error) {
	const batch = methods.EvalBatch
	t := evalTask{name: "features", what: "numbers an image", rows: max(1, b.scaled(evalImages)/batch) * batch}
	weights, err := encoders.New(defaultEncoder(b.Encoder), defaultImage, 0)
	if err != nil {
		return t, err
	}
	p, err := weights.NewPass(batch, encoders.Evaluation, false)
	if err != nil {
		return t, err
	}
	x := normal(batch*defaultImage.Height*defaultImage.Width*defaultImage.Channels, "images")
	t.run = func() (float64, error) {
		var f []float32
		for range t.rows / batch {
			if f, err = p.Run(team, x); err != nil {
				return 0, err
			}
		}
		return float64(len(f) / batch), nil
	}
	return t, nil
}

// neighbours is the k-NN of the reports.
func (b evalCommand) neighbours(team *team.Team) (evalTask, error) {
	n, test := b.scaled(evalTrain), b.scaled(evalTest)
	x, y := classFeatures(n+test, evalClasses, evalFeatures, 0.3)
	return evalTask{"knn", "accuracy", test, func() (float64, error) {
		r := probe.KNN(team, head(x, n), y[:n], tail(x, n), y[n:], probe.KNNOptions{Classes: evalClasses})
		return r.Accuracy, nil
	}}, nil
}

// logistic is one logistic regression at scikit-learn's C = 1.
func (b evalCommand) logistic(team *team.Team) (evalTask, error) {
	n := b.scaled(evalTrain)
	x, y := classFeatures(n, evalClasses, evalFeatures, 0.12)
	return evalTask{"logistic", "objective", n, func() (float64, error) {
		return logistic.Fit(team, x, y, evalClasses, 1/float64(n)).Objective, nil
	}}, nil
}

// probe is the linear probe of the reports: the grid of penalties on a hold-out, then the fit on
// all rows.
func (b evalCommand) probe(team *team.Team) (evalTask, error) {
	n, test := b.scaled(evalTrain), b.scaled(evalTest)
	x, y := classFeatures(n+test, evalClasses, evalFeatures, 0.12)
	return evalTask{"probe", "accuracy", n, func() (float64, error) {
		r := probe.Linear(team, head(x, n), y[:n], tail(x, n), y[n:], probe.LinearOptions{Classes: evalClasses})
		return r.Accuracy, nil
	}}, nil
}

// em is batch EM with diagonal covariances and learned weights: the online step that forgets all
// that was before. Its value is the mean log-likelihood in the last iteration.
func (b evalCommand) em(team *team.Team) (evalTask, error) {
	n, k := b.scaled(evalEmbeddings), b.scaled(evalComponents)
	x, _ := classFeatures(n, 200, evalDim, 0.35)
	start := make([]float32, 0, k*evalDim)
	for _, i := range stream.New(0, "start").Perm(n)[:k] {
		start = append(start, x.Row(i)...)
	}
	variance := columnVariances(x)
	return evalTask{"em", fmt.Sprintf("log-likelihood of %d iterations", evalIterations), n, func() (float64, error) {
		m := mixture.New(start, k, evalDim, "diagonal", 1, 0)
		m.Team, m.Uniform, m.Learned, m.Lambda, m.VarMin, m.Alpha = team, true, true, 0, evalFloor, 0
		for i := range m.Within {
			m.Within[i] = variance[i%evalDim]
		}
		for range evalIterations {
			m.Update(x.Data, 1)
		}
		return m.LogLikelihood(), nil
	}}, nil
}

// columnVariances are those of the columns of x, [Cols].
func columnVariances(x matrix.Matrix) []float32 {
	out, column := make([]float32, x.Cols), make([]float32, x.Rows)
	for j := range out {
		for i := range column {
			column[i] = x.Row(i)[j]
		}
		_, v := kernel.Moments(column)
		out[j] = float32(v)
	}
	return out
}

// unique counts prototypes three quarters of which nearly repeat others.
func (b evalCommand) unique(*team.Team) (evalTask, error) {
	p := nearRepeats(b.scaled(evalPool), evalDim)
	return evalTask{"unique", "unique prototypes", p.Rows, func() (float64, error) { return float64(uniqueness.Of(p, 0.025).Count()), nil }}, nil
}

// head and tail are the rows before and from n.
func head(m matrix.Matrix, n int) matrix.Matrix {
	return matrix.Of(n, m.Cols, m.Data[:n*m.Cols])
}
func tail(m matrix.Matrix, n int) matrix.Matrix {
	return matrix.Of(m.Rows-n, m.Cols, m.Data[n*m.Cols:])
}

// classFeatures draws features around class means that lie spread apart, with a common part of rank
// 32 as nuisance, so that classes overlap.
func classFeatures(rows, classes, d int, spread float32) (matrix.Matrix, []int) {
	const rank = 32
	x, means := matrix.Of(rows, d, normal(rows*d, "noise")), normal(classes*d, "means")
	mix, common := normal(rank*d, "mix"), normal(rows*rank, "common")
	for i := range mix {
		mix[i] *= 0.2
	}
	kernel.Gemm(nil, false, false, rows, d, rank, common, rank, mix, d, x.Data, d, true)
	r, y := stream.New(0, "labels"), make([]int, rows)
	for i := range y {
		y[i] = r.IntN(classes)
		kernel.Axpy(spread, means[y[i]*d:][:d], x.Row(i))
	}
	return x, y
}

// nearRepeats draws unit vectors [k,d] of which only the first quarter is drawn freely.
func nearRepeats(k, d int) matrix.Matrix {
	p, noise, r := matrix.Of(k, d, normal(k*d, "p")), normal(k*d, "jitter"), stream.New(0, "owners")
	kernel.NormalizeRows(p.Data, p.Data, k, d, nil)
	free := max(1, k/4)
	for i := free; i < k; i++ {
		copy(p.Row(i), p.Row(r.IntN(free)))
		kernel.Axpy(0.005, noise[i*d:][:d], p.Row(i))
	}
	return p.Normalised()
}
