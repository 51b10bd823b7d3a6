package datasets

import (
	"context"
	"sync"
)

// Library opens each data set once and shares it, read-only.
type Library struct {
	open func(Options) (*Set, error)

	mu   sync.Mutex
	sets map[Options]*loading
}

type loading struct {
	once sync.Once
	set  *Set
	err  error
}

// NewLibrary returns an empty library over an opener, such as [Open].
func NewLibrary(open func(Options) (*Set, error)) *Library {
	return &Library{open: open, sets: map[Options]*loading{}}
}

// Open returns the set of the options, loading it on the first call.
func (l *Library) Open(o Options) (*Set, error) {
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

// OpenUntil returns an empty library that opens sets until ctx ends: one that takes long is not waited
// for then.
func OpenUntil(ctx context.Context) *Library { return NewLibrary(Until(ctx, Open)) }

// Until is an opener that gives up when ctx ends, with its error, and leaves a set that is being
// read to itself.
func Until(ctx context.Context, open func(Options) (*Set, error)) func(Options) (*Set, error) {
	return func(o Options) (*Set, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var set *Set
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
