package kernel

import "sync"

// stock keeps what calls have returned for the next ones. Unlike a sync.Pool it keeps it through garbage collections: there are never
// more than the calls that ran at one time, and making a large one anew costs more than the call.
type stock[T any] struct {
	mu   sync.Mutex
	free []*T
}

func (s *stock[T]) get() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		x := s.free[n-1]
		s.free = s.free[:n-1]
		return x
	}
	return new(T)
}

func (s *stock[T]) put(x *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, x)
}

// Stock is a stock for the rooms of other packages' calls; the zero value is empty and ready.
type Stock[T any] struct{ s stock[T] }

// Get returns what a call before has put back, as it left it, or a zero T.
func (s *Stock[T]) Get() *T { return s.s.get() }

// Put takes a room back for later calls.
func (s *Stock[T]) Put(x *T) { s.s.put(x) }
