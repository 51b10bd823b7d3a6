package features

import (
	"context"
	"fmt"

	"protobench/internal/team"
	"protobench/internal/wording"
	"protobench/metrics/matrix"
	"protobench/metrics/probe"
)

// Accuracy is the share of test images that a probe gets right.
type Accuracy struct {
	Value    float64  `json:"accuracy"` // 0..1
	Interval Interval `json:"interval"` // 95 %, over test images
}

// KNN is weighted k-NN by one protocol, see [probe.KNNGrid].
type KNN struct {
	K    int      `json:"k"`
	Tau  float64  `json:"tau"`
	Top1 Accuracy `json:"top1"`
	Top5 Accuracy `json:"top5"` // among the five first classes that have votes
}

// Linear is a linear probe with what was chosen on a hold-out of train.
type Linear struct {
	Accuracy
	L2   *float64 `json:"l2,omitempty"`   // of L-BFGS, see [probe.Linear]
	Rate *float64 `json:"rate,omitempty"` // of SGD, see [probe.LinearSGD]
}

// FewShot is a linear probe on few labels a class, see [probe.FewShot].
type FewShot struct {
	Accuracy
	Shots  int     `json:"shots"`
	Draws  int     `json:"draws"`
	Spread float64 `json:"spread"` // standard deviation over draws of the labelled images
}

// Result is what probes find in features.
type Result struct {
	Train          Sized          `json:"train"`
	Test           Sized          `json:"test"`
	Dimensions     int            `json:"dimensions"`
	Classes        int            `json:"classes"`
	Largest        float64        `json:"largest_class"` // share of the test images that are of train's largest class: what needs no features
	KNN            []KNN          `json:"knn"`
	Linear         Linear         `json:"linear"`
	SGD            Linear         `json:"linear_sgd"`
	FewShot        []FewShot      `json:"few_shot"`
	Representation Representation `json:"representation"`
	Warnings       []string       `json:"warnings"`
}

// Sized says which images were probed.
type Sized struct {
	File       string `json:"file"`
	Key        string `json:"key"`
	Images     int    `json:"images"`     // with a label
	Unlabelled int    `json:"unlabelled"` // left out of the probes
}

// Options say how features are probed.
type Options struct {
	Seed uint64     // of hold-outs, draws of labels and of test images
	Team *team.Team // changes no number
}

// probing is a probe of features on its way.
type probing struct {
	ctx           context.Context
	o             Options
	train, test   matrix.Matrix
	trainY, testY []int
	classes       int
	scores        [][]float64 // [N] of each accuracy
	interval      []*Accuracy // whose they are
	result        *Result
}

// Probe measures features by every probe: the labelled images of train teach, those of test are
// told apart. It gives up when ctx ends, with its error.
func Probe(ctx context.Context, train, test *Labelled, o Options) (*Result, error) {
	learn, tested := train.withLabels(), test.withLabels()
	of, err := classesOf(learn, tested)
	if err != nil {
		return nil, err
	}
	r := &Result{Train: sized(train, learn), Test: sized(test, tested), Dimensions: learn.X.Cols, Classes: len(of), Warnings: []string{}}
	p := &probing{
		ctx: ctx, o: o, train: learn.X, test: tested.X, trainY: renumbered(learn.Y, of), testY: renumbered(tested.Y, of), classes: len(of), result: r,
	}
	p.largest()
	for _, probe := range []func() error{p.knn, p.linear, p.sgd, p.fewShot} {
		if err := probe(); err != nil {
			return nil, err
		}
	}
	for i, interval := range bootstrap(p.scores, o.Seed, o.Team) {
		p.interval[i].Interval = interval
	}
	r.Representation = representationOf(train.X, o.Team)
	return r, ctx.Err()
}

func sized(all, labelled *Labelled) Sized {
	return Sized{File: all.File, Key: all.Key, Images: labelled.X.Rows, Unlabelled: all.X.Rows - labelled.X.Rows}
}

func renumbered(labels []int, of map[int]int) []int {
	out := make([]int, len(labels))
	for i, y := range labels {
		out[i] = of[y]
	}
	return out
}

