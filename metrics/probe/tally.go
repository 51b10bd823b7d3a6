package probe

// Tally counts right predictions per class.
type Tally struct {
	Right []int // [Classes], test samples of the class that were predicted right
	Total []int // [Classes], test samples of the class
}

// tallyOf compares predictions with labels, both in 0..classes-1.
func tallyOf(predictions, labels []int, classes int) Tally {
	t := Tally{Right: make([]int, classes), Total: make([]int, classes)}
	for i, y := range labels {
		t.Total[y]++
		if predictions[i] == y {
			t.Right[y]++
		}
	}
	return t
}

// Class is the accuracy on one class, 0..1; undefined (false) without test samples.
func (t Tally) Class(c int) (float64, bool) { return t.over([]int{c}) }

// Mean is the mean of the class accuracies over the listed classes that have test
// samples, 0..1; nil means all classes. Undefined (false) when none has any.
func (t Tally) Mean(classes []int) (float64, bool) {
	if classes == nil {
		for c := range t.Total {
			classes = append(classes, c)
		}
	}
	return t.over(classes)
}

func (t Tally) over(classes []int) (float64, bool) {
	var sum float64
	n := 0
	for _, c := range classes {
		if t.Total[c] > 0 {
			sum += float64(t.Right[c]) / float64(t.Total[c])
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// overall is the share of right predictions among all samples.
func (t Tally) overall() float64 {
	right, total := 0, 0
	for c := range t.Total {
		right += t.Right[c]
		total += t.Total[c]
	}
	return float64(right) / float64(total)
}

// firstLargest is the position of the largest number, the lowest of equals.
func firstLargest(v []float64) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}
