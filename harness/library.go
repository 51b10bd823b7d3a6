package harness

import (
	"sync"

	"protobench/datasets"
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
