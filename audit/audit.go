package audit

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/team"
	"protobench/metrics"
)

// Options say how files are audited.
type Options struct {
	Key        string    // of the tensor that holds the prototypes; "" to find them
	Epsilons   []float64 // cosine distances, the first of which the verdict is about
	Thresholds Thresholds
	Init       string     // file of the prototypes' start; "" for none
	Team       *team.Team // changes no number
}

// One audits the prototypes of one file: a result for each branch and head that it has.
func One(path string, o Options) ([]Result, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	found, err := f.Find(o.Key)
	if err != nil {
		return nil, err
	}
	start, err := openStart(f, o)
	if err != nil {
		return nil, err
	}
	if start != nil && start != f {
		defer start.Close() //nolint:errcheck // it was only read
	}
	var out []Result
	var digests []digest
	for _, x := range found {
		p, err := f.Read(x)
		if err != nil {
			return nil, err
		}
		r, err := judge(&p, start, o)
		if err != nil {
			return nil, err
		}
		out, digests = append(out, r), append(digests, digestOf(&p))
	}
	compareBranches(out, digests)
	return out, nil
}

// openStart opens the file of the start; files of this program's own hold it beside the prototypes.
func openStart(f *File, o Options) (*File, error) {
	if o.Init != "" {
		return Open(o.Init)
	}
	if _, ok := f.Get("prototypes.initial"); ok {
		return f, nil
	}
	return nil, nil //nolint:nilnil // no start is known, which is no error
}

// judge measures prototypes and says what is wrong with them.
func judge(p *Prototypes, start *File, o Options) (Result, error) {
	m := Measure(p, o.Epsilons, o.Team)
	if start != nil {
		first, err := start.startOf(p.Found, o)
		if err != nil {
			return Result{}, err
		}
		if d, ok := metrics.Displacement(first.Rows, p.Rows); ok {
			m.Displacement = &d
		}
	}
	return Result{p.Found, m, Judge(p, &m, o.Thresholds)}, nil
}

// startOf reads the prototypes of the same name and shape from a file of the start.
func (f *File) startOf(of Found, o Options) (Prototypes, error) {
	if a, ok := f.Get("prototypes.initial"); ok && o.Init == "" && slices.Equal(a.Shape, []int{of.Rows, of.Cols}) {
		found, err := f.Find("prototypes.initial")
		if err != nil {
			return Prototypes{}, err
		}
		return f.Read(found[0])
	}
	found, err := f.Find(o.Key)
	if err != nil {
		return Prototypes{}, err
	}
	at := slices.IndexFunc(found, func(x Found) bool { return x.Key == of.Key && x.Rows == of.Rows && x.Cols == of.Cols })
	if at < 0 {
		at = slices.IndexFunc(found, func(x Found) bool { return x.Rows == of.Rows && x.Cols == of.Cols })
	}
	if at < 0 {
		return Prototypes{}, fmt.Errorf("%s: no prototypes [%d, %d] as %s has under %s, so that nothing says how far those moved", f.Path, of.Rows, of.Cols, of.File, of.Key)
	}
	return f.Read(found[at])
}

// Worst is the worst verdict of several results.
func Worst(results []Result) Kind {
	worst := Healthy
	for _, r := range results {
		if r.Kind.AtLeast(worst) {
			worst = r.Kind
		}
	}
	return worst
}

// Sentence is the verdict with its reasons, as one text.
func (v Verdict) Sentence() string { return string(v.Kind) + ": " + strings.Join(v.Reasons, "; ") }