func (p *probing) stop() bool { return p.ctx.Err() != nil }

// end says whether a probe is undefined, and takes its warnings.
func (p *probing) end(undefined string, warnings []string) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if undefined != "" {
		return fmt.Errorf("%s: %s", p.result.Train.File, undefined)
	}
	p.result.Warnings = append(p.result.Warnings, warnings...)
	return nil
}

// add counts scores [N] of the test images into an accuracy.
func (p *probing) add(a *Accuracy, right func(i int) float64) {
	scores := make([]float64, len(p.testY))
	var sum float64
	for i := range scores {
		scores[i] = right(i)
		sum += scores[i]
	}
	a.Value = sum / float64(len(scores))
	p.scores, p.interval = append(p.scores, scores), append(p.interval, a)
}

// predicted scores predictions.
func (p *probing) predicted(a *Accuracy, predictions []int) {
	p.add(a, func(i int) float64 { return oneIf(predictions[i] == p.testY[i]) })
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// largest is what guessing train's largest class gives, and a word on classes that train lacks.
func (p *probing) largest() {
	counts := make([]int, p.classes)
	for _, y := range p.trainY {
		counts[y]++
	}
	best := 0
	for c, n := range counts {
		if n > counts[best] {
			best = c
		}
	}
	guessed, unseen := 0, 0
	for _, y := range p.testY {
		if y == best {
			guessed++
		}
		if counts[y] == 0 {
			unseen++
		}
	}
	p.result.Largest = float64(guessed) / float64(len(p.testY))
	if unseen > 0 {
		p.result.Warnings = append(p.result.Warnings, fmt.Sprintf("%s of classes that no training image has: no probe can tell them", wording.Count(unseen, "test image")))
	}
}

func (p *probing) knn() error {
	r := probe.KNNGrid(p.o.Team, p.train, p.trainY, p.test, p.testY, probe.KNNGridOptions{Classes: p.classes, Stop: p.stop})
	if err := p.end(r.Undefined, r.Warnings); err != nil {
		return err
	}
	p.result.KNN = make([]KNN, len(r.Cells))
	for i, c := range r.Cells {
		k := &p.result.KNN[i]
		k.K, k.Tau = c.K, c.Tau
		p.predicted(&k.Top1, c.Predictions)
		p.add(&k.Top5, func(i int) float64 { return oneIf(c.InTop5[i]) })
	}
	return nil
}

func (p *probing) linear() error {
	r := probe.Linear(p.o.Team, p.train, p.trainY, p.test, p.testY, probe.LinearOptions{Classes: p.classes, Seed: p.o.Seed, Stop: p.stop})
	if err := p.end(r.Undefined, r.Warnings); err != nil {
		return err
	}
	p.result.Linear.L2 = &r.L2
	p.predicted(&p.result.Linear.Accuracy, r.Predictions)
	return nil
}

func (p *probing) sgd() error {
	r := probe.LinearSGD(p.o.Team, p.train, p.trainY, p.test, p.testY, probe.SGDOptions{Classes: p.classes, Seed: p.o.Seed, Stop: p.stop})
	if err := p.end(r.Undefined, r.Warnings); err != nil {
		return err
	}
	p.result.SGD.Rate = &r.Rate
	p.predicted(&p.result.SGD.Accuracy, r.Predictions)
	return nil
}

func (p *probing) fewShot() error {
	p.result.FewShot = make([]FewShot, len(probe.FewShots()))
	for i, shots := range probe.FewShots() {
		r := probe.FewShot(p.o.Team, p.train, p.trainY, p.test, p.testY, probe.FewShotOptions{Classes: p.classes, Shots: shots, Seed: p.o.Seed, Stop: p.stop})
		if err := p.end(r.Undefined, r.Warnings); err != nil {
			return err
		}
		f := &p.result.FewShot[i]
		f.Shots, f.Draws, f.Spread = shots, len(r.Draws), r.Spread
		p.add(&f.Accuracy, func(i int) float64 {
			var right float64
			for _, predictions := range r.Predictions {
				right += oneIf(predictions[i] == p.testY[i])
			}
			return right / float64(len(r.Predictions))
		})
	}
	return nil
}
