package foreign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"protobench/audit/features"
	"protobench/internal/console"
	"protobench/internal/team"
	"protobench/internal/wording"
)

// Probe is the verb probe.
type Probe struct {
	Files  []string `arg:"" optional:"" name:"file" help:"Features [N, D] with labels: .npz, .npy, .safetensors, or what torch.save wrote; one file with both splits (x_train, y_train, x_test, y_test), one that is split, or train and test."`
	Train  string   `placeholder:"FILE" help:"Features to learn from: the same as the first of two files."`
	Test   string   `placeholder:"FILE" help:"Features to test: the same as the second of two files."`
	Labels []string `placeholder:"FILE" help:"File of the labels, one for each file of features (−1: unlabelled)."`
	Key    string   `placeholder:"NAME" help:"Array of the features, where it is not found: its name, or what it is called beside its split (z: z_train, z_test)."`
	Share  float64  `default:"0.2" help:"Part of the labelled images that tests, where no file says which do."`
	Seed   uint64   `default:"0" help:"Seed of the split, of hold-outs and of the interval's draws."`
	JSON   bool     `name:"json" help:"One JSON object."`
}

// Run probes features.
func (c Probe) Run(ctx context.Context, w *console.Console) error {
	train, test, err := c.read()
	if err != nil {
		return err
	}
	threads := team.New(runtime.GOMAXPROCS(0))
	defer threads.Close()
	r, err := features.Probe(ctx, train, test, features.Options{Seed: c.Seed, Team: threads})
	if errors.Is(err, context.Canceled) {
		return console.Halted(ctx, ": nothing is measured")
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(w.Out).Encode(r)
	}
	return showProbes(w.Out, r)
}

// read reads both splits.
func (c Probe) read() (train, test *features.Labelled, err error) {
	for _, path := range []string{c.Train, c.Test} {
		if path != "" {
			c.Files = append(c.Files, path)
		}
	}
	switch {
	case len(c.Files) == 0 || c.Train == "" && c.Test != "" && len(c.Files) == 1:
		return nil, nil, errors.New("no features to learn from; name a file, or two: train and test")
	case len(c.Files) > 2:
		return nil, nil, fmt.Errorf("%d files of features; one or two are expected: train and test", len(c.Files))
	case len(c.Labels) > 0 && len(c.Labels) != len(c.Files):
		return nil, nil, fmt.Errorf("--labels: %d files of labels for %d of features; one for each is expected", len(c.Labels), len(c.Files))
	case !(c.Share > 0 && c.Share < 1):
		return nil, nil, fmt.Errorf("--share %g: a number between 0 and 1 is expected", c.Share)
	}
	file := func(i int) (train, test *features.Labelled, err error) {
		from := features.Source{Path: c.Files[i], Key: c.Key}
		if len(c.Labels) > 0 {
			from.Labels = c.Labels[i]
		}
		return features.Read(from)
	}
	train, test, err = file(0)
	if err != nil {
		return nil, nil, err
	}
	if len(c.Files) == 1 {
		if test == nil {
			train, test = train.Split(c.Share, c.Seed)
		}
		return train, test, nil
	}
	other, own, err := file(1)
	if own != nil { // a file with both splits, of which the second stands for its test images
		other = own
	}
	return train, other, err
}

// showProbes prints what was probed, and the tables of probes and of the representation.
func showProbes(w io.Writer, r *features.Result) error {
	for _, s := range []struct {
		name string
		of   features.Sized
	}{{"train", r.Train}, {"test", r.Test}} {
		if _, err := fmt.Fprintf(w, "%-5s  %s\n", s.name, sizedText(s.of)); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(w, "%s, %d classes\n\n", wording.Count(r.Dimensions, "dimension"), r.Classes); err != nil {
		return err
	}
	if err := console.Table(w, []string{"probe", "accuracy %", "95 % interval", "top-5 %", "95 % interval"}, probeRows(r)); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	head := fmt.Sprintf("representation (%s)", wording.Count(r.Representation.Images, "image"))
	if err := console.Table(w, []string{head, "here", "isotropic"}, representationRows(&r.Representation)); err != nil {
		return err
	}
	for _, text := range r.Warnings {
		if _, err := fmt.Fprintln(w, "warning:", text); err != nil {
			return err
		}
	}
	return nil
}

func sizedText(s features.Sized) string {
	text := s.File
	if s.Key != "" {
		text += ": " + s.Key
	}
	text += ", " + wording.Count(s.Images, "image")
	if s.Unlabelled > 0 {
		text += fmt.Sprintf(" (and %d without a label, left out of the probes)", s.Unlabelled)
	}
	return text
}

func representationRows(r *features.Representation) [][]string {
	var rows [][]string
	for _, x := range []struct {
		name  string
		value *features.Isotropic
	}{
		{"RankMe", r.RankMe}, {"effective rank", r.EffectiveRank}, {"participation ratio", r.Participation}, {"α-ReQ", r.AlphaReQ},
		{"standard deviation × √D", r.FeatureStd}, {"uniformity", r.Uniformity},
	} {
		value, random := (*float64)(nil), (*float64)(nil)
		if x.value != nil {
			value, random = &x.value.Value, x.value.Random
		}
		rows = append(rows, []string{x.name, wording.Number(value), wording.Number(random)})
	}
	return rows
}

// probeRows are the accuracies, the same images' largest class last.
func probeRows(r *features.Result) [][]string {
	percent := func(x float64) string { return strconv.FormatFloat(100*x, 'f', 2, 64) }
	cells := func(a features.Accuracy) []string {
		return []string{percent(a.Value), fmt.Sprintf("%s – %s", percent(a.Interval[0]), percent(a.Interval[1]))}
	}
	var rows [][]string
	add := func(name string, of ...features.Accuracy) {
		line := []string{name}
		for _, a := range of {
			line = append(line, cells(a)...)
		}
		rows = append(rows, line)
	}
	for _, k := range r.KNN {
		add(fmt.Sprintf("k-NN, k %d, τ %g", k.K, k.Tau), k.Top1, k.Top5)
	}
	add(fmt.Sprintf("linear, L-BFGS, L2 %g", *r.Linear.L2), r.Linear.Accuracy)
	add(fmt.Sprintf("linear, SGD, rate %g", *r.SGD.Rate), r.SGD.Accuracy)
	for _, f := range r.FewShot {
		add(fmt.Sprintf("%d a class, mean of %d draws ± %s", f.Shots, f.Draws, percent(f.Spread)), f.Accuracy)
	}
	return append(rows, []string{"train's largest class", percent(r.Largest)})
}
