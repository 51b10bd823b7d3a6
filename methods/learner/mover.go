package learner

import "math"

// Follows reports whether a learner moves its prototypes by the gradient of the student's loss at
// this time: a schedule does in its joint phase alone.
func Follows(l Learner, epoch float64) bool {
	if s, ok := l.(*schedule); ok {
		l = s.active()
	}
	return l.Params() != nil && l.Moves(epoch)
}

// Mover is a learner that knows how many of a step's embeddings its prototypes were moved by.
type Mover interface {
	// MovedBy is the effective number of embeddings that moved a prototype in the last step, (Σ_i
	// w_i)²/Σ_i w_i² of their weights w: a mean over the prototypes that were moved; false where that
	// is not known.
	MovedBy() (float64, bool)
}

// movedBy is that of weights w [n,K] of n embeddings.
func movedBy(w []float32, k int) (float64, bool) {
	sum, square := make([]float64, k), make([]float64, k)
	for at, v := range w {
		sum[at%k] += math.Abs(float64(v))
		square[at%k] += float64(float64(v) * float64(v))
	}
	var total, moved float64
	for c, s := range square {
		if s > 0 {
			total, moved = total+float64(sum[c]*sum[c]/s), moved+1
		}
	}
	return total / max(1, moved), moved > 0
}
