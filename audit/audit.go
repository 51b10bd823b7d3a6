package audit

import (
	"protobench/audit/checkpoint"
	"protobench/internal/team"
	"protobench/metrics/training"
)

// Options say how files are audited.
type Options struct {
	Key        string    // of the tensor that holds the prototypes; "" to find them
	Epsilons   []float64 // cosine distances, the first of which the verdict is about
	Thresholds Thresholds
	Init       string     // file of the prototypes' start; "" for none
	Features   *Features  // images' embeddings; nil for none
	Series     bool       // files are checkpoints of one training, whose prototypes are compared
	Team       *team.Team // changes no number
}

// Audit judges files one after the other, and what became of prototypes from one to the next.
type Audit struct {
	o      Options
	tracks []*track
}

// New begins an audit.
func New(o Options) *Audit { return &Audit{o: o} }

// File judges the prototypes of a file: a result for each branch and head that it has. What an
// earlier file has under the same name is their start.
func (a *Audit) File(path string) ([]Result, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := f.Find(a.o.Key)
	if err != nil {
		return nil, err
	}
	start, err := openStart(f, a.o)
	if err != nil {
		return nil, err
	}
	if start != nil && start != f {
		defer start.Close()
	}
	var out []Result
	var digests []digest
	for _, x := range found {
		p, err := f.Read(x)
		if err != nil {
			return nil, err
		}
		digests = append(digests, digestOf(&p))
		r, err := a.judge(f, &p, start)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	compareBranches(out, digests)
	warnings := warnings(f)
	for i := range out {
		out[i].Reasons = append(out[i].Reasons, warnings...)
	}
	return out, nil
}

// warnings are what is to be known of a file whatever its prototypes are like.
func warnings(f *checkpoint.File) []string {
	var out []string
	if warning := temperatures(f); warning != "" {
		out = append(out, warning)
	}
	return append(out, f.Missed()...)
}

// openStart opens the file of the start: this one, where it holds the start beside the prototypes.
func openStart(f *checkpoint.File, o Options) (*checkpoint.File, error) {
	if o.Init != "" {
		return checkpoint.Open(o.Init)
	}
	if f.HoldsStart() {
		return f, nil
	}
	return nil, nil // no start is known, which is no error
}

// judge measures prototypes and says what is wrong with them.
func (a *Audit) judge(f *checkpoint.File, p *checkpoint.Prototypes, start *checkpoint.File) (Result, error) {
	m := measure(p, a.o.Epsilons, a.o.Team)
	t := a.trackOf(p)
	first := t.start
	if start != nil {
		read, err := start.Start(p.Found, a.o.Key)
		if err != nil {
			return Result{}, err
		}
		first = &read
	}
	if first != nil {
		if d, ok := training.Displacement(first.Rows, p.Rows); ok {
			m.Displacement = &d
		}
	}
	var err error
	if a.o.Features != nil {
		m.Usage, err = a.o.Features.usage(f, p, &m, a.o)
	} else {
		m.Usage, err = ownUsage(f, p, &m, a.o)
	}
	if err != nil {
		return Result{}, err
	}
	m.centre(p, a.o.Epsilons, a.o.Series, a.o.Team)
	r := Result{p.Found, m, Judge(p, &m, a.o.Thresholds)}
	t.add(f, p, r, a.o.Series)
	return r, nil
}
