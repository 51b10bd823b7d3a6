package harness

import (
	"context"
	"sync"

	"protobench/datasets"
	"protobench/internal/team"
)

// Library opens each data set once and shares it, read-only, between cells.
type Library struct {
	open func(datasets.Options) (*datasets.Set, error)

	mu   sync.Mutex
	sets map[datasets.Options]*loading
}

type loading struct {
	once sync.Once
	set  *datasets.Set
	err  error
}

// NewLibrary returns an empty library over an opener, such as datasets.Open.
func NewLibrary(open func(datasets.Options) (*datasets.Set, error)) *Library {
	return &Library{open: open, sets: map[datasets.Options]*loading{}}
}

// Open returns the set of the options, loading it on the first call.
func (l *Library) Open(o datasets.Options) (*datasets.Set, error) {
	l.mu.Lock()
	one := l.sets[o]
	if one == nil {
		one = &loading{}
		l.sets[o] = one
	}
	l.mu.Unlock()
	one.once.Do(func() { one.set, one.err = l.open(o) })
	return one.set, one.err
}

// seen opens what a job's cell trains and is measured on.
func (l *Library) seen(j *Job) (*datasets.Set, error) {
	set, err := l.Open(j.Cell.Data())
	if err != nil {
		return nil, err
	}
	return j.Cell.Sees(set), nil
}

// batches opens it in batches; the team, which makes views, may be nil.
func (l *Library) batches(j *Job, t *team.Team) (*datasets.Set, *batches, error) {
	set, err := l.seen(j)
	if err != nil {
		return nil, nil, err
	}
	b, err := newBatches(set, &j.Cell)
	if err != nil {
		return nil, nil, err
	}
	b.augment.Team = t
	return set, b, nil
}

// Until is an opener that gives up when ctx ends, with its error, and leaves a set that is being
// read to itself.
func Until(ctx context.Context, open func(datasets.Options) (*datasets.Set, error)) func(datasets.Options) (*datasets.Set, error) {
	return func(o datasets.Options) (*datasets.Set, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var set *datasets.Set
		var err error
		read := make(chan struct{})
		go func() {
			defer close(read)
			set, err = open(o)
		}()
		select {
		case <-read:
			return set, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
