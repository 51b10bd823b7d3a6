package kernel

import "sync"

// Stock keeps what calls have returned for the next ones; the zero value is empty and ready. Unlike
// a sync.Pool it keeps it through garbage collections: there are never more than the calls that ran
// at one time, and making a large one anew costs more than the call.
type Stock[T any] struct {
	mu   sync.Mutex
	free []*T
}

// Get returns what a call before has put back, as it left it, or a zero T.
func (s *Stock[T]) Get() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		x := s.free[n-1]
		s.free = s.free[:n-1]
		return x
	}
	return new(T)
}

// Put takes x back for later calls.
func (s *Stock[T]) Put(x *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, x)
}
