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
